"""Figures 5 to 8: error of one stellar parameter against the number of epochs, by hyper-parameter."""

import numpy as np
import pandas as pd

from obafgkm.documents.gebran.sweep import HYPERPARAMETERS
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.report.plots.parameters import NAMES
from obafgkm.workflow.job import job

_STYLES = ("-", "--")  # after the seven colours
_NOTHING = 0.95  # of the error of guessing, from which on a network has learnt nothing
_HALF_TRAINED = 0.6  # of the error of guessing: where the median of a panel says so
_SAME = 0.005  # of the error of guessing, within which two lines cannot be told apart


def line_labels(lines, guessing):
    """What the legend says of each line: its value, and whether it failed or hides another.

    Parameters
    ----------
    lines : dict of str to array (n_epochs,)
        Errors against the number of epochs; NaN where the training diverged.
    guessing : float
        Error of the constant that is the mean of the labels.

    Returns
    -------
    list of str
    """
    labels, before = [], {}
    for value, errors in lines.items():
        notes = []
        if not np.isfinite(errors).any():
            notes.append("diverged")
        elif not np.isfinite(errors[-1]):
            notes.append("diverged at last")
        elif errors[-1] > _NOTHING * guessing:
            notes.append("nothing learnt")
        twins = [
            other
            for other, its in before.items()
            if np.isfinite(errors).any() and np.allclose(errors, its, rtol=0, atol=_SAME * guessing)
        ]
        if twins:
            notes.append(f"upon {twins[0]}")
        before[value] = errors
        labels.append(f"{value} ({', '.join(notes)})" if notes else f"{value}")
    return labels


def panel_title(title, lines, guessing):
    """Title of a panel; it says so if its choices fail, most of them, after the longest training."""
    last = np.array([errors[-1] for errors in lines.values()]) / guessing
    median = np.median(np.where(np.isfinite(last), last, np.inf))
    if median < _HALF_TRAINED:
        return title
    return f"{title}: fails, median {'no number' if np.isinf(median) else f'{median:.2f} of guessing'}"


def sweep_figure(table, error="noisy_validation"):
    """Draw errors of spectra with noise, divided by that of guessing; a panel for each hyper-parameter.

    Parameters
    ----------
    table : DataFrame
        Rows of the sweep of one stellar parameter.
    error : str
        The set.
    """
    figure, axes = new_figure(PAGE, 0.75 * PAGE, panels=(2, 3), sharex=True, sharey=True)
    parameter, guessing = NAMES[table["parameter"].iloc[0]], table["guessing"].iloc[0]
    for panel, (name, title) in zip(axes.flat, HYPERPARAMETERS.items(), strict=True):
        rows = table[table["varied"].isin(["none", name])].sort_values("epochs", kind="stable")
        lines = {value: line[error].to_numpy() for value, line in rows.groupby(name, sort=False)}
        epochs = np.unique(rows["epochs"])
        labels = line_labels(lines, guessing)
        for number, (errors, label) in enumerate(zip(lines.values(), labels, strict=True)):
            style = {"color": f"C{number % 7}", "ls": _STYLES[number // 7]}
            panel.plot(epochs, errors / guessing, marker="o", ms=2.5, label=label, **style)
        panel.axhline(1, color="0.4", lw=0.6, ls=":")
        panel.set_title(panel_title(title, lines, guessing), fontsize=7)
        panel.legend(ncols=1 if max(map(len, labels)) > 20 else 2, fontsize=5.5)
    for panel in axes[1]:
        panel.set_xlabel("Epochs")
    for panel in axes[:, 0]:
        panel.set_ylabel(f"σ / {guessing:.4g} (guessing), {parameter}")
    axes[0, 0].set_ylim(0, 1.6)
    return figure


if __name__ == "__main__":
    with job(snakemake):
        table = pd.read_csv(snakemake.input.sweep)
        rows = table[table["parameter"] == snakemake.params.parameter]
        save_figure(sweep_figure(rows), snakemake.output, rows["source"].iloc[0])
