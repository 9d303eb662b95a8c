"""Other architectures on the same stars: convolutional network, boosted trees, and the mean of all."""

import functools
from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.classify.conditions import Conditions, observe
from obafgkm.classify.held_out import held_out, training_stars
from obafgkm.classify.inputs import WAVE, network_inputs
from obafgkm.classify.model import median_class
from obafgkm.mk import N_CLASSES
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job

_INDEX = 8  # pixels per line index, 16 Angstrom
_TREES = {"max_iter": 200, "learning_rate": 0.1, "max_leaf_nodes": 31, "early_stopping": False}
_LABELS = ["library", "file", "star", "mk_class", "vetted", "luminosity", "source"]


def indices(inputs):
    """Inputs of the trees: mean depth of the lines in bins of 16 Angstrom, continuum, and coverage."""
    lines, rest = np.split(inputs, [WAVE.size], axis=1)
    return np.concatenate([lines.reshape(len(lines), -1, _INDEX).mean(2), rest], axis=1)


def compare(stars, library, settings, seed, directory):
    """Class numbers by several architectures for the stars of a library that train none of them.

    Returns
    -------
    DataFrame
        The left-out spectra as observed, with a column for each architecture.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor

    from obafgkm.classify import ensemble
    from obafgkm.classify.network import build_convolutional, build_mk_types

    given = settings["architectures"]
    held, train = held_out(stars.labels, library, settings["folds"], seed)
    rows = stars.labels[held][_LABELS].reset_index(drop=True)
    if rows.empty:
        return rows
    rng = np.random.default_rng(seed)
    flux, labels, _ = training_stars(stars, train, rng)
    chosen = ensemble.draw(labels, given["copies"] * len(flux), settings, rng)
    x = ensemble.observed_inputs(flux, labels["fwhm"].to_numpy(), chosen, rng)
    fwhm = stars.labels["fwhm"].to_numpy()[held]
    seen = network_inputs(*observe(stars.flux[held].astype(float), fwhm, Conditions.fixed(held.sum()), rng))

    network = settings["network"] | {"epochs": given["epochs"]}
    y = ensemble.expected_types(labels, settings["width"])[chosen]
    builders = {
        "dense": build_mk_types,
        "convolutional": functools.partial(build_convolutional, filters=given["filters"]),
    }
    for name, build in builders.items():
        model = ensemble.train(build, x, y, network, seed, directory / f"{library}_{name}")
        rows[name] = median_class(ensemble.predict([model], seen)[0][:, :N_CLASSES])
    trees = HistGradientBoostingRegressor(random_state=seed, **_TREES)
    trees.fit(indices(x), labels["mk_class"].to_numpy()[chosen])
    rows["trees"] = trees.predict(indices(seen)).clip(0, N_CLASSES - 1)
    return rows.assign(stack=rows[["dense", "convolutional", "trees"]].mean(axis=1))


if __name__ == "__main__":
    with job(snakemake):
        from obafgkm.training import backend

        settings, seed = snakemake.params.settings, snakemake.params.seed
        backend.set_up_backend(seed, snakemake.threads)
        stars = Spectra.read(snakemake.input.stars)
        directory = Path(snakemake.input.stars).parent / "architectures"
        tables = [compare(stars, library, settings, seed, directory) for library in settings["libraries"]]
        pd.concat(tables, ignore_index=True).to_csv(snakemake.output[0], index=False, float_format="%.5g")
