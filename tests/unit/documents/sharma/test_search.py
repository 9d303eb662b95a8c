"""Search: trials survive a kill and are not run twice."""

import json
import runpy

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from obafgkm.documents.sharma.training import fit_and_predict, score_fold
from obafgkm.evaluation.trivial import Comparison
from obafgkm.spectra import Spectra
from obafgkm.training.splits import held_out_folds
from obafgkm.training.trials import draw_trials, run_trials, start_anew

SCRIPTS = ROOT / "workflow" / "scripts"
SPACE = {"batch": [60, 80], "activation": ["relu", "tanh", "linear"], "neurons": [32, 64]}


def trials(n=6, **more):
    return {i: {**settings, **more} for i, settings in enumerate(draw_trials(SPACE, n, 1))}


def test_trials_are_different_and_follow_from_the_seed():
    drawn = draw_trials(SPACE, 10, 1)
    assert len({json.dumps(trial) for trial in drawn}) == 10
    assert drawn == draw_trials(SPACE, 10, 1)
    assert drawn != draw_trials(SPACE, 10, 2)
    assert draw_trials(SPACE, 3, 1) == drawn[:3]


def test_a_search_of_more_than_the_space_is_the_whole_space():
    assert len(draw_trials(SPACE, 1000, 1)) == 12


def test_a_killed_search_keeps_its_finished_trials(tmp_path):
    path = tmp_path / "trials.jsonl"
    run = []

    def evaluate(settings, die_at=None):
        if len(run) == die_at:
            raise KeyboardInterrupt
        run.append(settings)
        return {"sigma": settings["batch"] / 60}

    with pytest.raises(KeyboardInterrupt):
        run_trials(trials(), lambda settings: evaluate(settings, die_at=4), path)
    with path.open("a") as file:
        file.write('{"trial": 4, "batch"')
    table = run_trials(trials(), evaluate, path)
    assert table["trial"].tolist() == [0, 1, 2, 3, 4, 5]
    assert run == list(trials().values())
    assert run_trials(trials(), evaluate, path).equals(table)
    assert len(run) == 6


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace('"score": 0', '"score": 1', 1),
        lambda text: text.replace('"trial": 0', '"trial": 1', 1),
        lambda text: "[1]\n3\nnull\n{}\n" + text.split("\n", 1)[1],
        lambda text: "\ufffe\x00" + text,
        lambda text: '{"trial": 0, "a": 0, "score": 5}\n' + text.split("\n", 1)[1],
    ],
)
def test_a_damaged_trial_is_run_again(tmp_path, damage):
    trials, path, evaluated = {i: {"a": i} for i in range(3)}, tmp_path / "trials.jsonl", []

    def evaluate(settings):
        evaluated.append(settings["a"])
        return {"score": settings["a"]}

    whole = run_trials(trials, evaluate, path)
    path.write_bytes(damage(path.read_text()).encode())
    evaluated.clear()
    pd.testing.assert_frame_equal(run_trials(trials, evaluate, path), whole)
    assert evaluated == [0]


def test_trials_on_another_foundation_are_run_again(tmp_path):
    path = tmp_path / "trials.jsonl"
    for foundation, sigma, expected in (("a", 1.0, 1.0), ("a", 2.0, 1.0), ("b", 2.0, 2.0), ("a", 3.0, 3.0)):
        table = run_trials(trials(), lambda settings, sigma=sigma: {"sigma": sigma}, path, foundation)
        assert table["sigma"].tolist() == [expected] * 6


def test_a_trial_that_is_written_twice_counts_once(tmp_path):
    path = tmp_path / "trials.jsonl"
    table = run_trials(trials(), lambda settings: {"sigma": 1.0}, path)
    path.write_text(2 * path.read_text())
    pd.testing.assert_frame_equal(run_trials(trials(), None, path), table)


def test_a_directory_of_unfinished_work_is_kept_on_its_own_foundation_only(tmp_path):
    directory = tmp_path / "search.tuner"
    for foundation, is_kept in (("a", False), ("a", True), ("b", False), ("a", False)):
        start_anew(directory, foundation)
        assert (directory / "trial.json").exists() == is_kept
        (directory / "trial.json").touch()


def test_folds_hold_out_every_spectrum_once_and_keep_stars_together():
    stars = np.random.default_rng(1).integers(0, 40, 200)
    masks = list(held_out_folds(stars, 5, 1))
    assert (np.sum(masks, axis=0) == 1).all()
    for mask in masks:
        assert not set(stars[mask]) & set(stars[~mask])
    sizes = [len(set(stars[mask])) for mask in masks]
    assert max(sizes) - min(sizes) <= 1


def test_a_fold_is_scored_on_what_training_has_not_seen():
    number = np.arange(50) % 7
    x = np.column_stack([number, np.arange(50)])
    held_out = np.arange(50) < 10

    def remember(x_train, labels, x_test):
        assert labels["mk_class"].tolist() == x_train[:, 0].tolist()
        assert not set(x_train[:, 1]) & set(x_test[:, 1])
        return x_test[:, 0] + (x_test[:, 1] < 5), {"noted": 1}

    labels = pd.DataFrame({"mk_class": number, "star": np.arange(50)})
    scores = score_fold(remember, x, labels, held_out)
    compared = Comparison.of_row(scores)
    assert scores == {"accuracy": 0.5, "sigma": 0.5, "noted": 1, **compared.columns()}
    assert (compared.n, compared.ours, compared.trivial) == (10, 0.5, pytest.approx(0.2))


def test_the_network_counts_its_live_units_and_depends_on_no_earlier_one(backend, tmp_path):
    from obafgkm.training.engine import fit

    rng = np.random.default_rng(1)
    number = rng.integers(0, 3, 60)
    x = (number[:, None] + rng.normal(0, 0.1, (60, 4)) + 5).astype(np.float32)
    settings = {"neurons": [8, 8], "activation": "relu", "initialiser": "uniform", "optimiser": "adam"}
    settings |= {"batch": 20, "epochs": 2, "patience": 2, "centred": True}

    def run():
        return fit_and_predict(
            "ann",
            settings,
            x,
            pd.DataFrame({"mk_class": number, "star": np.arange(60)}),
            x[:10],
            fit=fit,
            validation=0.2,
            seed=1,
            checkpoint=tmp_path / "checkpoint",
        )

    (first, notes), (second, _) = run(), run()
    assert (first == second).all()
    assert 0 < notes["live_units"] <= 8


def test_the_network_takes_each_combination_both_ways():
    list_trials = runpy.run_path(str(SCRIPTS / "sharma" / "search.py"))["list_trials"]
    settings = {"trials": 3, "epochs": 9, "space": SPACE}
    trials = list_trials("ann", settings, [False, True], seed=1, folds=2)
    assert [trial["centred"] for trial in trials.values()] == [False, True] * 3
    assert {**trials[0], "centred": True} == trials[1]
    assert len(list_trials("mlp_classifier", settings, [False, True], seed=1)) == 3


def test_the_table_of_the_search_names_the_most_accurate_trial():
    table_search = runpy.run_path(str(SCRIPTS / "sharma" / "table_search.py"))["table_search"]
    finished = pd.DataFrame(trials().values()).assign(folds=2, sigma=1.0, source="simulated")
    finished["accuracy"] = np.arange(len(finished))
    table = table_search([finished], {"ann": "ANN"}, {"ann": {"space": SPACE}})
    best = finished.iloc[-1]
    assert table["best"][0] == f"batch {best.batch}, activation {best.activation}, neurons {best.neurons}"
    assert table["space"][0] == 12


def test_the_table_of_cross_validation_keeps_the_ways_apart():
    table_cv = runpy.run_path(str(SCRIPTS / "sharma" / "table_cv.py"))["table_cv"]
    folds = pd.DataFrame({"folds_by": ["star", "star", "spectrum", "spectrum"], "source": "simulated"})
    folds = folds.assign(accuracy=[0.2, 0.4, 0.5, 0.5], sigma=1.0)
    table = table_cv([folds, folds.assign(centred=True)], ["Forest", "ANN"])
    assert table["model"].tolist() == ["Forest"] * 2 + ["ANN, flux centred"] * 2
    assert table["accuracy"].tolist() == pytest.approx([0.5, 0.3, 0.5, 0.3])
    assert table["accuracy_sd"][1] == pytest.approx(0.02**0.5)


def test_a_trial_is_compared_with_the_commonest_class_over_all_folds(tmp_path):
    rng = np.random.default_rng(0)
    number = np.repeat([20, 30, 40], [20, 30, 50])
    labels = pd.DataFrame({"mk_class": number, "star": np.arange(100).astype(str), "source": "simulated"})
    flux = (number[:, None] + rng.normal(0, 0.1, (100, 8))).astype("f4")
    sample = Spectra(np.arange(8.0), flux, np.ones((100, 8)), labels)
    search = runpy.run_path(str(SCRIPTS / "sharma" / "search.py"))["search"]
    trial = {"n_estimators": 5, "folds": 4, "validation": 0.1, "seed": 1}
    row = search("forest_classifier", {0: trial}, sample, None, tmp_path / "trials.jsonl", "").iloc[0]
    compared = Comparison.of_row(row)
    assert compared.has_learnt
    assert (compared.n, row["accuracy"]) == (100, pytest.approx(compared.ours))


def test_folds_follow_from_the_seed():
    first, again, other = (np.array(list(held_out_folds(np.arange(40), 5, seed))) for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_a_trial_of_other_settings_is_run_again(tmp_path):
    """Its number alone does not make it the same: the foundation does not include the list of trials."""
    for values in ([1, 2], [1, 3, 2]):
        trials = {i: {"a": value} for i, value in enumerate(values)}
        table = run_trials(trials, lambda settings: {"score": 10 * settings["a"]}, tmp_path / "trials.jsonl")
        assert table["a"].tolist() == values
        assert table["score"].tolist() == [10 * value for value in values]
