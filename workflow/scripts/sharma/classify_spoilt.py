"""Classify test spectra without continuum, with that of another, and reddened (section 5.2)."""

from functools import partial

import numpy as np

from obafgkm.documents.sharma.robustness import by_network, classified, shuffled_continua
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.extinction import reddened
from obafgkm.training.baselines import nearest_template
from obafgkm.workflow.job import job


def spoilt_sets(test, normalised, repeats, step, unity_at, seed):
    """The test sets: one without continua, `repeats` with shuffled ones, and A_V from 0 to 1 magnitude.

    Parameters
    ----------
    test, normalised : Spectra
        The original and the continuum-normalised test sample.
    repeats : int
    step : float
        Step of A_V in magnitudes.
    unity_at : float
        Wavelength in Angstrom at which the flux is one.
    seed : int

    Yields
    ------
    about : dict
        ``test``, and ``repeat`` or A_V as ``setting``.
    flux : array (n_spec, n_pix)
    """
    yield {"test": "normalised"}, normalised.flux
    for repeat, (flux, _) in enumerate(shuffled_continua(test.wave, test.flux, repeats, unity_at, seed)):
        yield {"test": "shuffled continua", "repeat": repeat}, flux
    a_v_values = np.round(np.arange(0, 1 + step / 2, step), 6)
    for a_v, flux in zip(a_v_values, reddened(test.flux, test.wave, a_v_values, unity_at), strict=True):
        yield {"test": "reddening", "setting": a_v}, flux


if __name__ == "__main__":
    with job(snakemake):
        from obafgkm.training import backend, engine

        given, params = snakemake.input, snakemake.params
        backend.set_up_backend(params.seed, snakemake.threads)
        classifiers = {name: by_network(engine.load(given[name])) for name in params.networks}
        training = Spectra.read(given.training)
        classifiers["nearest"] = partial(
            nearest_template, training.flux, training.labels["mk_class"].to_numpy()
        )
        test, normalised = Spectra.read(given.test), Spectra.read(given.normalised)
        sets = spoilt_sets(test, normalised, params.repeats, params.a_v_step, params.unity_at, params.seed)
        classified(classifiers, test, sets).to_csv(snakemake.output.predictions, index=False)
