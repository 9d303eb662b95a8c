"""Training: seeds, early stopping, resuming."""

import keras
import numpy as np
import pytest

from obafgkm.documents.gebran.network import build_gebran
from obafgkm.documents.sharma.ann import absorb_centre, build_ann, live_units
from obafgkm.documents.sharma.cnn import build_autoencoder
from obafgkm.training import engine
from obafgkm.training.engine import layer_table

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("backend")]
RNG = np.random.default_rng(2)
FLUX = RNG.normal(1, 0.3, (260, 50)).astype(np.float32)
NUMBER = np.clip(np.round(35 + 60 * (FLUX[:, :25].mean(1) - FLUX[:, 25:].mean(1))), 0, 69).astype(int)
SETTINGS = {"batch": 60, "patience": 1000, "monitor": "val_accuracy", "seed": 1, "every": 0}


class Killed(Exception):
    pass


def train(epochs, checkpoint, seed=3, optimiser="adam", **changes):
    keras.utils.set_random_seed(seed)
    x, y = FLUX[:200], NUMBER[:200]
    validation = FLUX[200:], NUMBER[200:]
    return engine.fit(
        build_ann(50, optimiser=optimiser),
        x,
        y,
        validation,
        epochs=epochs,
        checkpoint=checkpoint,
        **{**SETTINGS, **changes},
    )


def kill_after(epochs, checkpoint, monkeypatch, **changes):
    """Train until the process would die in the epoch after `epochs`."""
    add = engine._Record.add

    def die(record, *arguments):
        if record.epoch == epochs:
            raise Killed
        add(record, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(engine._Record, "add", die)
        with pytest.raises(Killed):
            train(30, checkpoint, **changes)


def same(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one.get_weights(), other.get_weights(), strict=True))


@pytest.fixture(scope="module")
def undisturbed(backend, tmp_path_factory):
    return train(12, tmp_path_factory.mktemp("undisturbed"))


def test_the_same_seed_gives_the_same_weights(undisturbed, tmp_path):
    model, history = train(12, tmp_path)
    assert same(model, undisturbed[0])
    assert history.equals(undisturbed[1])


def test_another_seed_gives_other_weights(undisturbed, tmp_path):
    assert not same(train(12, tmp_path, seed=4)[0], undisturbed[0])


def test_a_killed_training_ends_as_if_it_had_never_stopped(undisturbed, tmp_path, monkeypatch):
    kill_after(6, tmp_path, monkeypatch)
    epochs = []
    add = engine._Record.add
    monkeypatch.setattr(engine._Record, "add", lambda *args: (epochs.append(1), add(*args)))
    model, history = train(12, tmp_path)
    assert len(epochs) == 12 - 6, "goes on from the checkpoint of epoch 6"
    assert same(model, undisturbed[0])
    assert history.equals(undisturbed[1])
    assert not tmp_path.exists()


def test_a_fused_update_trains_the_same_and_resumes_too(tmp_path, monkeypatch):
    def changed():
        engine._epoch_functions.cache_clear()
        return train(12, tmp_path, optimiser="adamax")

    _, plain = changed()
    monkeypatch.setattr(engine, "_MANY_WEIGHTS", 0)
    model, history = changed()
    np.testing.assert_allclose(history["loss"], plain["loss"], rtol=1e-3)
    kill_after(6, tmp_path, monkeypatch, optimiser="adamax")
    assert same(model, changed()[0])


@pytest.mark.parametrize("optimiser", ["adam", "nadam"])
def test_what_was_compiled_for_a_like_network_trains_another_as_if_it_were_the_first(tmp_path, optimiser):
    """Another sample, other weights, another start of the dropout, another learning rate."""

    def trained(seed, first):
        keras.backend.clear_session()
        keras.utils.set_random_seed(seed)
        model = build_gebran(8, "relu", optimiser, 0.3, "mse")
        model.optimizer.learning_rate = 0.001 * seed
        x, y = FLUX[first:, :8], NUMBER[first:, None].astype("f4") / 70
        changes = {**SETTINGS, "monitor": "val_loss", "checkpoint": tmp_path}
        return engine.fit(model, x, y, (x[:20], y[:20]), epochs=2, **changes)

    engine._epoch_functions.cache_clear()
    alone, history = trained(2, 0)
    engine._epoch_functions.cache_clear()
    other, _ = trained(1, 30)
    weights = other.get_weights()
    model, again = trained(2, 0)
    assert engine._epoch_functions.cache_info()[:2] == (1, 1), "hits and misses"
    assert same(model, alone)
    assert again.equals(history)
    assert all(map(np.array_equal, other.get_weights(), weights)), "the other keeps its own weights"


def test_a_checkpoint_of_another_training_is_not_taken(tmp_path, monkeypatch):
    kill_after(6, tmp_path, monkeypatch)
    model, _ = train(12, tmp_path, batch=50)
    assert same(model, train(12, tmp_path, batch=50)[0])


def test_a_kill_while_the_checkpoint_is_written_leaves_the_one_before(undisturbed, tmp_path, monkeypatch):
    save = keras.Model.save

    def die(model, path, *arguments):
        if "last-8" in str(path):
            path.write_bytes(b"half a file")
            raise Killed
        return save(model, path, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(keras.Model, "save", die)
        with pytest.raises(Killed):
            train(12, tmp_path)
    assert same(train(12, tmp_path)[0], undisturbed[0])


def test_training_stops_when_validation_no_longer_improves_and_keeps_the_best(tmp_path):
    model, history = train(400, tmp_path, patience=5)
    best = history["val_accuracy"].argmax()
    assert len(history) == best + 1 + 5
    accuracy = (model.predict(FLUX[200:], verbose=0).argmax(1) == NUMBER[200:]).mean()
    assert accuracy == pytest.approx(history["val_accuracy"].max())


def test_one_epoch_is_what_keras_does_with_the_same_batches(tmp_path):
    model, history = train(1, tmp_path)
    keras.utils.set_random_seed(3)
    plain = build_ann(50)
    order = np.random.default_rng([1, 0]).permutation(200)
    logs = plain.fit(FLUX[order], NUMBER[order], batch_size=60, shuffle=False, verbose=0).history
    for ours, theirs in zip(model.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)
    assert history["loss"][0] == pytest.approx(logs["loss"][0], rel=1e-5)


def test_the_validation_curve_is_that_of_keras(undisturbed):
    keras.utils.set_random_seed(3)
    plain, curve = build_ann(50), []
    for epoch in range(12):
        order = np.random.default_rng([1, epoch]).permutation(200)
        logs = plain.fit(
            FLUX[order],
            NUMBER[order],
            batch_size=60,
            shuffle=False,
            validation_data=(FLUX[200:], NUMBER[200:]),
            verbose=0,
        )
        curve += logs.history["val_loss"]
    np.testing.assert_allclose(undisturbed[1]["val_loss"], curve, rtol=1e-4)


@pytest.mark.parametrize("optimiser", ["sgd", "adam"])
def test_a_batch_in_parts_has_the_gradient_of_the_whole(tmp_path, optimiser):
    """Parts of 7 divide neither the batches of 60 nor the last one of 20."""
    x, y = FLUX[:200, :48, None], FLUX[200:, :48, None]

    def trained(micro_batch):
        keras.utils.set_random_seed(3)
        model = build_autoencoder(48, filters=(4, 2), optimiser=optimiser)
        changes = {"epochs": 3, "checkpoint": tmp_path, **SETTINGS, "monitor": "val_loss"}
        return engine.fit(model, x, x, (y, y), micro_batch=micro_batch, **changes)

    (whole, history), (parts, their_history) = trained(None), trained(7)
    for ours, theirs in zip(whole.get_weights(), parts.get_weights(), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-6)
    np.testing.assert_allclose(history, their_history, rtol=1e-4)


def test_the_network_has_the_papers_layers():
    table = layer_table(build_ann(2900))
    assert table["outputs"].tolist() == ["2900", "32", "64", "70"]
    assert table["parameters"].tolist() == [0, 2900 * 32 + 32, 32 * 64 + 64, 64 * 70 + 70]


def test_shuffled_labels_are_not_learnt(tmp_path):
    keras.utils.set_random_seed(3)
    shuffled = RNG.permutation(NUMBER)
    model, _ = engine.fit(
        build_ann(50),
        FLUX[:200],
        shuffled[:200],
        (FLUX[200:], shuffled[200:]),
        epochs=40,
        checkpoint=tmp_path,
        **SETTINGS,
    )
    difference = model.predict(FLUX[200:], verbose=0).argmax(1) - shuffled[200:]
    assert difference.std() > 0.8 * shuffled.std()


def test_predictions_are_those_of_keras_whatever_the_batch():
    model = build_ann(50)
    expected = model.predict(FLUX, verbose=0)
    for batch in (7, 64, 1000):
        np.testing.assert_allclose(engine.predict(model, FLUX, batch), expected, atol=1e-6)


def test_absorbing_the_centre_changes_no_prediction():
    model, centre = build_ann(50), FLUX.mean(axis=0)
    before = model.predict(FLUX - centre, verbose=0)
    absorb_centre(model, centre)
    np.testing.assert_allclose(model.predict(FLUX, verbose=0), before, atol=1e-6)


def test_dead_units_are_counted():
    model = build_ann(50)
    weights, bias = model.layers[0].get_weights()
    bias[:5] = -1e6
    model.layers[0].set_weights([np.abs(weights), bias])
    assert live_units(model, FLUX) == 32 - 5
