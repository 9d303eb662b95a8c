"""Paired differences on the same stars: models and reddened spectra against the CNN, parts against all."""

import numpy as np
import pandas as pd

from obafgkm.evaluation.intervals import with_intervals
from obafgkm.evaluation.metrics import class_metrics
from obafgkm.evaluation.predictions import join_sources
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

METRICS = ["main_class_accuracy", "sigma", "rms", "mad_sigma", "clipped_sigma"]
BEST = "cnn"  # number of the paper's models, in its words
REDDENED = 1  # mag of extinction


def table_pairs(pairs, settings, seed):
    """One row per pair, with intervals from a bootstrap that draws the same stars for both.

    Parameters
    ----------
    pairs : list of (str, DataFrame, str, DataFrame)
        Name and predictions of a model, and those of its counterpart.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int

    Returns
    -------
    DataFrame
        ``model, against, source, spectra``, and the differences of the numbers of Table 3, model minus
        counterpart.
    """

    def differences(expected, predicted, other):
        own, others = (class_metrics(expected, numbers, settings["clip"]) for numbers in (predicted, other))
        for metrics in (own, others):
            metrics["rms"] = np.hypot(metrics["bias"], metrics["sigma"])
        return {metric: own[metric] - others[metric] for metric in METRICS}

    rows = []
    for name, table, other_name, other in pairs:
        both = table.merge(
            other[["library", "file", "predicted"]], on=["library", "file"], suffixes=("", "_other")
        )
        assert len(both) == len(table) == len(other), "two models of the same spectra"
        arrays = [both[column].to_numpy() for column in ("expected", "predicted", "predicted_other")]
        numbers = with_intervals(
            differences,
            both["star"],
            *arrays,
            samples=settings["bootstrap"],
            confidence=settings["confidence"],
            seed=seed,
        )
        source = join_sources([*table["source"], *other["source"]])
        about = {"model": name, "against": other_name, "source": source, "spectra": len(both)}
        rows.append({**about, **numbers})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        given, params = snakemake.input, snakemake.params
        names, network = params.names, params.network
        models = dict(zip(names, map(pd.read_csv, given.predictions), strict=True))
        retrained = pd.read_csv(given.retrained)
        pairs = [
            (names[model], table, names[BEST], models[BEST])
            for model, table in models.items()
            if model not in (BEST, "majority")
        ]
        for test in ["trained on normalised", "trained on continua"]:
            anew = retrained[retrained["test"] == test]
            pairs.append((f"{names[network]}, {test}", anew, names[network], models[network]))
        spoilt = pd.read_csv(given.spoilt).query(f"test == 'reddening' and model == '{BEST}'")
        ends = [spoilt[np.isclose(spoilt["setting"], a_v)] for a_v in (REDDENED, 0)]
        pairs.append((f"{names[BEST]}, A_V = {REDDENED} mag", ends[0], names[BEST], ends[1]))
        write_table(table_pairs(pairs, params.settings, params.seed), *snakemake.output)
