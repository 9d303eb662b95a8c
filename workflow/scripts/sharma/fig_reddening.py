"""Error against interstellar reddening of the test spectra (Sharma et al. 2020, section 5.2, point 4)."""

import pandas as pd

from obafgkm.report.plots import COLUMN, new_figure, save_figure
from obafgkm.workflow.job import job


def fig_reddening(errors, names, confidence):
    """Draw the figure.

    Parameters
    ----------
    errors : DataFrame
        Columns ``test, setting, model, spectra, classified, rms, rms_low, rms_high``; `setting` is A_V in
        magnitudes.
    names : dict of str to str
        The models, and their names in the legend.
    confidence : float
        Confidence level of the bands.
    """
    figure, axes = new_figure(COLUMN, 0.9 * COLUMN)
    reddening = errors[errors["test"] == "reddening"]
    for model, name in names.items():
        rows = reddening[reddening["model"] == model].sort_values("setting")
        if (rows["classified"] < rows["spectra"]).any():
            name += f" ({rows['classified'].min()}–{rows['classified'].max()} of {rows['spectra'].iloc[0]})"
        axes.plot(rows["setting"], rows["rms"], label=name)
        axes.fill_between(rows["setting"], rows["rms_low"], rows["rms_high"], alpha=0.2, linewidth=0)
    axes.set(xlabel="$A_V$ (mag)", ylabel="RMS error (subclasses)", xlim=(0, 1))
    head_room = 0.15 + 0.06 * len(names)  # for the legend
    axes.set_ylim(0, (1 + head_room) * reddening["rms_high"].max())
    axes.legend(loc="upper left", title=f"bands: {100 * confidence:g}% intervals", title_fontsize=7)
    return figure


if __name__ == "__main__":
    with job(snakemake):
        errors, params = pd.read_csv(snakemake.input.errors), snakemake.params
        figure = fig_reddening(errors, params.names, params.confidence)
        save_figure(figure, snakemake.output, errors["source"][0], networks=True)
