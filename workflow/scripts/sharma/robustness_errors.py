"""The error of every test of Sharma et al. 2020, section 5.2, with its bootstrap interval by star."""

import numpy as np
import pandas as pd

from obafgkm.evaluation.intervals import rms_interval, with_intervals
from obafgkm.evaluation.metrics import dispersion
from obafgkm.evaluation.predictions import join_sources
from obafgkm.workflow.job import job

KEYS = ["test", "setting", "repeat", "model"]
SPREAD = ["bias", "mad_sigma", "clipped_bias", "clipped_sigma", "clipped_fraction"]
BOUNDED = ["clipped_bias", "clipped_sigma"]
OUTCOMES = ["peculiar", "unclassified"]  # results of a program other than an MK type


def sensitivity_errors(predictions, settings, seed):
    """One row per test, setting, repeat and model.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``test, setting, repeat, model, library, file, star, source, expected, predicted``. Every test
        has the same spectra; `predicted` is NaN if a program could not classify a spectrum, and `outcome`,
        absent for networks, gives the reason.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int
        Seed of the bootstrap, the same for every row.

    Returns
    -------
    DataFrame
        Columns ``test, setting, repeat, model, source, spectra, classified, peculiar, unclassified, rms,
        rms_low, rms_high, colour_change, bias, mad_sigma, clipped_bias, clipped_sigma, clipped_fraction``
        and ``_low`` and ``_high`` of the clipped ones; errors in subclasses, for classified spectra;
        ``peculiar`` and ``unclassified`` are counts of a program's outcomes. `setting` is A_V in magnitudes,
        or the fraction of wrong labels.
    """
    predictions = predictions.sort_values(["library", "file"], kind="stable")
    absent = {"outcome", "colour_change"} - set(predictions)
    predictions = predictions.assign(**dict.fromkeys(absent, np.nan))
    groups = list(predictions.groupby(KEYS, dropna=False, sort=False))
    difference = np.stack([(rows["predicted"] - rows["expected"]).to_numpy() for _, rows in groups], axis=1)
    stars = groups[0][1]["star"].to_numpy(str)
    bootstrap = {"samples": settings["bootstrap"], "confidence": settings["confidence"], "seed": seed}
    low, high = rms_interval(difference, stars, **bootstrap)
    counts = {
        name: [
            (rows["outcome"] == name).sum() if rows["outcome"].notna().any() else np.nan for _, rows in groups
        ]
        for name in OUTCOMES
    }
    table = pd.DataFrame([key for key, _ in groups], columns=KEYS).assign(
        source=join_sources(predictions["source"]),
        spectra=len(difference),
        classified=np.isfinite(difference).sum(axis=0),
        **counts,
        colour_change=[rows["colour_change"].iloc[0] for _, rows in groups],
        rms=np.sqrt(np.nanmean(difference**2, axis=0)),
        rms_low=low,
        rms_high=high,
    )
    spread = [_spread(column, stars, settings["clip"], bootstrap) for column in difference.T]
    return pd.concat([table, pd.DataFrame(spread)], axis=1).sort_values(KEYS, ignore_index=True)


def _spread(difference, stars, clip, bootstrap):
    """Errors of the classified spectra, after clipping with their bounds."""

    def clipped(drawn):
        errors = dispersion(drawn, clip)
        return {name: errors[name] for name in BOUNDED}

    known = np.isfinite(difference)
    found = dispersion(difference[known], clip)
    bounded = with_intervals(clipped, stars[known], difference[known], **bootstrap)
    return {name: found[name] for name in SPREAD} | bounded


if __name__ == "__main__":
    with job(snakemake):
        given, params = snakemake.input, snakemake.params
        clean = {
            name: pd.read_csv(path).assign(test="clean", model=name, repeat=0)
            for name, path in zip(params.models, given.clean, strict=True)
        }
        retrained = pd.read_csv(given.retrained)
        # Trainings on correct labels are those with a fraction of zero.
        right = pd.concat([clean[params.network], retrained.query("test == 'clean'")])
        parts = [*clean.values(), retrained, right.assign(test="wrong labels", setting=0.0)]
        parts += [pd.read_csv(path) for path in [given.spoilt, *given.programs]]
        predictions = pd.concat(parts, ignore_index=True).fillna({"repeat": 0})
        table = sensitivity_errors(predictions.astype({"repeat": int}), params.settings, params.seed)
        table.to_csv(snakemake.output.errors, index=False, float_format="%.6g")
