"""Metrics, against arithmetic done by hand and against random numbers of known spread."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from obafgkm.documents.sharma.samples import internal_dispersion
from obafgkm.evaluation.metrics import (
    calibration_metrics,
    class_metrics,
    classification_report,
    confusion,
    dispersion,
    luminosity_metrics,
    reliability,
    survives_clipping,
)

RNG = np.random.default_rng(5)


def test_dispersion_of_a_normal_distribution_is_its_sigma_in_every_way():
    result = dispersion(RNG.normal(0.3, 2.0, 200_000))
    assert result["bias"] == pytest.approx(0.3, abs=0.02)
    assert result["sigma"] == pytest.approx(2.0, rel=0.01)
    assert result["mad_sigma"] == pytest.approx(2.0, rel=0.01)
    # A normal distribution cut at three sigma has a standard deviation of 0.9866 sigma.
    assert result["clipped_sigma"] == pytest.approx(0.985 * 2.0, rel=0.01)
    assert result["clipped_fraction"] == pytest.approx(0.003, abs=0.001)


def test_outliers_move_the_raw_sigma_only():
    difference = np.concatenate([RNG.normal(0, 1, 990), np.full(10, 40.0)])
    result = dispersion(difference)
    assert result["sigma"] > 3.5
    assert result["clipped_sigma"] == pytest.approx(1, abs=0.1)
    assert result["mad_sigma"] == pytest.approx(1, abs=0.1)
    assert result["clipped_fraction"] >= 0.01
    assert result["max_error"] == 40


def test_the_median_deviation_is_of_all_errors():
    difference = np.array([-9.0, -1, 0, 1, 2, 3, 50])
    for threshold in (1, 3):  # the median is 1, the absolute deviations from it 0, 1, 1, 2, 2, 10 and 49
        assert dispersion(difference, threshold)["mad_sigma"] == pytest.approx(2 * 1.4826, rel=1e-4)


def test_clipping_is_iterated():
    values = np.concatenate([np.zeros(1000), np.ones(1000), [30.0], [1000.0]])
    # 1000 hides 30 in the first pass.
    assert survives_clipping(values).sum() == 2000


def test_clipping_is_at_three_sigma_unless_told_otherwise():
    values = np.concatenate([np.zeros(100), np.ones(100), [2.5]])  # the last is 3.7 sigma from the mean
    assert survives_clipping(values).tolist() == [True] * 200 + [False]
    assert survives_clipping(values, 4).all()


def test_perfect_predictions():
    number = np.arange(70)
    result = class_metrics(number, number)
    assert result["main_class_accuracy"] == result["slope"] == result["r2"] == 1
    assert result["intercept"] == pytest.approx(0, abs=1e-12)
    assert result["sigma"] == result["bias"] == result["clipped_fraction"] == 0


def test_line_and_bias_of_shifted_predictions():
    expected = np.arange(10, 60)
    result = class_metrics(expected, 0.9 * expected + 2)
    assert result["slope"] == pytest.approx(0.9)
    assert result["intercept"] == pytest.approx(2)
    assert result["bias"] == pytest.approx((2 - 0.1 * expected).mean())


def test_r2_follows_equation_6():
    expected, predicted = np.array([10.0, 20, 30, 40]), np.array([12.0, 18, 33, 41])
    residual, total = 4 + 4 + 9 + 1, 225 + 25 + 25 + 225
    assert class_metrics(expected, predicted)["r2"] == pytest.approx(1 - residual / total)


def test_always_the_mean_explains_nothing():
    expected = RNG.integers(0, 70, 500)
    assert class_metrics(expected, np.full(500, expected.mean()))["r2"] == pytest.approx(0)


def test_confusion_and_report_by_hand():
    expected = [5, 15, 15, 25, 25, 25]
    predicted = [5, 15, 25, 25, 25, 15]
    matrix = confusion(expected, predicted)
    assert matrix.sum() == 6
    assert matrix[1, 2] == matrix[2, 1] == 1
    report = classification_report(expected, predicted).set_index("class")
    assert report.loc["A", ["precision", "recall", "f1"]].tolist() == pytest.approx([2 / 3] * 3)
    assert report.loc["B", "precision"] == report.loc["B", "recall"] == 0.5
    assert report.loc["Total", "population"] == 6
    assert report.loc["Total", "recall"] == pytest.approx(4 / 6)
    assert np.isnan(report.loc["M", "precision"])


def test_internal_dispersion_by_hand():
    flux = np.array([[1.0, 1.0], [3.0, 3.0], [5.0, 5.0], [7.0, 9.0]])
    table = internal_dispersion(flux, np.array([30, 30, 30, 40])).set_index("class")
    assert table.loc[30, "dispersion"] == pytest.approx(4 / 3)
    assert table.loc[40, "dispersion"] == 0
    assert table["population"].tolist() == [3, 1]


@given(st.lists(st.integers(0, 69), min_size=2, max_size=40), st.randoms())
def test_order_does_not_matter(expected, random):
    predicted = [min(69, max(0, number + random.randint(-5, 5))) for number in expected]
    order = list(range(len(expected)))
    random.shuffle(order)
    one = class_metrics(expected, predicted)
    other = class_metrics([expected[i] for i in order], [predicted[i] for i in order])
    assert one == pytest.approx(other, nan_ok=True, abs=1e-9)


def test_luminosity_metrics_by_hand():
    result = luminosity_metrics([2, 2, 4, 4, 4], [2, 4, 4, 4, 2])
    assert result["accuracy"] == pytest.approx(3 / 5)
    assert result["f1_III"] == pytest.approx(1 / 2)
    assert result["f1_V"] == pytest.approx(2 / 3)
    assert result["rms"] == pytest.approx(np.sqrt(8 / 5))
    assert result["bias"] == 0


def test_calibration_of_a_classifier_that_knows_its_probabilities_is_right():
    rng = np.random.default_rng(1)
    confidence = rng.uniform(0.1, 1, 20000)
    right = rng.random(20000) < confidence
    honest = calibration_metrics(confidence, right, confidence)
    assert honest["calibration_error"] < 0.02
    boasting = calibration_metrics(np.ones(20000), right, confidence)
    assert boasting["calibration_error"] == pytest.approx(1 - right.mean())
    certain = calibration_metrics(np.ones(1), np.zeros(1, bool), np.zeros(1))
    assert certain["log_loss"] == pytest.approx(7 * np.log(10))
    curve = reliability(confidence, right, bins=7)
    assert curve["spectra"].sum() == 20000
    assert curve["confidence"].is_monotonic_increasing


def test_main_classes_of_continuous_numbers_follow_from_the_leading_digits_of_the_code():
    """19.96 has the code 1000 + 1996 + 5.5 > 3000, and is an A0; 19.9 is still a B9."""
    expected, predicted = np.array([20, 20]), np.array([19.96, 19.9])
    assert class_metrics(expected, predicted)["main_class_accuracy"] == 0.5
    assert confusion(expected, predicted)[2].tolist() == [0, 1, 1, 0, 0, 0, 0]


def test_the_threshold_of_clipping_reaches_every_metric():
    difference = np.array([-2] * 100 + [0] * 100 + [3])  # the last is 3.8 sigma from the mean
    expected = np.where(difference == 3, 1, 2)
    for metrics in (class_metrics, luminosity_metrics):
        assert metrics(expected, expected + difference)["clipped_fraction"] > 0
        assert metrics(expected, expected + difference, 4)["clipped_fraction"] == 0


def test_there_are_no_more_bins_than_spectra():
    confidence, right = np.array([0.9, 0.6]), np.array([True, False])
    assert reliability(confidence, right)["spectra"].tolist() == [1, 1]
    assert calibration_metrics(confidence, right, confidence)["calibration_error"] == pytest.approx(0.35)
