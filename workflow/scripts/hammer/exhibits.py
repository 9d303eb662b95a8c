"""The exhibits of "Hack or Hammer", each from what was sampled, trained, searched and left out."""

import numpy as np
import pandas as pd

from obafgkm.archives.sdss_photometry import FEATURE_SETS
from obafgkm.evaluate import bootstrap_interval
from obafgkm.job import job
from obafgkm.main_classes import dummy_rule, main_class_scores
from obafgkm.mk import MAIN_CLASSES
from obafgkm.plots import COLUMN, PAGE, new_figure, save_figure
from obafgkm.plots.classes import draw_confusion
from obafgkm.plots.networks import draw_learning_curves
from obafgkm.tables import write_table

CLASSES = list(MAIN_CLASSES)


def with_intervals(stars, expected, predicted, settings, seed):
    """Scores with their bootstrap intervals by star, as one row."""
    expected, predicted = np.asarray(expected), np.asarray(predicted)
    scores = main_class_scores(expected, predicted)
    intervals = bootstrap_interval(
        main_class_scores,
        stars,
        expected,
        predicted,
        samples=settings["samples"],
        confidence=settings["confidence"],
        seed=seed,
    )
    row = {"stars": len(expected)}
    for name, value in scores.items():
        row[name] = value
        row[f"{name}_low"], row[f"{name}_high"] = intervals[name]
    return row


def fig_classes(sample):
    """Stars a main class, those with an arbitrary template apart."""
    figure, axes = new_figure(COLUMN, 0.8 * COLUMN)
    fitted = sample[~sample["unfitted"]]["main"].value_counts().reindex(range(7), fill_value=0)
    arbitrary = sample[sample["unfitted"]]["main"].value_counts().reindex(range(7), fill_value=0)
    axes.bar(CLASSES, fitted, label="template fitted")
    bars = axes.bar(CLASSES, arbitrary, bottom=fitted, label="arbitrary template")
    axes.bar_label(bars, labels=(fitted + arbitrary).astype(str), fontsize=6)
    axes.set(xlabel="Class of the ELODIE template", ylabel="Stars")
    axes.margins(y=0.1)
    axes.legend(loc="upper left", bbox_to_anchor=(0.12, 1))
    return figure


def fig_teff(sample):
    """Template temperature a main class, with the thresholds of the dummy rule."""
    figure, axes = new_figure(COLUMN, 0.8 * COLUMN)
    values = [sample["elodieTEff"][sample["main"] == i] / 1000 for i in range(7)]
    axes.boxplot(values, tick_labels=CLASSES, flierprops={"markersize": 2})
    for threshold, label in [(6, "O above 6000 K"), (4, "M below 4000 K")]:
        axes.axhline(threshold, color="C1", ls="--", lw=0.8)
        axes.text(0.6, threshold * 0.98, label, ha="left", va="top", fontsize=6, color="C1")
    axes.set(xlabel="Class of the ELODIE template", ylabel="Teff of the template (1000 K)", yscale="log")
    axes.set_yticks([3, 4, 6, 10, 20], ["3", "4", "6", "10", "20"])
    axes.minorticks_off()
    return figure


def table_dummy(sample, settings, seed):
    """The dummy rule, and the commonest class, on all rows and on the fitted ones."""
    rows = []
    for kept, part in [("all rows", sample), ("fitted rows", sample[~sample["unfitted"]])]:
        commonest = np.full(len(part), part["main"].mode()[0])
        for name, predicted in [
            ("Teff thresholds", dummy_rule(part["elodieTEff"])),
            ("commonest class", commonest),
        ]:
            scores = with_intervals(part["bestObjID"], part["main"], predicted, settings, seed)
            rows.append({"rule": name, "rows": kept, **scores, "source": sample["source"][0]})
    return pd.DataFrame(rows)


def table_cv(folds):
    """Mean and standard deviation over the folds, a row a model."""
    rows = []
    for model, part in folds.groupby("model"):
        row = {"model": model, "folds": len(part)}
        for score in ("accuracy", "precision", "recall", "f1", "cost"):
            row[score], row[f"{score} sd"] = part[score].mean(), part[score].std()
        rows.append({**row, "source": part["source"].iloc[0]})
    return pd.DataFrame(rows)


def table_ablation(predictions, source, settings, seed):
    """Scores a set of features, rows and model: the mean over seeds, the interval of the first."""
    rows = []
    for key, part in predictions.groupby(["features", "rows", "model"], sort=False):
        seeds = [table for _, table in part.groupby("seed")]
        row = with_intervals(seeds[0]["bestObjID"], seeds[0]["main"], seeds[0]["predicted"], settings, seed)
        accuracy = [(table["main"] == table["predicted"]).mean() for table in seeds]
        spread = {
            "seeds": len(seeds),
            "mean over seeds": np.mean(accuracy),
            "sd over seeds": np.std(accuracy),
        }
        rows.append({**dict(zip(["features", "rows", "model"], key, strict=True)), **row, **spread})
    return pd.DataFrame(rows).assign(source=source)


def fig_ablation(table, importance):
    """Accuracy a set of features with and without unfitted rows; importance of each feature."""
    figure, panels = new_figure(
        PAGE, 0.95 * COLUMN, panels=(1, 3), gridspec_kw={"width_ratios": [1.2, 1.2, 1]}
    )
    names = list(FEATURE_SETS)
    for axes, kept in zip(panels, ["all rows", "fitted rows"], strict=False):
        for i, (model, part) in enumerate(table[table["rows"] == kept].groupby("model")):
            place = np.array([names.index(name) for name in part["features"]]) + 0.2 * (i - 1)
            errors = [
                part["accuracy"] - part["accuracy_low"],
                part["accuracy_high"] - part["accuracy"],
            ]
            axes.errorbar(part["accuracy"], place, xerr=errors, fmt="o", ms=3, lw=0.8, label=model)
        axes.set(xlabel="Accuracy", title=kept, xlim=(0.4, 1.02), ylim=(len(names) - 0.4, -0.6))
        axes.set_yticks(range(len(names)), names if axes is panels[0] else [])
    panels[0].legend(loc="lower left", fontsize=6)
    columns = list(dict.fromkeys(importance["feature"]))
    for i, (kept, part) in enumerate(importance.groupby("rows", sort=False)):
        panels[2].barh(
            np.arange(len(columns)) + 0.4 * i - 0.2, part["loss"], 0.4, xerr=part["sd"], label=kept
        )
    panels[2].set(
        xlabel="Accuracy lost when shuffled", title="random forest", ylim=(len(columns) - 0.4, -0.6)
    )
    panels[2].set_yticks(range(len(columns)), columns, fontsize=5)
    panels[2].legend(loc="center right", fontsize=6)
    return figure


def table_cost(sample, predictions, settings, seed):
    """Ordinal cost of the networks and of the dummy rule on the test stars."""
    test = sample[sample["part"] == "test"]
    models = {"Teff thresholds": dummy_rule(test["elodieTEff"])}
    models |= {name: part["predicted"].to_numpy() for name, part in predictions.groupby("model")}
    rows = [
        {"model": name, **with_intervals(test["bestObjID"], test["main"], predicted, settings, seed)}
        for name, predicted in models.items()
    ]
    return pd.DataFrame(rows).assign(source=sample["source"][0])


def exhibit(name, tables, params):
    """The figure or table of that name."""
    sample, settings = tables["sample"], params.evaluation
    if name in ("fig_classes", "fig_teff"):
        return globals()[name](sample)
    if name == "table_dummy":
        return table_dummy(sample, settings, params.seed)
    if name == "table_model":
        return tables["layers"].assign(source=sample["source"][0])
    if name == "fig_curves":
        history = tables["history"]
        kept = int(history["val_loss"].argmin()) + 1
        return draw_learning_curves(history, kept, {"loss": "Cross-entropy", "accuracy": "Accuracy"})
    if name == "fig_confusion":
        slide = tables["predictions"].query("model == 'slide'")
        figure, axes = new_figure(COLUMN, COLUMN)
        matrix = pd.crosstab(slide["main"], slide["predicted"]).reindex(
            index=range(7), columns=range(7), fill_value=0
        )
        draw_confusion(axes, matrix.to_numpy(), CLASSES)
        axes.set_title(f"{len(slide)} test stars")
        return figure
    if name == "table_search":
        return tables["trials"].head(5)
    if name == "table_cv":
        return table_cv(tables["folds"])
    if name == "fig_ablation":
        return fig_ablation(tables["table"], tables["importance"])
    if name == "table_ablation":
        predictions = pd.concat([tables["ablation"], tables["baselines"]])
        return table_ablation(predictions, sample["source"][0], settings, params.seed)
    return table_cost(sample, tables["predictions"], settings, params.seed)


if __name__ == "__main__":
    with job(snakemake):
        tables = {name: pd.read_csv(path) for name, path in snakemake.input.items()}
        name = snakemake.rule.removeprefix("hammer_")
        made = exhibit(name, tables, snakemake.params)
        if name.startswith("fig"):
            save_figure(made, snakemake.output, tables["sample"]["source"][0])
        else:
            write_table(made, *snakemake.output, digits=3)
