"""Agreement of network and pipelines on each main class of survey stars, and their confusions."""

import numpy as np
import pandas as pd

from obafgkm.evaluation.intervals import with_intervals
from obafgkm.mk import MAIN_CLASSES, main_class, whole_class
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def agreement(expected, predicted):
    """Fraction with the same main class, and mean difference in subclasses, for class numbers (n,)."""
    return {
        "agreement": np.mean(main_class(whole_class(predicted)) == main_class(expected)),
        "bias": np.mean(predicted - expected),
    }


def table_survey_classes(predictions, names, settings, seed):
    """One row per survey, model and pipeline main class; ``to_X`` is the fraction classified as X.

    Parameters
    ----------
    predictions : sequence of DataFrame
    names : sequence of (str, str)
        Survey and model of each.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int
        Seed of the bootstrap by star.
    """
    rows = []
    for (survey, model), table in zip(names, predictions, strict=True):
        own = main_class(table["expected"])
        for number in np.unique(own):
            part = table[own == number]
            row = {"survey": survey.upper(), "model": model, "source": part["source"].iloc[0]}
            row |= {"class": MAIN_CLASSES[number], "spectra": len(part), "stars": part["star"].nunique()}
            row |= with_intervals(
                agreement,
                part["star"],
                part["expected"],
                part["predicted"],
                shares={"agreement": row["stars"]},
                samples=settings["bootstrap"],
                confidence=settings["confidence"],
                seed=seed,
            )
            share = np.bincount(main_class(whole_class(part["predicted"])), minlength=len(MAIN_CLASSES))
            rows.append(row | {f"to_{name}": share[i] / len(part) for i, name in enumerate(MAIN_CLASSES)})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        tables = [pd.read_csv(path) for path in snakemake.input.predictions]
        write_table(
            table_survey_classes(tables, params.names, params.settings, params.seed), *snakemake.output
        )
