"""Classify test spectra without continuum, and with that of another (Sharma et al. 2020, section 5.2)."""

from obafgkm.job import job
from obafgkm.robustness import classified, shuffled_continua
from obafgkm.spectra import Spectra


def spoilt_continua(test, normalised, repeats, unity_at, seed):
    """The test sets: one without continua, `repeats` with shuffled ones.

    Parameters
    ----------
    test, normalised : Spectra
        The test sample as it is, and with its continua at one.
    repeats : int
    unity_at : float
        Wavelength in Angstrom at which the flux is one.
    seed : int

    Yields
    ------
    about : dict
        ``test`` and ``repeat``.
    flux : array (n_spec, n_pix)
    """
    yield {"test": "normalised", "repeat": 0}, normalised.flux
    for repeat, (flux, _) in enumerate(shuffled_continua(test.wave, test.flux, repeats, unity_at, seed)):
        yield {"test": "shuffled continua", "repeat": repeat}, flux


if __name__ == "__main__":
    with job(snakemake):
        from obafgkm import training

        given, params = snakemake.input, snakemake.params
        training.set_up_backend(params.seed, snakemake.threads)
        networks = {name: training.load(given[name]) for name in params.networks}
        test, normalised = Spectra.read(given.test), Spectra.read(given.normalised)
        sets = spoilt_continua(test, normalised, params.repeats, params.unity_at, params.seed)
        classified(networks, test, sets).to_csv(snakemake.output.predictions, index=False)
