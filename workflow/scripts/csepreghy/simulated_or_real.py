"""What simulated spectra add: accuracy on real ones after training on these, on those, and on both."""

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from obafgkm.evaluation.intervals import with_intervals
from obafgkm.report.plots import PAGE, dodge, new_figure, save_figure
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

COLOURS = {"real": "C0", "simulated, then real": "C1", "simulated": "C2"}
SHOWN = {"real": "real alone", "simulated, then real": "simulated, then real"}


def recalls(expected, predicted, classes):
    """Accuracy, its mean over the classes, and the share of each class that is found."""
    right = expected == predicted
    # Of a class that a bootstrap sample lacks, no share.
    of_class = {name: right[expected == name] for name in classes}
    found = {f"recall_{name}": own.mean() if own.size else np.nan for name, own in of_class.items()}
    return {"accuracy": right.mean(), "balanced_accuracy": np.mean([*found.values()]), **found}


def table_simulated(predictions, settings, seed):
    """One row per training: how many simulated and real spectra, and the recall of each class.

    Parameters
    ----------
    predictions : DataFrame
        Of the CNN on one task; columns ``trained_on, share, repeat, star, expected, predicted, real_spectra,
        simulated_spectra, source``.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int
        Of the bootstrap by object.
    """
    classes = np.unique(predictions["expected"].to_numpy(str))
    rows = []
    for trained_on in COLOURS:
        own = predictions[predictions["trained_on"] == trained_on]
        for share, part in own.groupby("share"):
            bootstrap = with_intervals(
                lambda expected, predicted: recalls(expected, predicted, classes),
                part["star"],
                part["expected"].to_numpy(str),
                part["predicted"].to_numpy(str),
                samples=settings["bootstrap"],
                confidence=settings["confidence"],
                seed=seed,
            )
            rows.append(
                {
                    "trained_on": trained_on,
                    "share": share,
                    "simulated_spectra": round(part["simulated_spectra"].mean()),
                    "real_spectra": round(part["real_spectra"].mean()),
                    "repeats": part["repeat"].nunique(),
                    **bootstrap,
                    "source": part["source"].iloc[0],
                }
            )
    return pd.DataFrame(rows)


def fig_simulated(table):
    """Draw recall against the number of real training spectra: each class, and the mean of all."""
    columns = ["balanced_accuracy", *[name for name in table if name.startswith("recall_")]]
    columns = [name for name in columns if not name.endswith(("_low", "_high"))]
    figure, axes = new_figure(PAGE, 0.4 * PAGE, panels=(1, len(columns)), sharey=True)
    alone = table[table["trained_on"] == "simulated"].iloc[-1]
    for panel, column in zip(axes, columns, strict=True):
        low, high = alone[f"{column}_low"], alone[f"{column}_high"]
        panel.axhspan(low, high, color=COLOURS["simulated"], alpha=0.15, lw=0)
        panel.axhline(alone[column], color=COLOURS["simulated"], label="simulated alone")
        for i, (trained_on, label) in enumerate(SHOWN.items()):
            rows = table[table["trained_on"] == trained_on]
            errors = np.abs(rows[[f"{column}_low", f"{column}_high"]].to_numpy().T - rows[column].to_numpy())
            bars = panel.errorbar(
                rows["real_spectra"],
                rows[column],
                errors,
                marker="o",
                ms=3,
                capsize=2,
                color=COLOURS[trained_on],
                label=label,
            )
            dodge(bars, i, len(SHOWN))
        panel.set_title(column.removeprefix("recall_").replace("balanced_accuracy", "mean of classes"))
        panel.set(xlim=(0, 1.06 * table["real_spectra"].max()), xlabel="Real training spectra")
        panel.xaxis.set_major_locator(MaxNLocator(4, prune="both"))  # or those of neighbours touch
    axes[0].set(ylabel="Fraction of real spectra found", ylim=(-0.03, 1.03))
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure


if __name__ == "__main__":
    with job(snakemake):
        params, output = snakemake.params, snakemake.output
        predictions = pd.read_csv(snakemake.input.predictions)
        table = table_simulated(predictions, params.settings, params.seed)
        write_table(table, output.table_simulated, output.table_simulated_tex, digits=3)
        source = table["source"].iloc[-1]
        save_figure(fig_simulated(table), [output.fig_simulated, output.fig_simulated_pdf], source)
