"""Synthetic spectra at the resolution of the homogenised libraries, and the stars of MILES."""

import json
from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.download.damage import check_dataset
from obafgkm.ingest.libraries import read_library
from obafgkm.simulate.calibration import stellar_parameters
from obafgkm.simulate.nodes import StellarGrid, gravity_limits
from obafgkm.simulate.stars import observe
from obafgkm.simulate.synthesis import OWN_PHYSICS
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.homogenise import homogenise, wavelength_grid
from obafgkm.workflow.job import job

PARAMETERS = ["teff", "logg", "feh"]
ROTATION = [0.0, 20.0, 100.0, 200.0]  # km/s; finer steps are not visible at this resolution


def synthetic_stars(settings, nodes, wave, fwhm, seed):
    """Spectra of random stars in the style of MILES: dereddened, with noise and calibration errors.

    Teff is uniform in its logarithm, log g uniform between the limits of stars of that Teff, [M/H] uniform.

    Parameters
    ----------
    settings : dict
        The section `synthetic_gap.spectra` of the configuration.
    nodes : path or None
        Model spectra; None for those in the package.
    wave : array (n_pix,)
    fwhm : float
    seed : int
    """
    n, rng = settings["number"], np.random.default_rng([seed, 11])
    teff = np.exp(rng.uniform(*np.log(settings["teff"]), n))
    stars = pd.DataFrame(
        {"teff": teff, "logg": rng.uniform(*gravity_limits(teff)), "feh": rng.uniform(*settings["feh"], n)}
    )
    observed = stars.assign(vsini=rng.choice(ROTATION, n), a_v=rng.normal(0, 0.05, n))
    flux, ivar = observe(StellarGrid.load(nodes), observed, wave, fwhm, np.full(n, settings["snr"]), rng)
    labels = stars.assign(star=[str(i) for i in range(n)], source=OWN_PHYSICS.source)
    return Spectra(wave, flux, ivar, labels, "air", fwhm)


def library_stars(directory, source, wave, fwhm, unity_at):
    """The MILES stars with all of `PARAMETERS` in its table, with or without a readable type, homogenised."""
    check_dataset(directory)
    spectra, _ = read_library("miles", directory)
    known = spectra.labels[PARAMETERS].notna().all(axis=1)
    stars, rejected = homogenise(spectra.select(known.to_numpy()), wave, fwhm, unity_at)
    assert len(stars) + len(rejected) == known.sum()
    print(f"{len(spectra)} stars, {known.sum()} with parameters, {len(rejected)} of them rejected")
    stars.labels["source"] = source
    return stars


def is_inside(labels, settings):
    """Mask of the stars within the range of the synthetic ones."""
    low, high = gravity_limits(labels["teff"])
    return (
        labels["teff"].between(*settings["teff"])
        & labels["feh"].between(*settings["feh"])
        & labels["logg"].between(low, high)
    )


def type_range(teff):
    """Main class of a dwarf of each Teff."""
    limits, _ = stellar_parameters(np.arange(60, 0, -10), 4)  # M0, K0 ... B0
    return np.array(list("MKGFABO"))[np.searchsorted(limits, teff, side="right")]


if __name__ == "__main__":
    with job(snakemake):
        params, provenance = snakemake.params, Path(snakemake.input.provenance)
        common = params.homogenise
        wave = wavelength_grid(common["first"], common["last"], common["step"])
        samples = {
            "synthetic": synthetic_stars(
                params.settings, snakemake.input.nodes or None, wave, common["fwhm"], params.seed
            ),
            "stars": library_stars(
                provenance.parent,
                json.loads(provenance.read_text())["source"],
                wave,
                common["fwhm"],
                common["unity_at"],
            ),
        }
        for name, spectra in samples.items():
            spectra.labels["inside"] = is_inside(spectra.labels, params.settings)
            spectra.labels["type_range"] = type_range(spectra.labels["teff"])
            spectra.write(snakemake.output[name])
