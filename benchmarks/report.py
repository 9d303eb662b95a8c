"""The table and the plot of results."""

import matplotlib.pyplot as plt
import pandas as pd

from obafgkm.report.plots import PAGE, new_figure

__all__ = ["write"]


def write(table, folder):
    """Write ``results.md`` and ``results.png``.

    Parameters
    ----------
    table : DataFrame
        `benchmarks.harness.COLUMNS` and ``machine``.
    folder : Path
    """
    measured = table[~table["variant"].str.startswith("machine: ")]
    (folder / "results.md").write_text(_markdown(measured, table))
    figure = _draw(measured)
    figure.savefig(folder / "results.png", dpi=150)
    plt.close(figure)


def _markdown(measured, table):
    names = ["task (cores)", "variant", "ms per unit", "CPU ms per unit", "units/s", "peak MB"]
    names += ["ours is faster by", "by CPU time", "target", "share of limit", "notes"]
    lines = [f"| {' | '.join(names)} |", "|" + len(names) * "---|"]
    for row in measured.itertuples():
        numbers = [
            *(row.wall_ms_per_unit, row.cpu_ms_per_unit, row.units_per_s, row.peak_memory_mb),
            *(row.ours_is_faster_by, row.by_cpu_time, row.least, row.share_of_limit),
        ]
        text = ["" if pd.isna(number) else f"{number:.3g}" for number in numbers]
        notes = row.notes.strip("{}").replace('"', "")
        lines.append(f"| {row.task} ({row.threads}) | {row.variant} | {' | '.join(text)} | {notes} |")
    limits = table[table["variant"].str.startswith("machine: ")]
    best = limits.groupby(["threads", "variant"])["units_per_s"].max() / 1e9
    lines += ["", "The best rates of the machine, in 10⁹ operations or bytes per second:", ""]
    lines += ["| cores | limit | rate |", "|---|---|---|"]
    lines += [
        f"| {threads} | {name.removeprefix('machine: ')} | {rate:.3g} |"
        for (threads, name), rate in best.items()
    ]
    lines += ["", "Measured on:", ""]
    lines += [
        f"- {machine}: {', '.join(dict.fromkeys(rows['task']))}"
        for machine, rows in measured.groupby("machine", sort=False)
    ]
    return "\n".join(lines) + "\n"


def _draw(measured):
    """Speed-up of the library over each alternative, with the targets."""
    others = measured[measured["ours_is_faster_by"].notna() & (measured["ours_is_faster_by"] != 1)]
    others = others.iloc[::-1].reset_index(drop=True)
    figure, axes = new_figure(PAGE, 1 + 0.22 * len(others))
    y = range(len(others))
    axes.scatter(others["ours_is_faster_by"], y, color="C0", label="wall time", zorder=3)
    axes.scatter(
        others["by_cpu_time"], y, facecolors="none", edgecolors="C0", marker="s", label="CPU time", zorder=3
    )
    axes.scatter(others["least"], y, color="C3", marker="|", s=120, label="target", zorder=2)
    axes.axvline(1, color="0.5", linewidth=0.8)
    axes.set_yticks(y, [f"{row.task}: {row.variant}" for row in others.itertuples()], fontsize=6)
    axes.set(xscale="log", xlabel="time relative to the library", ylim=(-0.6, len(others) - 0.4))
    axes.grid(axis="y", linewidth=0.3)
    figure.legend(loc="outside upper right", ncols=3, fontsize=6)
    return figure
