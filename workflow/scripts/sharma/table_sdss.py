"""Agreement of network and pipeline on the SDSS stars (Sharma et al. 2020, section 6)."""

import numpy as np
import pandas as pd

from obafgkm.evaluation.intervals import with_intervals
from obafgkm.evaluation.metrics import dispersion
from obafgkm.mk import MAIN_CLASSES, main_class, whole_class
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job


def agreement(expected, predicted, clip):
    """Agreement on the main class, as the mean over the pipeline's classes and weighted by their populations,
    and the dispersion in subclasses."""
    own, other = main_class(expected), main_class(whole_class(predicted))
    shares = [(other[own == main] == main).mean() for main in np.unique(own)]
    spread = dispersion(np.asarray(predicted) - np.asarray(expected), clip)
    names = ("bias", "sigma", "mad_sigma", "clipped_sigma", "clipped_fraction")
    return {
        "class_average": np.mean(shares),
        "weighted": (own == other).mean(),
        **{name: spread[name] for name in names},
    }


def counts(expected, predicted):
    """Number of O and B stars by pipeline and network, and of F stars that change into an A or a G star."""
    own, other = main_class(expected), main_class(whole_class(predicted))
    number = {name: i for i, name in enumerate(MAIN_CLASSES)}
    return {
        **{f"sdss_{name}": (own == number[name]).sum() for name in "OB"},
        **{f"predicted_{name}": (other == number[name]).sum() for name in "OB"},
        **{f"F_to_{name}": ((own == number["F"]) & (other == number[name])).sum() for name in "AG"},
    }


def table_sdss(predictions, names, settings, seed):
    """One row per model; see `agreement` and `counts` for the columns.

    ``weighted_less_first`` is the fraction of agreement minus that of the first model on the same stars.

    Parameters
    ----------
    predictions : sequence of DataFrame
    names : sequence of str
        The models' names.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int
        Seed of the bootstrap by star.
    """
    first = predictions[0].set_index("file")

    def metrics(expected, predicted, of_first):
        own = agreement(expected, predicted, settings["clip"])
        share = agreement(expected, of_first, settings["clip"])["weighted"]
        return {**own, "weighted_less_first": own["weighted"] - share}

    rows = []
    for name, table in zip(names, predictions, strict=True):
        both = table["expected"].to_numpy(), table["predicted"].to_numpy()
        of_first = first.loc[table["file"], "predicted"].to_numpy()
        scores = with_intervals(
            metrics,
            table["star"],
            *both,
            of_first,
            samples=settings["bootstrap"],
            confidence=settings["confidence"],
            seed=seed,
        )
        about = {"model": name, "source": table["source"].iloc[0], "spectra": len(table)}
        rows.append(about | scores | counts(*both))
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        tables = [pd.read_csv(path) for path in snakemake.input]
        write_table(table_sdss(tables, params.names, params.settings, params.seed), *snakemake.output)
