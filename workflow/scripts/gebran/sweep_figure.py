"""Figures 5 to 8: error of one stellar parameter by hyper-parameter, after several numbers of epochs."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from obafgkm.documents.gebran.sweep import HYPERPARAMETERS
from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.report.plots.parameters import SYMBOLS, UNITS, parameter_axis, standard_error
from obafgkm.workflow.job import job

_WORDS = {
    "relu": "ReLU",
    "elu": "ELU",
    "selu": "SELU",
    "adam": "Adam",
    "adamax": "Adamax",
    "nadam": "Nadam",
    "rmsprop": "RMSprop",
    "adadelta": "Adadelta",
    "mse": "MSE",
    "msle": "MSLE",
    "mae": "MAE",
    "glorot": "Glorot",
    "he": "He",
    "lecun": "LeCun",
}
_SPREAD = 0.4  # of the numbers of epochs within one value, in values
_LARGEST = 10  # of the error of guessing; larger ones are triangles at the edge
_NOTHING = 0.95  # of the error of guessing, from which on a network has learnt nothing
_HALF_TRAINED = 0.6  # of the error of guessing: where the median of a panel says so


def words(value):
    """A value of a hyper-parameter as it is written; initialisers have a word a line."""
    return "\n".join(_WORDS.get(word, word) for word in str(value).split("_"))


def failure(errors, guessing):
    """What is said of a value whose longest training failed; nothing where it did not.

    Parameters
    ----------
    errors : array (n_epochs,)
        Against the number of epochs; NaN where the training diverged.
    guessing : float
        Error of the constant that is the mean of the labels.
    """
    if not np.isfinite(errors).any():
        return "diverged"
    if not np.isfinite(errors[-1]):
        return "diverged at last"
    return "nothing learnt" if errors[-1] > _NOTHING * guessing else ""


def panel_title(title, values, guessing):
    """Title of a panel; it says so if its choices fail, most of them, after the longest training.

    Parameters
    ----------
    title : str
    values : dict of str to array (n_epochs,)
        Errors of each value.
    guessing : float
    """
    last = np.array([errors[-1] for errors in values.values()]) / guessing
    median = np.median(np.where(np.isfinite(last), last, np.inf))
    if median < _HALF_TRAINED:
        return title
    return f"{title}: fails, median {'no number' if np.isinf(median) else f'{median:.2f} of guessing'}"


def sweep_figure(table, error="noisy_validation"):
    """Draw errors of spectra with noise against the values of each hyper-parameter, a panel for each.

    Parameters
    ----------
    table : DataFrame
        Rows of the sweep of one stellar parameter.
    error : str
        The set.
    """
    figure, axes = new_figure(PAGE, 0.8 * PAGE, panels=(2, 3), sharey=True)
    parameter, guessing = table["parameter"].iloc[0], table["guessing"].iloc[0]
    spectra = table["spectra"].iloc[0]
    epochs = np.unique(table["epochs"])
    shifts = np.linspace(-_SPREAD / 2, _SPREAD / 2, len(epochs)) if len(epochs) > 1 else [0]
    colours = [f"C{i}" for i in range(len(epochs))]
    for panel, (name, title) in zip(axes.flat, HYPERPARAMETERS.items(), strict=True):
        rows = table[table["varied"].isin(["none", name])].sort_values("epochs", kind="stable")
        values = {value: own[error].to_numpy() for value, own in rows.groupby(name)}
        for place, errors in enumerate(values.values()):
            for shift, colour, sigma in zip(shifts, colours, errors, strict=True):
                if sigma > _LARGEST * guessing:
                    panel.plot(place + shift, _LARGEST * guessing, "^", ms=4.5, color=colour)
                    continue
                bar = standard_error(sigma, spectra)
                panel.errorbar(place + shift, sigma, bar, fmt="o", ms=3.5, lw=0.8, color=colour)
            if said := failure(errors, guessing):
                at = panel.get_xaxis_transform()
                panel.text(
                    place, 0.03, said, transform=at, rotation=90, ha="center", va="bottom", fontsize=6.5
                )
        panel.axhline(guessing, color="0.4", lw=0.6, ls=":")
        panel.set_title(panel_title(title, values, guessing), fontsize=7)
        panel.set_xticks(range(len(values)), map(words, values))
        panel.set_xlim(-0.6, len(values) - 0.4)
        panel.tick_params(axis="x", length=0)
    for panel in axes[:, 0]:
        panel.set_ylabel(parameter_axis(parameter, "σ of"))
    shown = np.append(table[error][table[error] <= _LARGEST * guessing], guessing)
    top = _LARGEST * guessing if (table[error] > _LARGEST * guessing).any() else shown.max()
    axes[0, 0].set(yscale="log", ylim=(0.7 * shown.min(), 1.4 * top))
    axes[0, 0].yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axes[0, 0].yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes[0, 0].yaxis.set_minor_formatter(NullFormatter())
    handles = [
        plt.Line2D([], [], color=colour, marker="o", ms=3.5, ls="", label=f"{n} epochs")
        for n, colour in zip(epochs, colours, strict=True)
    ]
    label = f"guessing the mean {SYMBOLS[parameter]}: {guessing:.4g} {UNITS[parameter]}"
    handles.append(plt.Line2D([], [], color="0.4", lw=0.6, ls=":", label=label))
    figure.legend(handles=handles, loc="outside upper center", ncols=5)
    return figure


if __name__ == "__main__":
    with job(snakemake):
        table = pd.read_csv(snakemake.input.sweep)
        rows = table[table["parameter"] == snakemake.params.parameter]
        save_figure(sweep_figure(rows), snakemake.output, rows["source"].iloc[0], networks=True)
