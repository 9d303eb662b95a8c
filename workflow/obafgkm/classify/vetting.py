"""Catalogue types contradicted by two witnesses: the star's parameters and the most similar spectra.

A witness is the median class of other stars: those nearest in temperature, gravity and metallicity, or those
with the most similar lines. Neither depends on a classifier.
"""

import numpy as np
import pandas as pd

__all__ = ["vet"]

_PARAMETERS = {"teff": 0.015, "logg": 0.5, "feh": 0.5}  # differences that count as similar, dex
_NEIGHBOURS = {"by_parameters": 9, "by_spectrum": 7}
# Subclasses from both witnesses, on the same side. K5 and M0 are neighbours: few stars are typed K6 to K9.
_FAR = 5
_ANOTHER = 15  # subclasses from the most similar spectra, regardless of the parameters


def vet(lines, labels):
    """Judge the temperature class of every star by its neighbours.

    Parameters
    ----------
    lines : array (n, n_pix)
        Lines at a common resolution, from `obafgkm.classify.inputs.lines_and_continuum`.
    labels : DataFrame (n rows)
        ``star, mk_class``; ``teff`` (K), ``logg, feh`` (dex), where known.

    Returns
    -------
    DataFrame (n rows)
        ``by_parameters`` and ``by_spectrum``: class of the neighbours, NaN if there are none; ``vetted``:
        class for training and scoring, that of the catalogue unless ``doubt`` gives a reason against it.
    """
    classes = labels["mk_class"].to_numpy(float)
    columns = [labels.get(name, pd.Series(np.nan, labels.index)).to_numpy(float) for name in _PARAMETERS]
    columns[0] = np.log10(columns[0])
    parameters = np.column_stack(columns) / list(_PARAMETERS.values())
    stars = labels["star"].to_numpy()
    found = pd.DataFrame(
        {
            "by_parameters": _class_of_neighbours(parameters, classes, stars, _NEIGHBOURS["by_parameters"]),
            "by_spectrum": _class_of_neighbours(
                np.asarray(lines), classes, stars, _NEIGHBOURS["by_spectrum"]
            ),
        },
        index=labels.index,
    )
    off = found.sub(classes, axis=0)
    both = (off > _FAR).all(axis=1) | (off < -_FAR).all(axis=1)
    another = ~both & (off["by_spectrum"].abs() > _ANOTHER)
    found["vetted"] = classes
    found.loc[both, "vetted"] = found.loc[both, ["by_parameters", "by_spectrum"]].mean(axis=1)
    found.loc[another, "vetted"] = found.loc[another, "by_spectrum"]
    found["vetted"] = found["vetted"].round().astype(int)
    found["doubt"] = np.select(
        [both, another],
        ["parameters and spectrum contradict the type", "spectrum of another kind of star"],
        "",
    )
    return found


def _class_of_neighbours(points, classes, stars, k):
    """Median class of the k nearest points of other stars; NaN if there are none."""
    from sklearn.neighbors import NearestNeighbors

    answer, known = np.full(len(points), np.nan), np.flatnonzero(np.isfinite(points).all(axis=1))
    if len(np.unique(stars[known])) <= k:
        return answer
    # A star's own spectra are not witnesses: as many more neighbours are requested.
    own = pd.Series(stars[known]).value_counts().iloc[0]
    _, near = (
        NearestNeighbors(n_neighbors=min(k + own, len(known))).fit(points[known]).kneighbors(points[known])
    )
    for row, neighbours in zip(known, known[near], strict=True):
        others = neighbours[stars[neighbours] != stars[row]][:k]
        answer[row] = np.median(classes[others])
    return answer
