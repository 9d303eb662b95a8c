"""Agreement of types of the same LAMOST star between nights, for the networks and the pipeline."""

from itertools import combinations

import numpy as np
import pandas as pd

from obafgkm.evaluation.intervals import with_intervals
from obafgkm.evaluation.predictions import join_sources
from obafgkm.mk import main_class, whole_class
from obafgkm.report.tables import write_table
from obafgkm.spectra import read_labels
from obafgkm.workflow.job import job


def repeated_nights(stars, nights):
    """Pairs of spectra of one star on different nights, with weights that count stars equally.

    Parameters
    ----------
    stars, nights : array (n,)
        Star and night of each spectrum.

    Returns
    -------
    pairs : array of int (n_pair, 2)
    weights : array (n_pair,)
        One over the number of the star's pairs.
    """
    stars, nights = np.asarray(stars), np.asarray(nights)
    pairs, weights = [], []
    for star in np.unique(stars):
        both = combinations(np.flatnonzero(stars == star), 2)
        own = [(i, j) for i, j in both if nights[i] != nights[j]]
        pairs += own
        weights += [1 / len(own) for _ in own]
    return np.reshape(np.array(pairs, int), (-1, 2)), np.array(weights)


def repeatability(first, second, weights):
    """Differences between two types of each star.

    Parameters
    ----------
    first, second : array (n_pair,)
        Class numbers.
    weights : array (n_pair,)

    Returns
    -------
    dict of str to float
        ``difference``, the mean absolute difference in subclasses; ``sigma``, the implied scatter of a single
        spectrum: the root mean square difference over the square root of 2; the fractions with the same
        subclass and with the same main class.
    """
    difference = np.abs(first - second)
    same_main = main_class(whole_class(first)) == main_class(whole_class(second))
    return {
        "difference": np.average(difference, weights=weights),
        "sigma": np.sqrt(np.average(difference**2, weights=weights) / 2),
        "same_subclass": np.average(whole_class(first) == whole_class(second), weights=weights),
        "same_main_class": np.average(same_main, weights=weights),
    }


def table_repeats(labels, predictions, names, settings, seed):
    """One row per classifier, the pipeline first; see `repeatability` for the columns.

    Parameters
    ----------
    labels : DataFrame
        Columns file, mjd, the night, and source, of all spectra.
    predictions : sequence of DataFrame
        Predictions for the same spectra, in the same order.
    names : sequence of str
        The models' names.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int
        Seed of the bootstrap by star.
    """
    table = predictions[0]
    nights = labels.set_index("file").loc[table["file"], "mjd"]
    pairs, weights = repeated_nights(table["star"], nights)
    stars = table["star"].to_numpy()[pairs[:, 0]]
    types = {"LAMOST pipeline": table["expected"]}
    types |= {name: own["predicted"] for name, own in zip(names, predictions, strict=True)}
    rows = []
    for name, numbers in types.items():
        first, second = numbers.to_numpy(float)[pairs].T
        # The pipeline's types are independent of our data; those of a network depend on its training data.
        source = join_sources(labels["source"]) if name == "LAMOST pipeline" else table["source"].iloc[0]
        row = {"classifier": name, "source": source, "stars": np.unique(stars).size, "pairs": len(pairs)}
        if len(pairs):  # a mirror may hold no star twice
            row |= with_intervals(
                repeatability,
                stars,
                first,
                second,
                weights,
                samples=settings["bootstrap"],
                confidence=settings["confidence"],
                seed=seed,
            )
        rows.append(row)
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        inputs, params = snakemake.input, snakemake.params
        tables = [pd.read_csv(path) for path in inputs.predictions]
        table = table_repeats(read_labels(inputs.stars), tables, params.names, params.settings, params.seed)
        write_table(table, *snakemake.output)
