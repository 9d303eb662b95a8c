"""The classifier on left-out stars and its peers: errors, sets, luminosities, parameters, failures."""

import functools

import numpy as np
import pandas as pd

from obafgkm.classify.kinds import KINDS
from obafgkm.classify.model import FAINTEST
from obafgkm.classify.parameters import PARAMETERS
from obafgkm.evaluation.intervals import with_intervals
from obafgkm.evaluation.metrics import dispersion
from obafgkm.mk import LUMINOSITY_CLASSES, MAIN_CLASSES, class_name, whole_class
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

_CLEAN = "as observed"
_MODELS = {
    "network": "this classifier",
    "forest": "random forest on flux",
    "forest_lines": "random forest, lines only",
    "nearest": "nearest template, lines only",
}
_ARCHITECTURES = {
    "dense": "dense network",
    "convolutional": "convolutional network",
    "trees": "boosted trees on line indices",
    "stack": "mean of the three",
}
_WORST = 25
# Stars that a classifier easily gets wrong: few in the libraries, or told by weak lines.
_DIFFICULT = {
    "supergiants F0–K9": "luminosity == 0 and 30 <= vetted < 60",
    "supergiants B5–B9": "luminosity == 0 and 15 <= vetted < 20",
    "K0–K3": "50 <= vetted < 54",
    "M7–M9": "vetted >= 67",
    "[Fe/H] below −1": "feh < -1",
}
# Some catalogue values contradict the luminosity class, such as log g = 0.26 of the dwarf HD 55693.
_GRAVITY_OF_CLASS = (
    "luminosity == 0 and logg < 2.3 or luminosity == 1 and logg < 3.2 or luminosity == 2 and 1 < logg < 3.8 "
    "or luminosity == 3 and 2.8 < logg < 4.6 or luminosity == 4 and logg > 3.5"
)
# Stars whose parameters are compared; those of F to K have accurate catalogue values.
_PARAMETER_STARS = {
    "all": "mk_class >= 0",
    "all that get a temperature": "teff_error > 0 and not flagged",
    "O-A": "mk_class < 30",
    "F-K": "30 <= mk_class < 60",
    "F-K dwarfs": "30 <= mk_class < 60 and luminosity >= 3",
    "F-K giants": "30 <= mk_class < 60 and 0 < luminosity < 3",
    "F-K supergiants": "30 <= mk_class < 60 and luminosity == 0",
    "F-K with the gravity of their class": f"30 <= mk_class < 60 and ({_GRAVITY_OF_CLASS})",
    "M": "mk_class >= 60",
}
_UNITS = {"teff": {"K": False, "%": True}, "logg": {"dex": False}, "feh": {"dex": False}}
_MEASURES = ("sigma", "bias", "ridge_sigma", "sigma_less_ridge")  # of `parameter_error`
_MODELS_ON_DIFFICULT = ("network", "forest")


def errors(expected, *predicted):
    """Raw sigma, bias and main-class accuracy of the last prediction; its sigma minus that of the first."""
    sigma = [np.std(one - expected) for one in predicted]
    right = np.clip(whole_class(predicted[-1]) // 10, 0, 6) == expected // 10
    return {
        "sigma": sigma[-1],
        "bias": (predicted[-1] - expected).mean(),
        "accuracy": right.mean(),
        "sigma_less_classifier": sigma[-1] - sigma[0],
    }


def both_errors(expected, vetted, *predicted):
    """`errors` with respect to catalogue classes and (``_vetted``) to vetted classes."""
    by_vetted = errors(vetted, *predicted)
    return errors(expected, *predicted) | {f"{name}_vetted": value for name, value in by_vetted.items()}


def table_held_out(predictions, peers, bootstrap):
    """One row per library or fold left out, or kind of star that is difficult, and model.

    `flagged` is the share of the spectra that this classifier calls no star of types O to M.

    Parameters
    ----------
    predictions : DataFrame
    peers : dict of str to DataFrame
        Predictions of other models for the stars of CFLIB; columns ``file, predicted``.
    """
    rows = []
    clean = predictions[predictions["condition"] == _CLEAN]
    fold = clean["left_out"].str.startswith("fold")
    libraries = clean[~fold]
    groups = [
        *libraries.groupby("left_out", sort=False),
        ("all libraries", libraries),
        ("all libraries, not flagged", libraries[~libraries["flagged"]]),
        ("folds by star", clean[fold]),
    ]
    groups = [(left_out, part, _MODELS) for left_out, part in groups]
    groups += [
        (f"all libraries, {kind}", libraries.query(rule), _MODELS_ON_DIFFICULT)
        for kind, rule in _DIFFICULT.items()
    ]
    for left_out, part, models in groups:
        columns = {_MODELS[name]: part[name].to_numpy(float) for name in models}
        if left_out == "cflib":
            for name, table in peers.items():
                columns[name] = part[["file"]].merge(table, how="left")["predicted"].to_numpy(float)
        for words, predicted in columns.items():
            known = np.isfinite(predicted)  # programs give no type to some stars
            if not known.any():
                continue
            labels = [part[name].to_numpy() for name in ("mk_class", "vetted")]
            arrays = [column[known] for column in (*labels, columns[_MODELS["network"]], predicted)]
            stars = part["star"][known]
            shares = dict.fromkeys(["accuracy", "accuracy_vetted"], stars.nunique())
            rows.append(
                {
                    "left_out": left_out,
                    "model": words,
                    "spectra": known.sum(),
                    **with_intervals(both_errors, stars, *arrays, shares=shares, **bootstrap),
                    "mad_sigma": dispersion(arrays[-1] - arrays[0])["mad_sigma"],
                    "flagged": part["flagged"][known].mean(),
                    "source": part["source"].iloc[0],
                }
            )
    return pd.DataFrame(rows)


def predictions_of(path):
    """Columns ``file, predicted`` of a table of predictions, for unreddened spectra if it has others."""
    table = pd.read_csv(path)
    if "setting" in table:
        table = table[table["setting"] == 0]
    return table[["file", "predicted"]]


def table_architectures(predictions, bootstrap):
    """Raw error and main-class accuracy of architectures trained alike, all libraries left out in turn."""
    classes = [predictions[name].to_numpy(float) for name in ("mk_class", "vetted", "dense")]
    return pd.DataFrame(
        {
            "architecture": words,
            "spectra": len(predictions),
            **with_intervals(
                both_errors, predictions["star"], *classes, predictions[name].to_numpy(float), **bootstrap
            ),
            "source": predictions["source"].iloc[0],
        }
        for name, words in _ARCHITECTURES.items()
    ).rename(columns=lambda name: name.replace("less_classifier", "less_dense"))


def table_conditions(predictions, bootstrap):
    """One row per condition, for all stars when left out with their library, with paired differences."""
    rows = []
    libraries = predictions[~predictions["left_out"].str.startswith("fold")]
    clean = libraries[libraries["condition"] == _CLEAN]
    for condition, part in libraries.groupby("condition", sort=False):
        expected = part["mk_class"].to_numpy()
        row = {"condition": condition, "spectra": len(part)}
        for name in _MODELS:
            numbers = with_intervals(
                errors, part["star"], expected, part["network"].to_numpy(), part[name].to_numpy(), **bootstrap
            )
            value = numbers["sigma"]
            own = errors(clean["mk_class"].to_numpy(), clean[name].to_numpy())["sigma"]
            row |= {f"{name}_sigma": value}
            row |= {f"{name}_sigma_{end}": numbers[f"sigma_{end}"] for end in ("low", "high")}
            less = {end: numbers[f"sigma_less_classifier{end}"] for end in ("", "_low", "_high")}
            row |= {f"{name}_sigma_less_classifier{end}": number for end, number in less.items()}
            row[f"{name}_over_clean"] = value / own
        known = part[part["luminosity"] >= 0]
        row["luminosity_right"] = (known["luminosity"] == known["luminosity_said"]).mean()
        row |= {"in_set_90": part["in_set"].mean(), "set_size": part["set_size"].mean()}
        row |= {"flagged": part["flagged"].mean(), "source": part["source"].iloc[0]}
        rows.append(row)
    return pd.DataFrame(rows)


def shares(columns, stars, bootstrap):
    """Shares of spectra with their intervals.

    Parameters
    ----------
    columns : dict of str to array-like of bool (n,)
    stars : array-like (n,)
        Star or object of each spectrum.
    """
    return with_intervals(
        lambda *arrays: {name: array.mean() for name, array in zip(columns, arrays, strict=True)},
        stars,
        *columns.values(),
        shares=dict.fromkeys(columns, len(set(stars))),
        **bootstrap,
    )


def table_sets(predictions, bootstrap):
    """Coverage of sets and ranges by main class, as left out with the library and by fold.

    ``in_range_68``: share of the stars within the range that is designed to contain 68 %; ``in_central_68``:
    within the central 68 % of the probability, which is not calibrated.
    """
    rows = []
    clean = predictions[predictions["condition"] == _CLEAN]
    for left_out, part in [
        *clean.groupby("left_out", sort=False),
        ("all libraries", clean[~clean["left_out"].str.startswith("fold")]),
        ("all folds", clean[clean["left_out"].str.startswith("fold")]),
    ]:
        main = part["mk_class"] // 10
        for name, own in [("all", part), *((MAIN_CLASSES[k], part[main == k]) for k in range(7))]:
            if len(own):
                held = {"in_set": own["in_set"]}
                held |= {f"in_range_{percent}": own[f"in_range_{percent}"] for percent in (68, 95)}
                held |= {
                    f"in_central_{percent}": own["needed_share"] <= percent / 100 for percent in (68, 95)
                }
                rows.append(
                    {
                        "left_out": left_out,
                        "class": name,
                        "spectra": len(own),
                        "set_size": own["set_size"].mean(),
                        **shares(held, own["star"], bootstrap),
                        "source": part["source"].iloc[0],
                    }
                )
    return pd.DataFrame(rows)


def table_luminosity(predictions):
    """Expected (rows) and predicted (columns) luminosity classes of stars left out by fold."""
    clean = predictions[(predictions["condition"] == _CLEAN) & predictions["left_out"].str.startswith("fold")]
    known = clean[clean["luminosity"] >= 0]
    counts = pd.crosstab(known["luminosity"], known["luminosity_said"])
    counts = counts.reindex(index=range(5), columns=range(5), fill_value=0)
    counts.index, counts.columns = LUMINOSITY_CLASSES, LUMINOSITY_CLASSES
    right = np.diag(counts) / np.maximum(counts.sum(axis=1), 1)
    table = counts.assign(recall=right, source=known["source"].iloc[0])
    return table.reset_index(names="expected")


def parameter_error(expected, said, linear, as_fraction):
    """Bias and standard deviation of the networks' and the linear fit's values."""
    unit = expected / 100 if as_fraction else 1
    off, off_linear = (said - expected) / unit, (linear - expected) / unit
    return {
        "sigma": off.std(),
        "bias": off.mean(),
        "ridge_sigma": off_linear.std(),
        "sigma_less_ridge": off.std() - off_linear.std(),
    }


def table_parameters(predictions, bootstrap):
    """Errors of Teff, log g and [Fe/H] against the catalogues: left out by library and by fold, and by S/N.

    ``given``: share of the stars that get a value; ``held_68``: share of these within its 68 % error.
    """
    rows = []
    is_fold, is_clean = predictions["left_out"].str.startswith("fold"), predictions["condition"] == _CLEAN
    libraries, folds = predictions[is_clean & ~is_fold], predictions[is_clean & is_fold]
    parts = [
        *libraries.groupby("left_out", sort=False),
        ("all libraries", libraries),
        ("folds by star", folds),
    ]
    groups = [(left_out, part, _PARAMETER_STARS) for left_out, part in parts]
    groups += [
        (f"folds by star, {condition}", part, ["F-K"])
        for condition, part in predictions[is_fold].groupby("condition", sort=False)
        if condition != _CLEAN
    ]
    for left_out, part, kinds in groups:
        for stars in kinds:
            for name in PARAMETERS:
                own = part.query(_PARAMETER_STARS[stars])
                own = own.dropna(subset=[name, f"{name}_said", f"{name}_ridge"])
                for unit, as_fraction in _UNITS[name].items():
                    row = {"left_out": left_out, "stars": stars, "parameter": name, "unit": unit}
                    row["source"] = part["source"].iloc[0]
                    rows.append(row | _row(own, name, as_fraction, bootstrap))
    return pd.DataFrame(rows)


def _row(own, name, as_fraction, bootstrap):
    """Numbers of one parameter of some stars that have a catalogue value; NaN if there are none."""
    if own.empty:
        names = [f"{name}{end}" for name in _MEASURES for end in ("", "_low", "_high")]
        return {"spectra": 0} | dict.fromkeys([*names, "mad_sigma", "given", "held_68"], np.nan)
    arrays = [own[column].to_numpy(float) for column in (name, f"{name}_said", f"{name}_ridge")]
    off, error = arrays[1] - arrays[0], own[f"{name}_error"].to_numpy(float)
    given = np.isfinite(error) & ~own["flagged"].to_numpy(bool)
    return {
        "spectra": len(own),
        **with_intervals(
            functools.partial(parameter_error, as_fraction=as_fraction), own["star"], *arrays, **bootstrap
        ),
        "mad_sigma": dispersion(100 * off / arrays[0] if as_fraction else off)["mad_sigma"],
        "given": given.mean(),
        "held_68": (np.abs(off) <= error)[given].mean() if given.any() else np.nan,
    }


def table_outliers(predictions, objects, bootstrap):
    """Fractions flagged and without a type, for left-out stars and SDSS objects, which have one spectrum."""
    is_fold = predictions["left_out"].str.startswith("fold")
    samples = {
        f"stars {words}, {condition}": part
        for words, own in [("left out with their library", ~is_fold), ("left out by fold", is_fold)]
        for condition, part in predictions[own].groupby("condition", sort=False)
        if condition in (_CLEAN, "as in training", "normalised")
    }
    if len(objects):
        samples |= {f"SDSS, {kind}": part for kind, part in objects.groupby("kind")}
    return pd.DataFrame(
        {
            "sample": sample,
            "spectra": len(part),
            # Only SDSS objects can be too noisy to be typed: the stars have S/N of at least 5 in all
            # conditions.
            **shares(
                {"flagged": part["flagged"], "untyped": part.get("untyped", part["flagged"])},
                part.get("star", part["file"]),
                bootstrap,
            ),
            "source": part["source"].iloc[0],
        }
        for sample, part in samples.items()
    )


def table_kinds(predictions, objects):
    """Kinds of objects given to left-out stars and to SDSS objects bright enough to be typed."""
    is_clean = (predictions["condition"] == _CLEAN) & ~predictions["left_out"].str.startswith("fold")
    samples = {"stars left out with their library": predictions[is_clean]}
    if len(objects):
        bright = objects[(objects["snr"] >= FAINTEST) & (objects["kind"] != "sky")]
        samples |= {f"SDSS, {kind}": part for kind, part in bright.groupby("kind")}
    return pd.DataFrame(
        {
            "sample": sample,
            "spectra": len(part),
            **{kind: (part["kind_said"] == kind).sum() for kind in KINDS},
            "untyped": part.get("untyped", part["flagged"]).sum(),
            "source": part["source"].iloc[0],
        }
        for sample, part in samples.items()
    )


def table_failures(predictions):
    """The stars with the largest errors, by name, when left out with their library."""
    clean = predictions[
        (predictions["condition"] == _CLEAN) & ~predictions["left_out"].str.startswith("fold")
    ]
    off = clean.assign(error=(clean["network"] - clean["mk_class"]))
    off = off.reindex(off["error"].abs().sort_values(ascending=False, kind="stable").index).head(_WORST)
    said = [
        class_name(number) + LUMINOSITY_CLASSES[k]
        for number, k in off[["network", "luminosity_said"]].to_numpy(int)
    ]
    vetted = [class_name(number) for number in off["vetted"]]
    columns = ["name", "left_out", "mk_type", "vetted", "said", "error", "in_set", "flagged", "forest"]
    return off.assign(said=said, vetted=vetted)[[*columns, "source"]]


if __name__ == "__main__":
    with job(snakemake):
        inputs, output, settings = snakemake.input, snakemake.output, snakemake.params.settings
        predictions = pd.read_csv(inputs.predictions, keep_default_na=False, na_values=[""])
        objects = pd.read_csv(inputs.objects, keep_default_na=False, na_values=[""])
        peers = {
            name: predictions_of(path)
            for name, path in zip(snakemake.params.peers, inputs.peers, strict=True)
        }
        bootstrap = {"samples": settings["bootstrap"], "confidence": settings["confidence"]}
        bootstrap["seed"] = snakemake.params.seed
        tables = {
            "table_held_out": table_held_out(predictions, peers, bootstrap),
            "table_architectures": table_architectures(pd.read_csv(inputs.architectures), bootstrap),
            "table_conditions": table_conditions(predictions, bootstrap),
            "table_sets": table_sets(predictions, bootstrap),
            "table_luminosity": table_luminosity(predictions),
            "table_parameters": table_parameters(predictions, bootstrap),
            "table_outliers": table_outliers(predictions, objects, bootstrap),
            "table_kinds": table_kinds(predictions, objects),
            "table_failures": table_failures(predictions),
        }
        for name, table in tables.items():
            write_table(table, output[name], output[f"{name}_tex"], digits=3)
