"""Figure 2: internal dispersion of each subclass of the training sample (Eqs. 1-3)."""

import matplotlib.pyplot as plt

from obafgkm.documents.sharma.samples import internal_dispersion
from obafgkm.evaluation.metrics import survives_clipping
from obafgkm.mk import N_CLASSES
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.report.plots.classes import label_class_axis
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job


def _area(n):
    """Area of the circle for `n` spectra, in square points; visible even for two."""
    return 4 + 3 * n


def fig02(table, threshold):
    """Draw the dispersions; circles grow with the population.

    Parameters
    ----------
    table : DataFrame
        The result of `internal_dispersion`.
    threshold : float
        Clipping threshold of the mean in standard deviations.
    """
    figure, axes = new_figure(PAGE, 0.4 * PAGE)
    mean = table["dispersion"][survives_clipping(table["dispersion"], threshold)].mean()
    axes.scatter(table["class"], table["dispersion"], s=_area(table["population"]), alpha=0.5, linewidths=0)
    axes.axhline(mean, color="C1", ls="--")
    axes.set(xlabel="Class", ylabel="Internal dispersion (flux at 5550 Å = 1)", xlim=(-1, N_CLASSES))
    axes.set_ylim(-0.02 * table["dispersion"].max())
    label_class_axis(axes.xaxis)
    words = {2: "2 spectra", 10: "10 spectra", 50: "50 spectra"}
    handles = [
        plt.scatter([], [], s=_area(n), color="C0", alpha=0.5, linewidths=0, label=label)
        for n, label in words.items()
    ]
    handles.append(plt.Line2D([], [], color="C1", ls="--", label=f"mean {mean:.3f} ({threshold:g}σ clipped)"))
    figure.legend(handles=handles, loc="outside upper center", ncols=4)
    return figure


if __name__ == "__main__":
    with job(snakemake):
        sample = Spectra.read(snakemake.input.training)
        table = internal_dispersion(sample.flux, sample.labels["mk_class"].to_numpy())
        table = table[table["population"] > 1]  # a single spectrum has no dispersion
        table.to_csv(snakemake.output.csv, index=False, float_format="%.6g")
        figure = fig02(table, snakemake.params.clip)
        save_figure(figure, [snakemake.output.png, snakemake.output.pdf], sample.source)
