"""Train on synthetic spectra at MILES's resolution, and predict the stars of MILES: the synthetic gap."""

from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.evaluation.predictions import parameter_table
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.continuum import normalise
from obafgkm.training.baselines import nearest_template, ridge
from obafgkm.training.splits import held_out_stars
from obafgkm.workflow.job import job

PARAMETERS = ["teff", "logg", "feh"]
NEAR = 25.0  # Angstrom


def as_input(spectra, way, unity_at):
    """Flux divided by its mean within `NEAR` of `unity_at`, or by its fitted continuum."""
    if way == "normalised":
        return normalise(spectra.wave, spectra.flux)
    near = np.abs(spectra.wave - unity_at) < NEAR
    return spectra.flux / spectra.flux[:, near].mean(axis=1, keepdims=True)


def fit_models(x, y, validation, settings, notes, source, seed, threads, directory):
    """Fit the network and the baselines.

    Parameters
    ----------
    x, y : arrays (n, n_pix), (n, 3)
        Spectra and labels.
    validation : array of bool (n,)
        The spectra used for early stopping and for choosing the penalties of the linear fit.
    settings : dict
        ``network`` and ``ridge``.
    notes : dict
        Additional entries of the network's card.
    source : str
        Origin of the spectra.
    seed, threads : int
    directory : path

    Returns
    -------
    dict of str to callable
        Each takes spectra and returns labels.
    """
    import keras

    from obafgkm.documents.saldic.network import build_saldic
    from obafgkm.training import record

    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    fitted, chosen = (x[~validation], y[~validation]), (x[validation], y[validation])
    centre, spread = fitted[0].mean(axis=0), fitted[0].std()
    mean, sigma = fitted[1].mean(axis=0), fitted[1].std(axis=0)
    network = record.train_network(
        build_saldic(x.shape[1], y.shape[1], settings["network"]["learning_rate"]),
        (x - centre) / spread,
        ((y - mean) / sigma).astype("f4"),
        validation,
        {**settings["network"], **notes},
        monitor="val_loss",
        seed=seed,
        threads=threads,
        directory=directory,
        source=source,
    )
    return {
        "network": lambda x: mean + sigma * network.predict((x - centre) / spread, verbose=0),
        "linear fit": lambda x: ridge(fitted, chosen, x, settings["ridge"]),
        "nearest spectrum": lambda x: nearest_template(*fitted, x),
    }


def gap(synthetic, stars, settings, unity_at, seed, threads, directory):
    """Predictions of the held-out synthetic spectra and of the stars, by every model and kind of input.

    Teff is learnt in its logarithm.

    Parameters
    ----------
    synthetic, stars : Spectra
    settings : dict
        The section `synthetic_gap` of the configuration.
    unity_at : float
        Wavelength in Angstrom around which the flux is normalised.
    seed, threads : int
    directory : path
        Folder for the networks.

    Returns
    -------
    DataFrame
        See `parameter_table`; further columns ``sample, input, model``.
    """
    test = held_out_stars(synthetic.labels["star"], settings["test"], seed)
    validation = held_out_stars(synthetic.labels["star"][~test], settings["validation"], seed + 1)
    y = np.column_stack([np.log10(synthetic.labels["teff"]), synthetic.labels[["logg", "feh"]]])
    tables = []
    for way in ("flux", "normalised"):
        x = as_input(synthetic, way, unity_at)
        models = fit_models(
            x[~test],
            y[~test],
            validation,
            settings,
            {"input": way},
            synthetic.source,
            seed,
            threads,
            directory / way,
        )
        samples = {"synthetic": (x[test], synthetic.labels[test])}
        if len(stars):
            samples["MILES"] = (as_input(stars, way, unity_at), stars.labels)
        for sample, (flux, labels) in samples.items():
            for name, model in models.items():
                predicted = model(flux)
                predicted[:, 0] = 10 ** predicted[:, 0]
                notes = labels[["star", "source", "inside", "type_range"]]
                expected = labels[PARAMETERS].to_numpy()
                tables.append(
                    parameter_table(
                        notes, PARAMETERS, expected, predicted, sample=sample, input=way, model=name
                    )
                )
    return pd.concat(tables, ignore_index=True)


if __name__ == "__main__":
    with job(snakemake):
        from obafgkm.training import backend

        params, output = snakemake.params, snakemake.output
        backend.set_up_backend(params.seed, snakemake.threads)
        table = gap(
            Spectra.read(snakemake.input.synthetic),
            Spectra.read(snakemake.input.stars),
            params.settings,
            params.unity_at,
            params.seed,
            snakemake.threads,
            Path(output.predictions).parent / "models",
        )
        table.to_csv(output.predictions, index=False, float_format="%.6g")
