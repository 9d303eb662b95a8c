"""Classify ever more reddened test spectra (Sharma et al. 2020, section 5.2, point 4)."""

import numpy as np

from obafgkm.extinction import reddened
from obafgkm.job import job
from obafgkm.robustness import classified
from obafgkm.spectra import Spectra


def reddened_sets(test, step, unity_at):
    """The test sets: A_V from 0 to 1 magnitude.

    Parameters
    ----------
    test : Spectra
    step : float
        Step of A_V in magnitudes.
    unity_at : float
        Wavelength in Angstrom at which the flux is one.

    Yields
    ------
    about : dict
        ``test``, and A_V as ``setting``.
    flux : array (n_spec, n_pix)
    """
    a_v_values = np.round(np.arange(0, 1 + step / 2, step), 6)
    for a_v, flux in zip(a_v_values, reddened(test.flux, test.wave, a_v_values, unity_at), strict=True):
        yield {"test": "reddening", "setting": a_v}, flux


if __name__ == "__main__":
    with job(snakemake):
        from obafgkm import training

        given, params = snakemake.input, snakemake.params
        training.set_up_backend(params.seed, snakemake.threads)
        networks = {name: training.load(given[name]) for name in params.networks}
        test = Spectra.read(given.test)
        sets = reddened_sets(test, params.step, params.unity_at)
        classified(networks, test, sets).to_csv(snakemake.output.predictions, index=False)
