"""The card of the classifier: input, training data, errors and failures."""

import json
from pathlib import Path

import pandas as pd

from obafgkm.classify.kinds import KINDS
from obafgkm.report.model_card import markdown_table
from obafgkm.workflow.job import job

_TABLES = {
    "held_out": ["left_out", "model", "spectra", "sigma", "bias", "mad_sigma", "accuracy", "flagged"],
    "conditions": ["condition", "network_sigma", "luminosity_right", "in_set_90", "set_size"],
    "sets": ["left_out", "class", "spectra", "in_set", "set_size", "in_range_68", "in_range_95"],
    "luminosity": ["expected", "I", "II", "III", "IV", "V", "recall"],
    "parameters": [
        "left_out",
        "stars",
        "parameter",
        "unit",
        "spectra",
        "sigma",
        "bias",
        "mad_sigma",
        "ridge_sigma",
        "given",
        "held_68",
    ],
    "architectures": ["architecture", "spectra", "sigma", "sigma_vetted", "accuracy"],
    "kinds": ["sample", "spectra", *KINDS, "untyped"],
    "outliers": ["sample", "spectra", "flagged", "untyped"],
    "failures": ["name", "left_out", "mk_type", "said", "error", "flagged"],
}


def card(model, tables, datasets):
    """The card.

    Parameters
    ----------
    model : dict
        Content of ``model.json``.
    tables : dict of str to DataFrame
        The tables of the exhibits, by the keys of `_TABLES`.
    datasets : DataFrame
        ``config/datasets.csv``.

    Returns
    -------
    str
        Markdown.
    """
    by_condition = tables["parameters"]["left_out"].str.contains(",")
    tables["parameters"] = tables["parameters"][~by_condition & (tables["parameters"]["spectra"] > 0)]
    trained_on = pd.DataFrame(model["trained_on"])
    written = {name: markdown_table(tables[name][columns].round(3)) for name, columns in _TABLES.items()}
    used = datasets[datasets["dataset"].isin(trained_on.loc[trained_on["source"] != "simulated", "library"])]
    cited = "; ".join(used["citation"].dropna().unique()) or "nothing, all its spectra are simulated"
    first, last, pixels = model["wave"]
    shares = " and ".join(f"{100 * share:.0f} %" for share in model["range_shares"].values())
    return f"""# MK types and stellar parameters for your own spectra

The model behind `obafgkm classify`: `model.onnx` ({model["settings"]["members"]} networks for MK types and as
many for stellar parameters, averaged, and one for kinds of objects), `outliers.npz` (principal components
of stars), `model.json` (thresholds, errors and settings). Written by the workflow.

## Range

Input: flux in any unit and its inverse variance on {pixels} pixels from {first:.0f} to {last:.0f} Å in air,
parts of it missing; reddened, poorly calibrated or normalised; S/N of at least 5 per pixel;
resolution 1 to 8 Å; velocities of up to 1200 km/s, which are found and removed. Outside these conditions
the ranges are too narrow.
Output: types from O to M and luminosity classes from I to V; effective temperature, log g and [Fe/H] where
enough stars of the main class have catalogue values. Spectra of other objects are recognised as
{", ".join(model["kinds"][1:-1])}, or flagged by a score; most of them, but not all.

## Training

{markdown_table(trained_on)}

Temperatures of the two heads: {model["temperature"][0]:.3f}, {model["temperature"][1]:.3f}; they and the
thresholds come from {model["calibrated_on"]} spectra left out by fold. Seed: {model["seed"]}.

Settings: `{json.dumps(model["settings"])}`.

## Errors on stars left out

With their library, or by fold; σ in subclasses:

{written["held_out"]}

Other architectures, trained on fewer observations of the same stars:

{written["architectures"]}

Under other conditions, left out with their library:

{written["conditions"]}

Conformal sets, designed to contain the true class of 90 % of stars, and ranges, designed to contain that
of 68 and 95 % (the central {shares} of the probability):

{written["sets"]}

Luminosity classes, left out by fold:

{written["luminosity"]}

Stellar parameters against the catalogues, beside ridge regression on the same inputs. A fraction `given`
of the stars gets a value; of these, `held_68` lie within their 68 % error:

{written["parameters"]}

Kinds of objects, against those of the survey's pipeline:

{written["kinds"]}

Fractions flagged as other than stars of types O to M, and without a type because of the flag or noise (not
for lack of lines):

{written["outliers"]}

## Known failures

The stars with the largest errors, some of which are errors of the catalogue:

{written["failures"]}

## Licence and citation

MIT, like the code; cite as in `CITATION.cff`. Cite for the training spectra: {cited}.
"""


if __name__ == "__main__":
    with job(snakemake):
        given = snakemake.input
        tables = {name: pd.read_csv(given[name], keep_default_na=False, na_values=[""]) for name in _TABLES}
        datasets = pd.read_csv(Path(snakemake.scriptdir).resolve().parents[2] / "config" / "datasets.csv")
        with open(given.model) as file:
            model = json.load(file)
        with open(snakemake.output[0], "w") as file:
            file.write(card(model, tables, datasets))
