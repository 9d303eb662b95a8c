"""The checks of a run's networks: one that was never trained fails the run, by its name and both numbers."""

import json
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

CHECK = """
import json, runpy, sys
science = runpy.run_path(sys.argv[1] + "/workflow/scripts/run/science.py")
tests, configuration = sys.argv[1] + "/tests/science", sys.argv[1] + "/pyproject.toml"
checks, status = science["check"](sys.argv[2], tests, configuration, sys.argv[3])
open(sys.argv[2] + "/page.html", "w").write(checks.page())
checks.write_table(sys.argv[2] + "/networks.csv")
open(sys.argv[2] + "/failures.json", "w").write(json.dumps(checks.failures()))
"""
N = 120


def untrained(x, n_classes, seed):
    """What a dense network says of spectra whose weights are as they were drawn."""
    rng = np.random.default_rng(seed)
    hidden = np.maximum(x @ rng.normal(0, 0.1, (x.shape[1], 32)), 0)
    return hidden @ rng.normal(0, 0.3, (32, n_classes))


def write_predictions(path, **columns):
    """A table of predictions, and a model in the folder beside it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pd.DataFrame({"star": np.arange(len(columns["expected"])), **columns}).to_csv(path, index=False)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A run with networks that have learnt, and some that were never trained."""
    run, rng = tmp_path_factory.mktemp("run"), np.random.default_rng(0)
    results = run / "results"
    x, number = rng.normal(1, 0.2, (N, 50)), np.repeat([21, 34, 45], [20, 40, 60])
    write_predictions(
        results / "sharma/predictions/cnn_cflib.csv", expected=number, predicted=untrained(x, 70, 1).argmax(1)
    )
    write_predictions(
        results / "sharma/predictions/ann_cflib.csv",
        expected=number,
        predicted=np.where(rng.random(N) < 0.8, number, 50),
    )
    write_predictions(results / "sharma/predictions/mlp_regressor_cflib.csv", expected=number, predicted=38.7)
    few = slice(18, 23)
    write_predictions(
        results / "sharma/predictions/mlp_classifier_cflib.csv", expected=number[few], predicted=number[few]
    )
    few = slice(10, 30)
    write_predictions(
        results / "sharma/predictions/forest_regressor_cflib.csv",
        expected=number[few],
        predicted=number[few] + rng.normal(0, 40, 20),
    )
    teff = rng.uniform(4000, 7000, N)
    parameters = {"model": "network", "split": "random", "node": np.arange(N)}
    tables = {
        "teff": (teff, teff + rng.normal(0, 200, N)),
        "logg": (logg := rng.uniform(0, 5, N), 2.5 + untrained(x, 1, 2)[:, 0]),
        "feh": (feh := -logg / 2, np.full(N, feh.mean())),
    }
    rows = [
        pd.DataFrame({"parameter": k, "expected": a, "predicted": b, **parameters})
        for k, (a, b) in tables.items()
    ]
    (results / "saldic/predictions").mkdir(parents=True)
    pd.concat(rows).to_csv(results / "saldic/predictions/multi.csv", index=False)
    for folder in ("sharma/models/cnn", "saldic/models/multi_random", "sharma/models/forgotten"):
        (results / folder).mkdir(parents=True)
        (results / folder / "model.keras").touch()
    write_predictions(results / "hammer/predictions/new_test.csv", expected=number, predicted=number)
    pd.DataFrame({"document": ["sharma"], "exhibit": "table1"}).to_csv(results / "exhibits.csv", index=False)
    return run


def checked(run, scale):
    """Failures, table and page of the checks of networks, made in a process of their own."""
    environment = {**os.environ, "PYTEST_ADDOPTS": "-k test_trivial_answers"}
    subprocess.run(
        [sys.executable, "-B", "-c", CHECK, ROOT, run, scale],
        env=environment,
        check=True,
        capture_output=True,
    )
    table = pd.read_csv(run / "networks.csv").set_index(["network", "task"])
    return json.loads((run / "failures.json").read_text()), table, (run / "page.html").read_text()


@pytest.fixture(scope="module")
def judged(finished):
    return checked(finished, "default")


@pytest.mark.parametrize(
    ("name", "numbers"),
    [
        ("sharma/cnn, main class", ["accuracy 0.", "the commonest class 0.5:"]),
        ("sharma/mlp_regressor, subclass", ["rms ", "a constant "]),
        ("sharma/forest_regressor, subclass", ["on 20 spectra", "a constant "]),
        ("saldic/multi_random, logg", ["rms ", "a constant "]),
        ("saldic/multi_random, feh", ["rms ", "a constant "]),
    ],
)
def test_a_network_that_was_never_trained_fails_by_its_name_and_both_numbers(judged, name, numbers):
    (failure,) = [line for line in judged[0] if f"[{name}]" in line]
    assert all(number in failure for number in [*numbers, "not shown to be better"])


def test_of_few_objects_nothing_is_said(judged):
    failures, table, page = judged
    assert table.loc[("mlp_classifier", "main class"), ["groups", "verdict"]].tolist() == [
        5,
        "too few to tell",
    ]
    assert not any("mlp_classifier" in line for line in failures)
    assert "5 objects are too few to tell: accuracy 1 (" in page


def test_networks_that_have_learnt_pass_and_are_told_too(judged):
    failures, table, page = judged
    better = {("ann", "main class"), ("multi_random", "teff")}
    assert set(table.index[table["verdict"] == "better"]) == better
    assert not any("sharma/ann," in line or "teff" in line for line in failures)
    row = table.loc[("ann", "main class")]
    assert row["ours_low"] < row["ours"] < row["ours_high"]
    assert f"{row['ours']:.3g} ({row['ours_low']:.3g} to {row['ours_high']:.3g})" in page
    assert "the commonest class: 0.5" in page


def test_a_document_a_model_or_a_table_that_no_check_knows_fails_the_run(judged):
    for sentence in (
        "a document that trains networks has some [gebran]",
        "no trained model escapes",
        "no table of predictions escapes",
    ):
        assert any(sentence in line for line in judged[0])


def test_at_the_scale_of_a_rehearsal_networks_are_shown_and_not_judged(finished):
    failures, table, page = checked(finished, "rehearsal")
    assert set(table["verdict"]) == {"not judged"}
    assert not any("better than the trivial" in line for line in failures)
    assert "skipped: at the scale rehearsal, networks are trained too little to learn" in page
