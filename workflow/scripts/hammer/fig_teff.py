"""Template temperature by main class, with the thresholds of the dummy rule."""

from obafgkm.documents.hammer.sample import read_sample
from obafgkm.mk import MAIN_CLASSES
from obafgkm.report.plots import COLUMN, new_figure, save_figure
from obafgkm.workflow.job import job


def fig_teff(sample):
    """Draw the figure."""
    figure, axes = new_figure(COLUMN, 0.8 * COLUMN)
    values = [sample["elodieTEff"][sample["main"] == i] / 1000 for i in range(len(MAIN_CLASSES))]
    style = {"flierprops": {"markersize": 2}, "medianprops": {"color": "C0"}}
    axes.boxplot(values, tick_labels=list(MAIN_CLASSES), **style)
    rule = "dummy rule:\nO above 6000 K, M below 4000 K,\nG between"
    for threshold, label in [(6, rule), (4, None)]:
        axes.axhline(threshold, color="C1", ls="--", lw=0.8, zorder=0, label=label)
    axes.legend(loc="upper right")
    axes.set(
        xlabel="Class of the ELODIE template",
        ylabel="$T_\\mathrm{eff}$ of the template (1000 K)",
        yscale="log",
    )
    axes.set_yticks([3, 4, 6, 10, 20], ["3", "4", "6", "10", "20"])
    axes.minorticks_off()
    return figure


if __name__ == "__main__":
    with job(snakemake):
        sample = read_sample(snakemake.input.sample)
        save_figure(fig_teff(sample), snakemake.output, sample["source"].iloc[0])
