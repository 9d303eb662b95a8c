"""Summary of a survey: tables, sky map, and a sentence on the processing rate."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.colors import LogNorm

from obafgkm.mk import MAIN_CLASSES
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.report.tables import write_table
from obafgkm.survey.merging import read_receipts
from obafgkm.survey.summary import DEC_EDGES, RA_EDGES, summarise
from obafgkm.workflow.job import job


def fig_sky(summary):
    """Number of typed spectra and their mean class in cells of the sky."""
    figure, panels = new_figure(PAGE, 0.3 * PAGE, panels=(1, 2), subplot_kw={"projection": "mollweide"})
    has = summary.sky > 0
    if not has.any():
        for axes in panels:
            axes.set_title("no typed spectrum has a position")
        return figure
    number = np.where(has, summary.sky, np.nan)
    mean = np.where(has, summary.class_sum / np.where(has, summary.sky, 1), np.nan)
    # Right ascension increases to the left, as on the sky.
    ra, dec = np.radians(180 - RA_EDGES), np.radians(DEC_EDGES)
    classes = {"vmin": 0, "vmax": 10 * len(MAIN_CLASSES), "cmap": "RdYlBu_r"}
    # At least a decade: a narrower scale has labels of its fine ticks, which overlap.
    counts = {"norm": LogNorm(1, max(10, summary.sky.max())), "cmap": "viridis_r"}
    drawn = (number, "typed spectra", counts), (mean, "mean class", classes)
    for axes, (values, label, look) in zip(panels, drawn, strict=True):
        image = axes.pcolormesh(ra, dec, values.T, **look)
        bar = figure.colorbar(image, ax=axes, orientation="horizontal", shrink=0.7, label=label)
        if look is classes:
            bar.set_ticks(range(5, 10 * len(MAIN_CLASSES), 10), labels=list(MAIN_CLASSES))
        axes.set_xticks(np.radians([-120, -60, 0, 60, 120]), labels=["20h", "16h", "12h", "8h", "4h"])
        axes.tick_params(labelsize=5)
        axes.grid(lw=0.3, alpha=0.5)
    return figure


def sentence(chunks):
    """Number of spectra and processing time, as a sentence."""
    cpu, rows, rejected = (chunks[name].sum() for name in ("cpu_seconds", "rows", "rejected"))
    rate = chunks["entries"].sum() / cpu
    return (
        f"Survey: {chunks['entries'].sum()} entries in {len(chunks)} chunks gave {rows} rows, {rejected} of "
        f"them rejected with a reason; {rate:.0f} entries per second and core, "
        f"{chunks['peak_memory_mb'].max()} MB at most.\n"
    )


if __name__ == "__main__":
    with job(snakemake):
        output = snakemake.output
        chunks = pd.DataFrame(read_receipts(snakemake.input.receipts))
        chunks["entries_per_cpu_second"] = chunks["entries"] / chunks["cpu_seconds"]
        summary = summarise(snakemake.input.types)
        if sum(summary.counts.values()) != chunks["rows"].sum():
            raise AssertionError("the dataset has other rows than the chunks")
        write_table(summary.count_table(), output.counts, output.counts_tex)
        write_table(summary.agreement_table(), output.agreement, output.agreement_tex)
        summary.outlier_table().to_csv(output.outliers, index=False, float_format="%.6g")
        chunks.to_csv(output.chunks, index=False, float_format="%.6g")
        save_figure(fig_sky(summary), [output.sky, output.sky_pdf], snakemake.params.source)
        Path(output.sentence).write_text(sentence(chunks))
