"""The error of every test of Sharma et al. 2020, section 5.2, with its bootstrap interval by star."""

import numpy as np
import pandas as pd

from obafgkm.evaluate import dispersion, rms_interval
from obafgkm.job import job

KEYS = ["test", "setting", "repeat", "model"]
SPREAD = ["bias", "mad_sigma", "clipped_sigma", "clipped_fraction"]


def sensitivity_errors(predictions, settings, seed):
    """One row a test, setting, repeat and model.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``test, setting, repeat, model, library, file, star, source, expected, predicted``. Every
        test holds the same spectra.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int
        Seed of the bootstrap, the same for every row.

    Returns
    -------
    DataFrame
        Columns ``test, setting, repeat, model, source, spectra, rms, rms_low, rms_high, bias, mad_sigma,
        clipped_sigma, clipped_fraction``; errors in subclasses. `setting` is A_V in magnitudes, or the share
        of wrong labels.
    """
    predictions = predictions.sort_values(["library", "file"], kind="stable")
    groups = list(predictions.groupby(KEYS, dropna=False, sort=False))
    difference = np.stack([(rows["predicted"] - rows["expected"]).to_numpy() for _, rows in groups], axis=1)
    low, high = rms_interval(
        difference,
        groups[0][1]["star"],
        samples=settings["bootstrap"],
        confidence=settings["confidence"],
        seed=seed,
    )
    source = ", ".join(sorted(set(predictions["source"])))
    table = pd.DataFrame([key for key, _ in groups], columns=KEYS).assign(
        source=source,
        spectra=len(difference),
        rms=np.sqrt((difference**2).mean(axis=0)),
        rms_low=low,
        rms_high=high,
    )
    spread = pd.DataFrame([dispersion(column, settings["clip"]) for column in difference.T])
    return pd.concat([table, spread[SPREAD]], axis=1).sort_values(KEYS, ignore_index=True)


def read_predictions(path, **about):
    """Predictions of one test; `about` are the columns that the file does not have."""
    return pd.read_csv(path).assign(**about)


if __name__ == "__main__":
    with job(snakemake):
        given, params = snakemake.input, snakemake.params
        network = params.network
        parts = [
            read_predictions(path, test="clean", model=name)
            for name, path in zip(params.networks, given.clean, strict=True)
        ]
        parts += [read_predictions(given.retrained, test="trained on normalised", model=network)]
        parts += [pd.read_csv(given.continuum), pd.read_csv(given.reddening)]
        parts += [
            read_predictions(path, test="wrong labels", setting=share, repeat=repeat, model=network)
            for (share, repeat), path in zip(params.wrong, given.wrong, strict=True)
        ]
        predictions = pd.concat(parts, ignore_index=True).fillna({"repeat": 0})
        table = sensitivity_errors(predictions.astype({"repeat": int}), params.settings, params.seed)
        table.to_csv(snakemake.output.errors, index=False, float_format="%.6g")
