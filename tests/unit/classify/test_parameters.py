"""Stellar parameters: targets, answers, and errors that hold what they say."""

import numpy as np
import pandas as pd
import pytest

from obafgkm.classify.calibration import parameter_calibration
from obafgkm.classify.parameters import (
    by_star,
    corrected,
    deviations,
    from_outputs,
    parameter_errors,
    targets,
)

SUN = [5772.0, 4.44, 0.0]


def test_targets_are_of_order_one_and_come_back():
    values = np.array([SUN, [30_000, 4.0, 0.2], [3200, 0.5, -2.5]])
    assert np.abs(targets(values)).max() < 7
    np.testing.assert_allclose(from_outputs(targets(values)), values, rtol=1e-5, atol=1e-5)


def test_unknown_values_have_no_target():
    wanted = targets(np.array([[np.nan, 4.0, np.nan], [0.0, np.nan, 0.1]]))
    np.testing.assert_array_equal(np.isnan(wanted), [[True, False, True], [True, True, False]])


def test_a_star_has_its_catalogue_values_whichever_library_they_are_from():
    labels = pd.DataFrame(
        {"star": ["a", "a", "b"], "teff": [np.nan, 5000, np.nan], "logg": [4.0, 4.2, np.nan]}
    )
    np.testing.assert_allclose(
        by_star(labels), [[5000, 4.1, np.nan], [5000, 4.1, np.nan], [np.nan, np.nan, np.nan]]
    )


def synthetic(n, seed):
    """Values, catalogue values, classes and S/N of stars whose errors grow with class and noise."""
    rng = np.random.default_rng(seed)
    classes, snr = rng.integers(20, 60, n), np.exp(rng.uniform(np.log(5), np.log(300), n))
    size = (1 + (classes // 10 == 5)) * (1 + 20 / snr)
    expected = np.column_stack([rng.uniform(4000, 9000, n), rng.uniform(1, 5, n), rng.uniform(-1, 0.4, n)])
    values = expected + rng.normal(0, 1, (n, 3)) * size[:, None] * [100, 0.2, 0.1]
    return values, expected, classes, snr


def test_errors_hold_68_percent_of_every_class_at_every_signal_to_noise_ratio():
    known, new = synthetic(8000, 1), synthetic(8000, 2)
    values, expected, classes, snr = new
    errors = parameter_errors(values, classes, snr, parameter_calibration(*known))
    held = np.abs(values - expected) <= errors
    for main in (2, 5):
        for low, high in [(5, 15), (15, 50), (50, 300)]:
            cell = (classes // 10 == main) & (snr > low) & (snr < high) & np.isfinite(errors).all(1)
            np.testing.assert_allclose(held[cell].mean(0), 0.68, atol=0.06)
    faint, bright = (errors[(classes < 30) & which] for which in (snr < 10, snr > 100))
    assert (np.nanmean(faint, axis=0) > 1.5 * np.nanmean(bright, axis=0)).all()


def test_offsets_of_a_class_are_taken_away():
    values, expected, classes, snr = synthetic(8000, 6)
    is_k = classes // 10 == 5
    values[is_k, 0] *= 1.1
    values[is_k, 1] -= 0.4
    offsets = parameter_calibration(values, expected, classes, snr)["offsets"]
    np.testing.assert_allclose(np.array(offsets)[:2, 5], [1 - 1 / 1.1, -0.4], atol=0.02)
    np.testing.assert_allclose(np.array(offsets)[:, [0, 1, 6]], 0)
    left = np.median(corrected(values, classes, offsets) - expected, axis=0)
    np.testing.assert_allclose(left / [100, 0.2, 0.1], 0, atol=0.1)


def test_unknown_catalogue_values_are_no_errors():
    values, expected, classes, snr = synthetic(4000, 3)
    calibration = parameter_calibration(values, expected, classes, snr)
    values, classes, snr = (np.concatenate([own, own]) for own in (values, classes, snr))
    expected = np.concatenate([expected, np.full_like(expected, np.nan)])
    assert parameter_calibration(values, expected, classes, snr) == calibration


def test_a_value_that_cannot_be_trusted_has_no_error():
    values, expected, classes, snr = synthetic(4000, 4)
    calibration = parameter_calibration(values, expected, classes, snr)
    asked = np.array([SUN, SUN, [12_000, 4.4, 0.0], [5772, 6.0, -3.0], [np.nan, 4.0, 0.0]])
    errors = parameter_errors(asked, np.array([42, 5, 42, 42, 42]), np.full(5, 100.0), calibration)
    known = [[True] * 3, [False] * 3, [False, True, True], [True, False, False], [False, True, True]]
    np.testing.assert_array_equal(np.isfinite(errors), known)


def test_no_catalogue_values_give_no_errors():
    values, expected, classes, snr = synthetic(100, 5)
    calibration = parameter_calibration(values, np.full_like(expected, np.nan), classes, snr)
    assert np.isnan(parameter_errors(values, classes, snr, calibration)).all()


def test_the_error_of_the_temperature_is_a_fraction_of_it():
    off = deviations(np.array([[5000.0, 4.0, 0.5]]), np.array([[4500.0, 4.2, 0.0]]))
    np.testing.assert_allclose(off, [[0.1, -0.2, 0.5]])
    calibration = {"snr": [], "ranges": [[0, 1e5]] * 3, "errors": [[[0.1]] * 7] * 3}
    np.testing.assert_allclose(
        parameter_errors(np.array([SUN]), [42], [50.0], calibration), [[577.2, 0.1, 0.1]]
    )


@pytest.mark.slow
@pytest.mark.usefixtures("backend")
def test_the_loss_ignores_unknown_values_and_their_gradient():
    import tensorflow as tf

    from obafgkm.classify.network import known_errors

    expected = np.array([[0.5, np.nan, -3.0], [np.nan] * 3], np.float32)
    predicted = tf.Variable([[0.0, 5.0, 0.0], [1.0, 2.0, 3.0]])
    with tf.GradientTape() as tape:
        loss = known_errors(expected, predicted)
    np.testing.assert_allclose(loss, [0.5 * 0.5**2 + 3 - 0.5, 0])
    np.testing.assert_allclose(tape.gradient(loss, predicted), [[-0.5, 0, 1], [0, 0, 0]])


def test_few_stars_of_a_class_have_neither_an_offset_nor_an_error():
    values, expected, classes, snr = synthetic(2000, 7)
    classes[:19], classes[19:39], snr[:39] = 5, 15, 100.0
    values[:39, 1] = expected[:39, 1] + 0.5
    calibration = parameter_calibration(values, expected, classes, snr)
    assert calibration["offsets"][1][0] == 0
    assert calibration["errors"][1][0] == [None] * 3
    assert abs(calibration["offsets"][1][1] - 0.5) < 1e-6
