"""Search: trials survive a kill and are not run twice."""

import json

import numpy as np
import pytest

from obafgkm.samples import held_out_folds
from obafgkm.search import cross_validate, draw_trials, run_trials

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


def test_trials_on_another_sample_are_run_again(tmp_path):
    path = tmp_path / "trials.jsonl"
    run_trials(trials(sample="a"), lambda settings: {"sigma": 1.0}, path)
    table = run_trials(trials(sample="b"), lambda settings: {"sigma": 2.0}, path)
    assert table["sigma"].tolist() == [2.0] * 6


def test_folds_hold_out_every_spectrum_once_and_keep_stars_together():
    stars = np.random.default_rng(1).integers(0, 40, 200)
    masks = list(held_out_folds(stars, 5, 1))
    assert (np.sum(masks, axis=0) == 1).all()
    for mask in masks:
        assert not set(stars[mask]) & set(stars[~mask])
    sizes = [len(set(stars[mask])) for mask in masks]
    assert max(sizes) - min(sizes) <= 1


def test_cross_validation_scores_each_fold_on_what_it_has_not_seen():
    number = np.arange(50) % 7
    x = np.column_stack([number, np.arange(50)])

    def remember(x_train, y_train, x_test, fold):
        assert not set(x_train[:, 1]) & set(x_test[:, 1])
        return x_test[:, 0] + (fold == 0)

    table = cross_validate(remember, x, number, np.arange(50), 5, 1)
    assert table["accuracy"].tolist() == [0, 1, 1, 1, 1]
    assert table["sigma"].tolist() == [0] * 5
