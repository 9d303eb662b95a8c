"""Plots of spectra of galaxies, quasars and stars."""

from obafgkm.report.plots import COLUMN, PAGE, new_figure

__all__ = ["COLOURS", "FLUX", "draw_spectrum", "public_name", "redshift", "spectra_page"]

FLUX = r"$F_\lambda$ (10$^{-17}$ erg s$^{-1}$ cm$^{-2}$ Å$^{-1}$)"
COLOURS = {"GALAXY": "C3", "QSO": "C0", "STAR": "C4"}


def public_name(name, source):
    """The name of an object; empty if it is simulated and in no catalogue."""
    return "" if source == "simulated" else name


def redshift(z, digits):
    """A redshift for a title: with a true minus sign, and none before zero."""
    return f"$z$ = {round(z, digits) + 0.0:.{digits}f}".replace("-", "−")


def draw_spectrum(axes, wave, flux, label, title):
    """One spectrum against wavelength, in the colour of its class.

    Parameters
    ----------
    axes : matplotlib Axes
    wave, flux : arrays (n_pix,)
    label : str
        GALAXY, QSO, STAR or another.
    title : str
    """
    axes.plot(wave, flux, lw=0.4, color=COLOURS.get(label, "C6"))
    axes.set_title(title, fontsize=7)
    axes.margins(x=0)
    axes.tick_params(labelsize=6)


def spectra_page(n, columns=3):
    """A page of panels for `n` spectra with axis labels; for zero spectra, a note.

    Parameters
    ----------
    n : int
    columns : int
        Most panels side by side; fewer where that leaves fewer places empty. One column is as wide as a
        column of text, more are as wide as a page.

    Returns
    -------
    figure : matplotlib Figure
    panels : list of matplotlib Axes
        One per spectrum; the others are hidden.
    """
    rows = max(1, -(-n // columns))
    width, height = (PAGE, 1.6 * rows + 0.75) if columns > 1 else (COLUMN, 2.2 * rows)
    columns = max(1, -(-n // rows))
    figure, axes = new_figure(width, height, panels=(rows, columns), squeeze=False)
    for spare in axes.flat[max(n, 1) :]:
        spare.set_visible(False)
    figure.supylabel(FLUX, fontsize=7)
    for below in axes.flat[max(n - columns, 0) : max(n, 1)]:
        below.set_xlabel("Wavelength in vacuum (Å)", fontsize=7)
    if not n:
        axes.flat[0].text(0.5, 0.5, "No such spectrum in this run", ha="center", va="center", fontsize=7)
        axes.flat[0].set(xticks=[], yticks=[], xlabel="")
    return figure, list(axes.flat[:n])
