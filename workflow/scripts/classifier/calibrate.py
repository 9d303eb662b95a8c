"""Calibrate the classifier on stars it was not trained on, tabulate its predictions, and release it."""

import numpy as np
import pandas as pd

from obafgkm.classify.calibration import (
    conformal_threshold,
    fit_temperature,
    outlier_thresholds,
    parameter_calibration,
    range_shares,
    scaled_mean,
    scaled_weights,
)
from obafgkm.classify.export import write_onnx
from obafgkm.classify.inputs import WAVE
from obafgkm.classify.kinds import KINDS, is_other
from obafgkm.classify.model import FAINTEST, conformal_sets, is_outlier, median_class
from obafgkm.classify.parameters import PARAMETERS, by_star, corrected, from_outputs, parameter_errors
from obafgkm.classify.ranges import needed_shares
from obafgkm.classify.sealed import write_card
from obafgkm.mk import N_CLASSES
from obafgkm.spectra import read_labels
from obafgkm.workflow.job import job

_CLEAN = "as observed"
# Subclasses of SDSS, of stars beyond O to M.
_OTHER_STARS = {
    "WD|CarbonWD|CalciumWD": "white dwarfs",
    "CV": "cataclysmic variables",
    "Carbon(_lines)?$": "carbon stars",
    "[LT]([0-9]|dwarf|$)": "L and T dwarfs",
}
_NAMES = ["library", "file", "name", "star", "source", "mk_type", "mk_class", "vetted", "luminosity"]


def calibrate(studies, labels):
    """Temperatures and thresholds from the predictions of several trainings for their left-out stars.

    Returns
    -------
    dict
        ``temperature, conformal_threshold, range_shares, outlier_thresholds, parameters, calibrated_on``
        (number of spectra).
    """
    held = np.concatenate([study["held"] for study in studies])
    members = np.concatenate([study[f"network {_CLEAN}"] for study in studies], axis=1)
    scores = np.concatenate([study[f"outlier {_CLEAN}"] for study in studies])
    classes, luminosity = labels["mk_class"].to_numpy()[held], labels["luminosity"].to_numpy()[held]
    temperature = fit_temperature(members, classes, luminosity)
    probabilities, kinds = np.split(scaled_mean(members, temperature), [N_CLASSES], axis=1)
    return {
        "temperature": temperature,
        "conformal_threshold": conformal_threshold(probabilities, classes),
        "range_shares": range_shares(probabilities, classes),
        "outlier_thresholds": outlier_thresholds(scores, median_class(probabilities), kinds.argmax(1)),
        "parameters": calibrate_parameters(studies, labels, temperature),
        "calibrated_on": len(held),
    }


def calibrate_parameters(studies, labels, temperature):
    """68 % errors of the stellar parameters, from left-out stars at all signal-to-noise ratios."""
    known, parts = by_star(labels), []
    for study in studies:
        for key in study:
            condition = key.removeprefix("parameters ")
            if condition == key or not condition.startswith((_CLEAN, "as in training", "snr=")):
                continue
            probabilities = scaled_mean(study[f"network {condition}"], temperature)[:, :N_CLASSES]
            values = from_outputs(study[key].mean(0))
            parts.append(
                (values, known[study["held"]], median_class(probabilities), study[f"snr {condition}"])
            )
    return parameter_calibration(*map(np.concatenate, zip(*parts, strict=True)))


def answers(study, labels, calibration):
    """Predictions of one training for its left-out spectra, one row per spectrum and condition."""
    tables = []
    parameters = dict(zip(PARAMETERS, by_star(labels).T, strict=True))
    for key in study:
        if not key.startswith("network ") or key.endswith(" objects"):
            continue
        condition = key.removeprefix("network ")
        own = labels.assign(**parameters).iloc[study["held"]][[*_NAMES, *PARAMETERS]].reset_index(drop=True)
        table = calibrated_answers(
            study[key], study[f"outlier {condition}"], study[f"kinds {condition}"], calibration
        )
        needed = needed_shares(table["probabilities"], own["mk_class"].to_numpy())
        values = from_outputs(study[f"parameters {condition}"].mean(0))
        values = corrected(values, table["network"], calibration["parameters"]["offsets"])
        errors = parameter_errors(
            values, table["network"], study[f"snr {condition}"], calibration["parameters"]
        )
        sets, probabilities = table.pop("sets"), table.pop("probabilities")
        rows, classes = np.arange(len(own)), own["mk_class"].to_numpy()
        tables.append(
            own.assign(
                condition=condition,
                **table,
                in_set=sets[rows, classes],
                set_size=sets.sum(1),
                needed_share=needed,
                **{
                    f"in_range_{percent}": needed <= share
                    for percent, share in calibration["range_shares"].items()
                },
                probability=probabilities.max(1),
                mode=probabilities.argmax(1),
                **{peer: study[f"{peer} {condition}"] for peer in ("forest", "forest_lines", "nearest")},
                **_columns("{}_said", values),
                **_columns("{}_error", errors),
                **_columns("{}_ridge", study[f"ridge {condition}"]),
            )
        )
    return pd.concat(tables, ignore_index=True)


def _columns(pattern, values):
    """Columns of stellar parameters (n, 3), named by a pattern."""
    return {pattern.format(name): own for name, own in zip(PARAMETERS, values.T, strict=True)}


def calibrated_answers(members, scores, kinds, calibration):
    """Columns of answers, by name."""
    both = scaled_mean(members, calibration["temperature"])
    probabilities, luminosity = np.split(both, [N_CLASSES], axis=1)
    return {
        "network": median_class(probabilities),
        "luminosity_said": luminosity.argmax(1),
        "luminosity_probability": luminosity.max(1),
        "outlier": scores,
        "kind_said": np.array(KINDS)[kinds.argmax(1)],
        "flagged": is_outlier(scores, probabilities, luminosity, calibration["outlier_thresholds"])
        | is_other(kinds.argmax(1)),
        "sets": conformal_sets(probabilities, calibration["conformal_threshold"]),
        "probabilities": probabilities,
    }


def weights_of(study, name, arrays):
    """Weights of each member of an ensemble: lists of arrays."""
    members = sorted({key.split()[1] for key in study if key.startswith(f"{name} ")}, key=int)
    return [[study[f"{name} {k} {i}"] for i in range(arrays)] for k in members]


def object_kinds(objects):
    """Kinds of SDSS objects, from their targets and pipeline classes."""
    kind = objects["class"].map({"GALAXY": "galaxies", "QSO": "quasars", "STAR": "stars from O to M"})
    kind = kind.fillna("objects of no class")
    for subclass, name in _OTHER_STARS.items():
        kind[objects["subclass"].str.match(subclass)] = name
    kind[objects["target"] == "SKY"] = "sky"
    return kind


if __name__ == "__main__":
    with job(snakemake):
        inputs, output, params = snakemake.input, snakemake.output, snakemake.params
        labels = read_labels(inputs.stars)
        studies = {}
        for name, path in zip(params.left_out, inputs.studies, strict=True):
            with np.load(path) as arrays:
                studies[name] = dict(arrays)
        released = studies.pop("none")
        studies = {name: study for name, study in studies.items() if len(study["held"])}
        folds = [study for name, study in studies.items() if name.startswith("fold")]
        tables = []
        for name, study in studies.items():
            is_fold = name.startswith("fold")
            others = [
                s for other, s in studies.items() if other != name and other.startswith("fold") == is_fold
            ]
            calibration = calibrate(others or folds, labels)
            if not is_fold:  # the parameters of a library's stars may be known from that library alone
                calibration["parameters"] = calibrate_parameters(folds, labels, calibration["temperature"])
            tables.append(answers(study, labels, calibration).assign(left_out=name))
        pd.concat(tables, ignore_index=True).to_csv(output.predictions, index=False, float_format="%.5g")

        calibration = calibrate(folds, labels)
        objects = read_labels(inputs.objects)
        if len(objects):
            table = calibrated_answers(
                *(released[f"{name} objects"] for name in ("network", "outlier", "kinds")), calibration
            )
            table = pd.DataFrame({key: table[key] for key in ("network", "outlier", "flagged", "kind_said")})
            table["snr"] = released["snr objects"]
            table["untyped"] = table["flagged"] | (table["snr"] < FAINTEST)
            names = objects[["file", "class", "subclass", "z", "source"]].assign(kind=object_kinds(objects))
            names.reset_index(drop=True).join(table).to_csv(output.objects, index=False, float_format="%.5g")
        else:
            pd.DataFrame(columns=["file", "kind"]).to_csv(output.objects, index=False)

        types = [
            scaled_weights(weights, calibration["temperature"])
            for weights in weights_of(released, "weights", 8)
        ]
        (kinds,) = weights_of(released, "kind_weights", 6)
        write_onnx(output.onnx, types, weights_of(released, "parameter_weights", 6), kinds)
        arrays = {name: released[f"outliers {name}"].astype(np.float16) for name in ("mean", "components")}
        np.savez_compressed(output.outliers, **arrays)
        counts = labels.groupby(["library", "source"]).size().reset_index(name="spectra")
        card = {
            "wave": [WAVE[0], WAVE[-1], WAVE.size],
            **calibration,
            "kinds": KINDS,
            "trained_on": counts.to_dict("records"),
            "settings": params.settings,
            "seed": params.seed,
        }
        write_card(output.card, card)
