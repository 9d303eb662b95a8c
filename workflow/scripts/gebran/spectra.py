"""Make the synthetic spectra of Gebran et al. 2022: random rotating stars at its resolving power."""

import numpy as np
import pandas as pd

from obafgkm.simulate.grids import GridDescription, SyntheticGrid
from obafgkm.spectra import write_chunks
from obafgkm.workflow.job import job


def draw_stars(n, ranges, rng):
    """Labels, uniform in the ranges of Tables 1 and 4."""
    return pd.DataFrame({name: rng.uniform(*limits, n) for name, limits in ranges.items()})


def make_spectra(grid, settings, resolving_power, seed, training, test):
    """Write the training spectra, of which smaller databases are the first ones, and the test spectra.

    Parameters
    ----------
    grid : SyntheticGrid
    settings : dict
        The section `gebran.a_stars` or `gebran.fgk_stars` of the configuration.
    resolving_power : float
    seed : int
    training, test : path
    """
    wave = settings["first"] + settings["step"] * np.arange(settings["pixels"])
    for number, (n, path) in enumerate(
        [(max(settings["databases"].values()), training), (settings["test"], test)]
    ):
        stars = draw_stars(n, settings["ranges"], np.random.default_rng([seed, 21, number]))
        chunks = grid.sample(stars, wave, resolving_power)
        write_chunks(path, wave, chunks, stars.assign(source=grid.source), wave.mean() / resolving_power)


if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        expected = GridDescription.from_dict(params.grid)
        make_spectra(
            SyntheticGrid.load(snakemake.input.get("grid") or snakemake.wildcards.stars, expected),
            params.settings,
            params.resolving_power,
            params.seed,
            *snakemake.output,
        )
