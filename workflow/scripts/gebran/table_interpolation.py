"""Error of the interpolation between nodes, for each grid."""

import numpy as np
import pandas as pd

from obafgkm.report.tables import write_table
from obafgkm.simulate.grids import SyntheticGrid
from obafgkm.simulate.synthesis import synthesise
from obafgkm.workflow.job import job

_UNIT = 1e-4  # of the continuum


def synthesised_errors(grid, points, seed):
    """Rms difference from spectra synthesised at random stars of one random metallicity, between the nodes.

    Returns
    -------
    array (points,)
    """
    rng, description = np.random.default_rng([seed, 26]), grid.description
    feh = rng.uniform(description.feh[0], description.feh[-1])
    errors = []
    for teff in rng.uniform(description.teff[0], description.teff[-1], points):
        logg = rng.uniform(description.lowest(teff), description.highest_logg)
        direct, _, _ = synthesise(teff, logg, feh, grid.wave)
        errors.append(np.sqrt(np.mean((grid.spectra(teff, logg, feh)[0] - direct) ** 2)))
    return np.array(errors)


def table_interpolation(grids, points, seed):
    """Median and largest rms difference of every way to check each grid.

    Parameters
    ----------
    grids : dict of str to SyntheticGrid
    points : dict of str to int
        Spectra to synthesise between the nodes of a grid.
    seed : int
    """
    rows = []
    for name, grid in grids.items():
        checks = {f"node left out along {axis}": e for axis, e in grid.left_out_errors().items()}
        if points.get(name):
            checks["synthesised between the nodes"] = synthesised_errors(grid, points[name], seed)
        checks["components"] = np.array([grid.residual_rms])
        for check, errors in checks.items():
            rms = {"median_rms": np.median(errors) / _UNIT, "largest_rms": errors.max() / _UNIT}
            about = {"grid": name, "check": check, "spectra": len(errors)}
            rows.append(about | rms | {"unit": f"{_UNIT:g} of the continuum", "source": grid.source})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        files = {name: snakemake.input.get(name) or name for name in params.grids}
        grids = {name: SyntheticGrid.load(file) for name, file in files.items()}
        write_table(table_interpolation(grids, params.points, params.seed), *snakemake.output)
