"""The grid of stellar parameters of Saldic & Rathcke, and three ways to divide its spectra.

The slides' table marks one gravity, at 6250-7500 K and from 7750 K on, that its own counts omit. The counts
are right: they are those of the ATLAS9 grids of Castelli & Kurucz and add up to the 51,359 spectra.
"""

import numpy as np
import pandas as pd

from obafgkm.errors import ObafgkmError
from obafgkm.training.splits import held_out_stars

__all__ = [
    "PARAMETERS",
    "TEFF",
    "count_spectra",
    "divide",
    "down_sample",
    "draw_labels",
    "gravities",
    "inside",
    "label_grid",
    "pixels",
]

PARAMETERS = ["teff", "logg", "feh", "vsini"]
TEFF = np.arange(3500.0, 9751, 250)
LOGG = np.arange(0.0, 5.1, 0.5)
FEH = np.arange(-2.5, 0.6, 0.5)
VSINI = np.array(
    [
        *(0, 1, 2, 4, 6, 8, 10, 12, 16, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70),
        *(80, 90, 100, 110, 120, 140, 160, 180, 200),
    ],
    float,
)
_LOWEST_LOGG = {3500: 0.0, 6250: 0.5, 7750: 1.0, 8500: 1.5, 9250: 2.0}  # from this Teff on


def gravities(teff):
    """log g of the grid at one Teff."""
    return LOGG[max(low for start, low in _LOWEST_LOGG.items() if start <= teff) <= LOGG]


def label_grid():
    """Every spectrum of the grid: 51,359 rows.

    Returns
    -------
    DataFrame
        ``teff`` (K), ``logg``, ``feh`` ([M/H]), ``vsini`` (km/s), and ``node``: the number of the model
        atmosphere, shared by its 29 values of v sin i.
    """
    atmospheres = [(teff, logg, feh) for teff in TEFF for logg in gravities(teff) for feh in FEH]
    table = pd.DataFrame(atmospheres, columns=PARAMETERS[:3]).rename_axis("node").reset_index()
    return table.merge(pd.DataFrame({"vsini": VSINI}), how="cross")[[*PARAMETERS, "node"]]


def count_spectra():
    """The slides' table: gravities and spectra at each Teff.

    Returns
    -------
    DataFrame
        ``teff``, one column per gravity (whether the grid has it), ``gravities``, ``spectra``.
    """
    rows = []
    for teff in TEFF:
        present = np.isin(LOGG, gravities(teff))
        rows.append([teff, *present, present.sum(), present.sum() * FEH.size * VSINI.size])
    return pd.DataFrame(rows, columns=["teff", *(f"{logg:.1f}" for logg in LOGG), "gravities", "spectra"])


def draw_labels(n, seed):
    """`n` random spectra of the grid, in the grid's order; the whole grid if it has no more than `n`.

    Parameters
    ----------
    n, seed : int

    Returns
    -------
    DataFrame
        Rows of `label_grid`; its index is the spectrum's number in the grid.
    """
    grid = label_grid()
    return grid if n >= len(grid) else grid.sample(n, random_state=seed).sort_index()


def divide(labels, way, settings, seed):
    """Divide spectra into training, validation and test.

    Parameters
    ----------
    labels : DataFrame
        Columns `PARAMETERS` and ``node``.
    way : {'random', 'nodes', 'region'}
        What is held out for the test: random spectra, as in the slides; whole model atmospheres with all
        their v sin i; or every spectrum in a region of the grid, which leaves a hole in the training set. The
        validation set is drawn like the test set; for a region, from atmospheres outside it.
    settings : dict
        ``test`` and ``validation``: fractions of the spectra or atmospheres; ``region``: lowest and highest
        value of some parameters.
    seed : int

    Returns
    -------
    array of str (n,)
        ``training``, ``validation`` or ``test``.

    Raises
    ------
    ObafgkmError
        If a part is empty.
    """
    unit = labels.index if way == "random" else labels["node"]
    if way == "region":
        test = inside(labels, settings["region"])
    else:
        test = held_out_stars(unit, settings["test"], seed)
    share = settings["validation"] / (1 - (0 if way == "region" else settings["test"]))
    part = np.where(test, "test", "training").astype("U10")
    part[~test] = np.where(held_out_stars(unit[~test], share, seed + 1), "validation", "training")
    for name in ("training", "validation", "test"):
        if name not in part:
            raise ObafgkmError(
                f"saldic.spectra.number: {len(labels)} spectra, divided by {way}, leave none for {name}"
            )
    return part


def inside(labels, region):
    """Mask of the spectra within the limits (inclusive) of every parameter named by a region."""
    return np.logical_and.reduce([labels[name].between(*limits) for name, limits in region.items()])


def pixels(settings):
    """Wavelengths of the full spectra.

    Parameters
    ----------
    settings : dict
        ``wave``: first and last wavelength in Angstrom; ``pixels``: their number.

    Returns
    -------
    array (n_pix,)
    """
    return np.linspace(*settings["wave"], settings["pixels"])


def down_sample(flux, factor):
    """Mean of each group of `factor` pixels: (n, n_pix) to (n, n_pix // factor)."""
    return flux[:, : flux.shape[1] // factor * factor].reshape(len(flux), -1, factor).mean(axis=2)
