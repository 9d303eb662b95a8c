"""Ablation of features and rows, and the importance of each feature: table and figure."""

import numpy as np
import pandas as pd

from obafgkm.archives.sdss.photometry import FEATURE_SETS, FEATURES
from obafgkm.documents.hammer.intervals import scores_with_intervals
from obafgkm.documents.hammer.sample import by_seed, read_sample
from obafgkm.report.plots import COLUMN, PAGE, new_figure, save_figure
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

MODELS = ["tuned network", "gradient boosting", "random forest"]

_WORDS = {
    "ra": "right ascension",
    "dec": "declination",
    "elodieBV": "template $B-V$",
    "elodieTEff": "template $T_\\mathrm{eff}$",
    "elodieLogG": r"template $\log\,g$",
    "elodieFeH": "template [Fe/H]",
}


def in_words(feature):
    """Name of a column of the query in figures; `z1` is the magnitude z, as z is the redshift."""
    band = feature.removeprefix("dered_")
    return _WORDS.get(feature) or f"${band.removesuffix('1')}${', dereddened' if band != feature else ''}"


def table_ablation(predictions, **bootstrap):
    """Scores pooled over all seeds, and the standard deviation of accuracy between them."""
    rows = []
    for key, part in predictions.groupby(["features", "rows", "model"], sort=False):
        stars, predicted = by_seed(part)
        scores = scores_with_intervals(stars, predicted, **bootstrap)
        accuracy = (predicted == stars[["main"]].to_numpy()).mean(axis=0)
        spread = np.std(accuracy, ddof=1) if len(accuracy) > 1 else np.nan
        row = dict(zip(["features", "rows", "model"], key, strict=True))
        rows.append({**row, "spectra": len(stars), "seeds": len(accuracy), "accuracy sd": spread, **scores})
    return pd.DataFrame(rows)


def fig_ablation(table, importance):
    """Accuracy with all and with fitted rows, and the importance of each feature."""
    figure, panels = new_figure(
        PAGE, 1.1 * COLUMN, panels=(1, 3), gridspec_kw={"width_ratios": [1.2, 1.2, 1]}
    )
    names, choices = list(FEATURE_SETS), {"all rows": "all spectra", "fitted rows": "template fitted"}
    shown = [name.replace("Teff", r"$T_\mathrm{eff}$") for name in names]
    for axes, kept in zip(panels, choices, strict=False):
        for i, model in enumerate(MODELS):
            part = table[(table["rows"] == kept) & (table["model"] == model)]
            place = part["features"].map(names.index) + 0.22 * (i - 1)
            errors = [part["accuracy"] - part["accuracy_low"], part["accuracy_high"] - part["accuracy"]]
            axes.errorbar(part["accuracy"], place, xerr=errors, fmt="o", ms=3, lw=0.8, label=model)
        axes.set(
            xlabel="Accuracy",
            title=choices[kept].capitalize(),
            xlim=(0.4, 1.02),
            ylim=(len(names) - 0.4, -0.6),
        )
        axes.set_yticks(range(len(names)), shown if axes is panels[0] else [])
    for i, kept in enumerate(choices):
        part = importance[importance["rows"] == kept].set_index("feature").loc[FEATURES]
        place = np.arange(len(FEATURES)) + 0.4 * i - 0.2
        panels[2].barh(place, part["loss"], 0.4, xerr=part["sd"], label=choices[kept], color=f"C{i + 3}")
    panels[2].set(xlabel="Accuracy lost", title="Feature shuffled", ylim=(len(FEATURES) - 0.4, -0.6))
    panels[2].set_yticks(range(len(FEATURES)), map(in_words, FEATURES), fontsize=6.5)
    panels[2].tick_params(axis="y", length=0)
    panels[2].legend(loc="upper right", fontsize=6.5)
    handles = panels[0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside upper center", ncols=len(MODELS))
    return figure


if __name__ == "__main__":
    with job(snakemake):
        inputs, output, params = snakemake.input, snakemake.output, snakemake.params
        source = read_sample(inputs.sample)["source"].iloc[0]
        predictions = pd.concat([pd.read_csv(path) for path in (inputs.networks, inputs.baselines)])
        table = table_ablation(predictions, **params.bootstrap, seed=params.seed).assign(source=source)
        write_table(table, output.table_ablation, output.table_ablation_tex, digits=3)
        figure = fig_ablation(table, pd.read_csv(inputs.importance))
        save_figure(figure, [output.fig_ablation, output.fig_ablation_pdf], source, networks=True)
