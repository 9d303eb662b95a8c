"""The classifier on left-out stars: classes, errors under poor conditions, reliability."""

import numpy as np
import pandas as pd
from matplotlib.ticker import ScalarFormatter

from obafgkm.evaluation.intervals import wilson_interval
from obafgkm.evaluation.metrics import reliability
from obafgkm.mk import MAIN_CLASSES
from obafgkm.report.plots import COLUMN, PAGE, dodge, new_figure, save_figure
from obafgkm.workflow.job import job

_CLEAN = "as observed"
_AXES = {
    "a_v": ("$A_V$ (mag)", 0.0),
    "snr": ("S/N per pixel of 2 Å", None),
    "fwhm": ("Resolution (FWHM, Å)", None),
    "coverage": ("Fraction of 3800–7000 Å covered", 1.0),
}
_MODELS = {
    "network": "this classifier",
    "forest": "random forest on flux",
    "forest_lines": "random forest, lines only",
    "nearest": "nearest template, lines only",
}


def fig_classes(clean):
    """Predicted against expected classes of stars left out with their library, and their errors."""
    figure, axes = new_figure(COLUMN, COLUMN)
    rng = np.random.default_rng(0)
    for i, (library, part) in enumerate(clean.groupby("left_out", sort=False)):
        x, y = (part[name] + rng.uniform(-0.4, 0.4, len(part)) for name in ("mk_class", "network"))
        axes.scatter(x, y, s=6, alpha=0.6, lw=0, color=f"C{i}", label=f"{library.upper()} ({len(part)})")
    axes.plot([0, 70], [0, 70], color="0.4", lw=0.6, zorder=0)
    ticks = {"ticks": range(5, 70, 10), "labels": list(MAIN_CLASSES)}
    axes.set_xticks(**ticks)
    axes.set_yticks(**ticks)
    axes.set(xlabel="Class in the catalogue", ylabel="Class by the classifier", xlim=(0, 70), ylim=(0, 70))
    axes.legend(title="Library left out (stars)", title_fontsize=7, loc="upper left")
    return figure


def fig_conditions(table):
    """Raw sigma against each condition."""
    figure, axes = new_figure(PAGE, 0.62 * PAGE, panels=(2, 2), sharey=True)
    clean = table[table["condition"] == _CLEAN].iloc[0]
    for panel, (name, (label, at)) in zip(axes.flat, _AXES.items(), strict=True):
        rows = table[table["condition"].str.startswith(f"{name}=")]
        values = rows["condition"].str.partition("=")[2].astype(float).to_numpy()
        for i, (model, words) in enumerate(_MODELS.items()):
            columns = [f"{model}_sigma{end}" for end in ("", "_low", "_high")]
            x, y = values, rows[columns].to_numpy()
            if at is not None:
                x, y = np.append(x, at), np.vstack([y, clean[columns].to_numpy(float)])
            order = np.argsort(x)
            x, (sigma, low, high) = x[order], y[order].T
            bars = panel.errorbar(
                x,
                sigma,
                [sigma - low, high - sigma],
                marker="o",
                ms=3,
                capsize=2,
                color=f"C{i}",
                lw=0.8,
                label=words,
            )
            dodge(bars, i, len(_MODELS))
        panel.axhline(clean["network_sigma"], color="C0", lw=0.6, ls=":")
        panel.set_xlabel(label)
        if name == "snr":
            panel.set_xscale("log")
            panel.set_xticks(values)
            panel.xaxis.set_major_formatter(ScalarFormatter())
            panel.minorticks_off()
    for panel in axes[:, 0]:
        panel.set_ylabel("Raw σ (subclasses)")
    figure.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=4)
    return figure


def fig_reliability(clean):
    """Fraction of correct classes against predicted probability, and the coverage of the conformal sets."""
    figure, (left, right) = new_figure(PAGE, 0.45 * PAGE, panels=(1, 2))
    bins = reliability(clean["probability"], clean["mode"] == clean["mk_class"])
    left.plot([0, 1], [0, 1], color="0.4", lw=0.6)
    bars = np.abs(wilson_interval(bins["accuracy"], bins["spectra"]) - bins["accuracy"].to_numpy())
    left.errorbar(bins["confidence"], bins["accuracy"], bars, fmt="o", ms=3, capsize=2)
    limits = (0, 1.1 * max(bins["confidence"].max(), (bins["accuracy"] + bars[1]).max()))
    left.set(xlabel="Probability of the likeliest class", ylabel="Fraction correct", xlim=limits, ylim=limits)
    main = clean["mk_class"] // 10
    cover = clean.groupby(main)["in_set"].agg(["mean", "size"])
    error = np.abs(wilson_interval(cover["mean"], cover["size"]) - cover["mean"].to_numpy())
    right.errorbar(cover.index, cover["mean"], error, fmt="o", ms=3, capsize=2)
    right.axhspan(0.87, 0.93, color="0.9", zorder=0)
    right.set_xticks(range(7), [f"{MAIN_CLASSES[k]}\n{cover['size'].get(k, 0)}" for k in range(7)])
    right.set(
        xlabel="Main class and number of stars",
        ylabel="Share with the true class in the 90% set",
        ylim=(0, 1.02),
    )
    return figure


if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions, keep_default_na=False, na_values=[""])
        clean = predictions[predictions["condition"] == _CLEAN]
        is_fold = clean["left_out"].str.startswith("fold")
        table = pd.read_csv(snakemake.input.conditions)
        figures = {
            "fig_classes": fig_classes(clean[~is_fold]),
            "fig_conditions": fig_conditions(table),
            "fig_reliability": fig_reliability(clean[is_fold]),
        }
        for name, figure in figures.items():
            paths = [snakemake.output[name], snakemake.output[f"{name}_pdf"]]
            save_figure(figure, paths, predictions["source"].iloc[0], networks=True)
