"""Questions left open by the document, with one number per question."""

import numpy as np
import pandas as pd

from obafgkm.documents.hammer.sample import by_seed, read_sample
from obafgkm.evaluation.intervals import with_intervals
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

# A question, and the (features, rows) whose accuracy answers it, or two whose difference does.
QUESTIONS = [
    ("All features, as in the document", ("all", "all rows")),
    ("Template Teff alone", ("template Teff only", "all rows")),
    ("Photometry alone", ("photometry", "all rows")),
    ("Photometry alone, where the template was fitted", ("photometry", "fitted rows")),
    ("Dereddened colours alone, where fitted", ("dereddened colours", "fitted rows")),
    (
        "Gain by the template's columns over photometry and coordinates",
        ("all", "all rows"),
        ("without template", "all rows"),
    ),
    (
        "Gain by the template's columns over photometry and coordinates, where fitted",
        ("all", "fitted rows"),
        ("without template", "fitted rows"),
    ),
    ("Gain by coordinates, where fitted", ("without template", "fitted rows"), ("photometry", "fitted rows")),
    (
        "Gain by dereddening colours, where fitted",
        ("dereddened colours", "fitted rows"),
        ("observed colours", "fitted rows"),
    ),
    (
        "Gain by magnitudes over colours, where fitted",
        ("dereddened magnitudes", "fitted rows"),
        ("dereddened colours", "fitted rows"),
    ),
    (
        "Gain by leaving unfitted rows out, all features",
        ("all", "fitted rows"),
        ("all", "all rows"),
    ),
    (
        "Gain by leaving unfitted rows out, photometry",
        ("photometry", "fitted rows"),
        ("photometry", "all rows"),
    ),
]


def correctness(predictions):
    """Fraction of correct seeds, one row per spectrum, one column per (features, rows); NaN if untested."""
    columns = {}
    for key, part in predictions.groupby(["features", "rows"]):
        stars, predicted = by_seed(part)
        right = (predicted == stars[["main"]].to_numpy()).mean(axis=1)
        columns[key] = pd.Series(right, index=stars["specObjID"])
    return pd.DataFrame(columns)


def table_answers(predictions, **bootstrap):
    """One row per question with the answer of each baseline; differences use the same resampled stars."""
    star = predictions.drop_duplicates("specObjID").set_index("specObjID")["bestObjID"]
    right = {model: correctness(part) for model, part in predictions.groupby("model")}
    rows = []
    for question, *sides in QUESTIONS:
        row = {"question": question}
        for model, table in right.items():
            row["spectra"] = int(table[sides[0]].notna().sum())
            row |= with_intervals(
                lambda *sides, model=model: {model: np.nanmean(sides[0]) - sum(map(np.nanmean, sides[1:]))},
                star[table.index],
                *(table[side] for side in sides),
                **bootstrap,
            )
        rows.append(row)
    return pd.DataFrame(rows)


if __name__ == "__main__":
    with job(snakemake):
        inputs, params = snakemake.input, snakemake.params
        predictions = pd.read_csv(inputs.baselines, dtype={"specObjID": str, "bestObjID": str})
        table = table_answers(predictions, **params.bootstrap, seed=params.seed)
        write_table(
            table.assign(source=read_sample(inputs.sample)["source"].iloc[0]), *snakemake.output, digits=3
        )
