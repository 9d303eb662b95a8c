"""Figure and table: error on the test stars against the number of spectra of the pre-training."""

import itertools

import numpy as np
import pandas as pd

from obafgkm.evaluation.intervals import with_intervals
from obafgkm.mk import main_class
from obafgkm.report.plots import PAGE, dodge, new_figure, save_figure
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

QUANTITIES = {"error": "Mean absolute error (subclasses)", "main_class_accuracy": "Main-class accuracy"}
STAGES = {"encoder unchanged": "C0", "all weights": "C1"}
ORDER = ["repeat", "file"]


def scores(expected, predicted, unaided):
    """Error, accuracy of the main class, and how much smaller the error is than without pre-training."""
    error = np.abs(predicted - expected).mean()
    return {
        "error": error,
        "main_class_accuracy": (main_class(predicted) == main_class(expected)).mean(),
        "gain": np.abs(unaided - expected).mean() - error,
    }


def table_pretraining(predictions, settings, seed):
    """One row per stage of the training and pre-training, in the order of the number of its spectra.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``stage, pretrained_on, share, unlabelled_spectra, explained, repeat, file, star, expected,
        predicted, source``.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int
        Of the bootstrap by star.
    """
    rows = []
    for stage in STAGES:
        own = predictions[predictions["stage"] == stage]
        unaided = own[own["pretrained_on"] == "nothing"].set_index(ORDER)["predicted"]
        # A share of the stars, for their spectra differ in number from repeat to repeat.
        for (kind, share), part in own.groupby(["pretrained_on", "share"]):
            bootstrap = with_intervals(
                scores,
                part["star"],
                part["expected"].to_numpy(),
                part["predicted"].to_numpy(),
                unaided.loc[pd.MultiIndex.from_frame(part[ORDER])].to_numpy(),
                samples=settings["bootstrap"],
                confidence=settings["confidence"],
                seed=seed,
            )
            about = {
                "stage": stage,
                "pretrained_on": kind,
                "share": share,
                "unlabelled_spectra": round(part["unlabelled_spectra"].mean()),
                "explained": part["explained"].mean(),
                "test_spectra": part["file"].nunique(),
                "repeats": part["repeat"].nunique(),
            }
            significant = int(bootstrap["gain_low"] > 0 or bootstrap["gain_high"] < 0)
            rows.append({**about, **bootstrap, "significant": significant, "source": part["source"].iloc[0]})
    return pd.DataFrame(rows)


def fig_pretraining(table):
    """Draw each quantity against the number of observed spectra; simulated ones beside, unfilled."""
    figure, axes = new_figure(PAGE, 0.42 * PAGE, panels=(1, len(QUANTITIES)))
    for panel, (column, words) in zip(axes, QUANTITIES.items(), strict=True):
        ways = list(itertools.product(STAGES.items(), ("observed", "simulated")))
        for i, ((stage, colour), kind) in enumerate(ways):
            simulated = table["pretrained_on"] == "simulated"
            rows = table[(table["stage"] == stage) & (simulated == (kind == "simulated"))]
            ends = rows[[f"{column}_low", f"{column}_high"]].to_numpy()
            bars = panel.errorbar(
                rows["unlabelled_spectra"],
                rows[column],
                np.abs(ends.T - rows[column].to_numpy()),
                fmt="o-" if kind == "observed" else "D",
                ms=4,
                mfc=colour if kind == "observed" else "white",
                capsize=2,
                color=colour,
                label=f"{stage}, pre-trained on {kind} stars",
            )
            dodge(bars, i, len(ways))
        panel.set(xlabel="Unlabelled spectra", ylabel=words)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


if __name__ == "__main__":
    with job(snakemake):
        params, output = snakemake.params, snakemake.output
        table = table_pretraining(pd.read_csv(snakemake.input.predictions), params.settings, params.seed)
        write_table(table, output.table_pretraining, output.table_pretraining_tex, digits=3)
        source = table["source"].iloc[-1]
        save_figure(
            fig_pretraining(table),
            [output.fig_pretraining, output.fig_pretraining_pdf],
            source,
            networks=True,
        )
