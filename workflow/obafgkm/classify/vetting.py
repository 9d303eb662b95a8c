"""Catalogue types that two witnesses contradict: the star's parameters, and the spectra most like its own.

A witness is the median class of other stars: of those nearest in temperature, gravity and metallicity, and of
those with the most similar lines. Neither knows what a classifier says of the star.
"""

import numpy as np
import pandas as pd

__all__ = ["vet"]

_PARAMETERS = {"teff": 0.015, "logg": 0.5, "feh": 0.5}  # what counts as alike: dex for each
_NEIGHBOURS = {"by_parameters": 9, "by_spectrum": 7}
# Subclasses from both witnesses, on one side. K5 and M0 are neighbours: few stars are called K6 to K9.
_FAR = 5
_ANOTHER = 15  # subclasses from the spectra most alike, whatever the parameters say


def vet(lines, labels):
    """Judge the temperature class of every star by its neighbours.

    Parameters
    ----------
    lines : array (n, n_pix)
        Of spectra of one resolution: `obafgkm.classify.inputs.lines_and_continuum`.
    labels : DataFrame (n rows)
        ``star, mk_class``; ``teff`` (K), ``logg, feh`` (dex), where there are such.

    Returns
    -------
    DataFrame (n rows)
        ``by_parameters`` and ``by_spectrum``: class of the neighbours, NaN where there are none; ``vetted``:
        class to train with and to score by, the catalogue's unless ``doubt`` says why not.
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
    """Median class of the k nearest points of other stars; NaN where there are no such points."""
    from sklearn.neighbors import NearestNeighbors

    answer, known = np.full(len(points), np.nan), np.flatnonzero(np.isfinite(points).all(axis=1))
    if len(np.unique(stars[known])) <= k:
        return answer
    # So many more neighbours are asked for as a star has spectra, since none of them is a witness.
    own = pd.Series(stars[known]).value_counts().iloc[0]
    _, near = (
        NearestNeighbors(n_neighbors=min(k + own, len(known))).fit(points[known]).kneighbors(points[known])
    )
    for row, neighbours in zip(known, known[near], strict=True):
        others = neighbours[stars[neighbours] != stars[row]][:k]
        answer[row] = np.median(classes[others])
    return answer
