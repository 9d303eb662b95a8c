"""Number of stars per main class, separating those with an arbitrary template."""

from obafgkm.documents.hammer.sample import kept_rows, read_sample
from obafgkm.mk import MAIN_CLASSES
from obafgkm.report.plots import COLUMN, new_figure, save_figure
from obafgkm.workflow.job import job


def fig_classes(sample):
    """Draw the figure."""
    figure, axes = new_figure(COLUMN, 0.8 * COLUMN)
    every, fitted = (
        rows["main"].value_counts().reindex(range(len(MAIN_CLASSES)), fill_value=0)
        for _, rows in kept_rows(sample)
    )
    names = list(MAIN_CLASSES)
    axes.bar(names, fitted, label="template fitted")
    bars = axes.bar(names, every - fitted, bottom=fitted, label="no fit: arbitrary template")
    axes.bar_label(bars, labels=every.astype(str), fontsize=6.5)
    axes.set(xlabel="Class of the ELODIE template", ylabel="Spectra")
    axes.margins(y=0.1)
    axes.tick_params(axis="x", length=0)
    axes.legend(loc="upper left")
    return figure


if __name__ == "__main__":
    with job(snakemake):
        sample = read_sample(snakemake.input.sample)
        save_figure(fig_classes(sample), snakemake.output, sample["source"].iloc[0])
