"""Equivalent widths of the 14 lines of Csepreghy 2020, by the thesis's code and by the textbook formula.

The thesis prints the textbook equation (1), W = sum (C - F) / C dlambda, positive in absorption. Its code
differs in four ways: widths are positive in emission, measured in the observed frame and summed over smoothed
flux, and the continuum connects the extrema of the flux on both sides of the line.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

__all__ = ["LINES", "Line", "code_widths", "equivalent_width"]

_SIGMA = 4  # pixels, width of the Gaussian that smooths the flux before the search for extrema
_CENTRE = 10.0  # Angstrom within which an extremum counts as the line's centre
_REACH = 80.0  # Angstrom within which the line must end
_SKIPPED = 30  # pixels on each side of Mg II, a broad line, in which extrema are ignored


@dataclass(frozen=True)
class Line:
    """One line.

    Attributes
    ----------
    name : str
    thesis : float
        Wavelength in the thesis's code, Angstrom; it mixes air and vacuum.
    vacuum : float
        Wavelength in vacuum, Angstrom; for blends the mean.
    emission : bool
        Whether the thesis treats it as an emission line.
    window : float
        Half width of the summed window, Angstrom at rest.
    blue, red : (float, float)
        Side bands for the continuum, relative to `vacuum`.
    pipeline : tuple of float
        The corresponding lines of the pipeline's table SPZLINE, by their wavelengths there.
    """

    name: str
    thesis: float
    vacuum: float
    emission: bool
    window: float = 12.0
    blue: tuple = (-40.0, -20.0)
    red: tuple = (20.0, 40.0)
    pipeline: tuple = ()


# The thesis's labels of the two calcium lines are swapped; these are right.
LINES = (
    Line("Mg II 2799", 2799, 2799.9, True, 40, (-90, -50), (50, 90)),
    Line("[O II] 3727", 3727, 3728.5, True, pipeline=(3727.09, 3729.88)),
    Line("Ca II K 3934", 3933.7, 3934.78, False, 10, (-30, -15), (13, 22)),
    Line("Ca II H 3968", 3968, 3969.59, False, 10, (-22, -13), (15, 30)),
    Line("H delta 4101", 4101, 4102.89, False, pipeline=(4102.89,)),
    Line("G band 4304", 4304, 4305.6, False, 15, (-40, -22), (50, 70)),
    Line("H gamma 4342", 4342, 4341.68, True, 12, (-70, -55), (30, 60), (4341.68,)),
    Line("H beta 4861", 4861, 4862.68, True, 15, (-60, -25), (25, 60), (4862.68,)),
    Line("[O III] 4960", 4960, 4960.30, True, 12, (-60, -20), (20, 32), (4960.30,)),
    Line("[O III] 5008", 5008, 5008.24, True, 15, (-33, -19), (20, 60), (5008.24,)),
    Line("Mg b 5175", 5175, 5176.6, False, 20, (-60, -30), (30, 60)),
    Line("Na I D 5895", 5895, 5894.6, False, 12),
    # A wider window would include [N II] on both sides.
    Line("H alpha 6565", 6565, 6564.61, True, 10, (-65, -32), (38, 65), (6564.61,)),
    Line("[S II] 6716", 6716, 6718.29, True, 7, (-40, -15), (30, 50), (6718.29,)),
)


def code_widths(wave, flux, redshift):
    """Widths as computed by the thesis's code: `compute_ew` of its preprocessing.

    Flux is smoothed by a Gaussian of 4 pixels. The line's centre is the extremum nearest to its redshifted
    wavelength, within 10 Angstrom, or else that wavelength. It ends at the next extremum on each side, within
    80 Angstrom; if there is none, at the same distance as on the other side, or after 80 Angstrom. The
    continuum is the straight line between the smoothed flux at both ends.

    Parameters
    ----------
    wave : array (n_pix,)
        Angstrom.
    flux : array (n_spec, n_pix)
    redshift : array (n_spec,)

    Returns
    -------
    array (n_spec, 14)
        Angstrom in the observed frame, positive in emission; 0 if the line is outside the spectrum, is
        narrower than 2 pixels, or has a continuum of 0 somewhere.
    """
    smooth = gaussian_filter1d(np.asarray(flux, float), _SIGMA, axis=1)
    step = np.gradient(wave)
    widths = np.zeros((len(smooth), len(LINES)))
    for i, (spectrum, z) in enumerate(zip(smooth, redshift, strict=True)):
        extrema = np.flatnonzero(np.diff(np.sign(np.gradient(spectrum, wave))) != 0)
        for j, line in enumerate(LINES):
            target = line.thesis * (1 + z)
            if wave[0] <= target <= wave[-1]:
                ends = _ends(wave, extrema, target, _SKIPPED if line.thesis == 2799 else 0)
                widths[i, j] = _summed(wave, spectrum, step, *ends)
    return widths


def _ends(wave, extrema, target, skipped):
    """First and last pixel of a line."""
    near = extrema[np.abs(wave[extrema] - target) <= _CENTRE]
    pixels = near if near.size else np.arange(wave.size)
    centre = pixels[np.abs(wave[pixels] - target).argmin()]
    left = extrema[(extrema < centre - skipped) & (wave[extrema] > wave[centre] - _REACH)]
    right = extrema[(extrema > centre + skipped) & (wave[extrema] < wave[centre] + _REACH)]
    first = left[-1] if left.size else None
    last = right[0] if right.size else None
    if first is None:
        first = 2 * centre - last if last is not None else np.searchsorted(wave, wave[centre] - _REACH)
    if last is None:
        last = 2 * centre - first if left.size else np.searchsorted(wave, wave[centre] + _REACH)
    return max(first, 0), min(last, wave.size - 1)


def _summed(wave, flux, step, first, last):
    """Sum of (F - C) / C dlambda strictly between two pixels."""
    inside = slice(first + 1, last)
    continuum = np.interp(wave[inside], wave[[first, last]], flux[[first, last]])
    if continuum.size < 2 or (continuum == 0).any():
        return 0.0
    return ((flux[inside] - continuum) / continuum * step[inside]).sum()


def equivalent_width(wave, flux, ivar, line, redshift):
    """Equivalent width by the textbook formula: equation (1) of the thesis, with fixed side bands, at rest.

    Parameters
    ----------
    wave : array (n_pix,)
        Vacuum, Angstrom.
    flux, ivar : arrays (n_pix,)
    line : Line
    redshift : float

    Returns
    -------
    width, error : float
        Angstrom at rest, positive in absorption; the error includes the noise in the line and in its
        continuum.
    continuum : float
        Its mean under the line, in units of flux.

    All are NaN if fewer than nine tenths of the pixels in the window or the side bands are valid, or if the
    continuum is not positive.
    """
    rest = wave / (1 + redshift) - line.vacuum
    inside = np.abs(rest) <= line.window
    bands = [(rest >= low) & (rest <= high) for low, high in (line.blue, line.red)]
    valid = ivar > 0
    if any(part.sum() < 3 or valid[part].mean() < 0.9 for part in (inside, *bands)):
        return np.nan, np.nan, np.nan
    # A straight line by least squares; `hat` maps the flux in the bands to the continuum in the window.
    band = (bands[0] | bands[1]) & valid
    design = np.stack([np.ones(band.sum()), rest[band]], axis=1)
    inside &= valid
    hat = np.stack([np.ones(inside.sum()), rest[inside]], axis=1) @ np.linalg.pinv(design)
    continuum = hat @ flux[band]
    if (continuum <= 0).any():
        return np.nan, np.nan, np.nan
    step = np.gradient(rest)[inside]
    width = ((1 - flux[inside] / continuum) * step).sum()
    of_continuum = (flux[inside] / continuum**2 * step) @ hat
    variance = ((step / continuum) ** 2 / ivar[inside]).sum() + (of_continuum**2 / ivar[band]).sum()
    return width, np.sqrt(variance), continuum.mean()
