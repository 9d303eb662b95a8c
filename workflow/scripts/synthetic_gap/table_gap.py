"""Errors on synthetic spectra and on the stars of MILES, overall and by range of types."""

import pandas as pd

from obafgkm.evaluation.intervals import error_columns
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

TYPES = "OBAFGKM"


def table_gap(predictions, settings, seed):
    """One row per parameter, input, model and group of stars.

    Groups are the held-out synthetic spectra, the stars of MILES within the range of the synthetic ones,
    these divided by the type of a dwarf of their Teff, and the stars outside.

    Parameters
    ----------
    predictions : DataFrame
        Columns ``sample, input, model, parameter, expected, predicted, star, source, inside, type_range``.
    settings : dict
        The section `evaluation` of the configuration.
    seed : int
    """
    library, inside = predictions["sample"] == "MILES", predictions["inside"]
    groups = {
        "synthetic, all": ~library,
        "MILES, all inside": library & inside,
        **{f"MILES, {name} inside": library & inside & (predictions["type_range"] == name) for name in TYPES},
        "MILES, outside": library & ~inside,
    }
    synthetic, rows = {*predictions.loc[~library, "source"]}, []
    for parameter in ("teff", "logg", "feh"):
        for stars, mask in groups.items():
            chosen = predictions[mask & (predictions["parameter"] == parameter)]
            for (way, model), group in chosen.groupby(["input", "model"], sort=False):
                notes = {"parameter": parameter, "stars": stars, "input": way, "model": model}
                notes["spectra"] = len(group)
                notes |= error_columns(group["predicted"] - group["expected"], group["star"], settings, seed)
                # The models are trained on synthetic spectra in all cases.
                source = ", ".join(sorted(synthetic | {*group["source"]}))
                rows.append({**notes, "source": source})
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        table = table_gap(pd.read_csv(snakemake.input.predictions), params.settings, params.seed)
        write_table(table, *snakemake.output, digits=3)
