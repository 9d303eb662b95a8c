import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obafgkm.documents.sharma.robustness import colour_change, shuffled_continua, wrong_labels
from obafgkm.ingest.libraries import ingest
from obafgkm.mk import main_class
from obafgkm.spectroscopy.continuum import fit_continuum, normalise
from obafgkm.spectroscopy.extinction import reddened
from obafgkm.spectroscopy.homogenise import homogenise, wavelength_grid
from obafgkm.training.baselines import nearest_template

WAVE = np.arange(3900.0, 6800.0, 10.0)
UNITY_AT = 5550.0


def sloped_spectra(count):
    """Spectra with different slopes and a line each; one at UNITY_AT."""
    slope = np.linspace(-4, 4, count)[:, None]
    place = np.linspace(4200, 6400, count)[:, None]
    line = 1 - 0.5 * np.exp(-0.5 * ((WAVE - place) / 20) ** 2)
    flux = (WAVE / UNITY_AT) ** slope * line
    return flux / flux[:, WAVE == UNITY_AT]


@settings(max_examples=25)
@given(st.integers(2, 30), st.integers(0, 2**32 - 1))
def test_no_spectrum_keeps_its_continuum_and_every_continuum_is_used_once(count, seed):
    for flux, donor in shuffled_continua(WAVE, sloped_spectra(count), 3, UNITY_AT, seed):
        assert sorted(donor) == list(range(count))
        assert (donor != np.arange(count)).all()
        np.testing.assert_allclose(flux[:, WAVE == UNITY_AT], 1)


def test_lines_stay_and_continua_move():
    flux = sloped_spectra(12)
    continuum = fit_continuum(WAVE, flux)
    for shuffled, donor in shuffled_continua(WAVE, flux, 2, UNITY_AT, 0):
        ratio = shuffled / (flux / continuum * continuum[donor])
        np.testing.assert_allclose(ratio, np.tile(ratio[:, :1], WAVE.size))


def test_repeats_differ_and_a_seed_gives_them_again():
    flux = sloped_spectra(20)
    first = [donor for _, donor in shuffled_continua(WAVE, flux, 10, UNITY_AT, 1)]
    again = [donor for _, donor in shuffled_continua(WAVE, flux, 10, UNITY_AT, 1)]
    np.testing.assert_array_equal(first, again)
    assert len(np.unique(first, axis=0)) == 10


def test_the_colour_compares_the_first_and_the_last_100_angstrom():
    """The red end of one of two spectra twice as bright: 2.5 log10 2 = 0.75 mag, and none."""
    flux = np.ones((2, WAVE.size))
    changed = flux.copy()
    changed[0, -10:] = 2  # ten pixels of 10 Angstrom
    changed[:, 10:-10] = 5  # in between nothing counts
    assert colour_change(WAVE, flux, changed) == pytest.approx(2.5 * np.log10(2) / np.sqrt(2))


def test_one_spectrum_cannot_be_shuffled():
    with pytest.raises(ValueError, match="two or more"):
        next(shuffled_continua(WAVE, sloped_spectra(1), 1, UNITY_AT, 0))


labels = st.lists(st.integers(0, 69), min_size=2, max_size=200).filter(lambda items: len(set(items)) > 1)


@given(labels, st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_so_many_labels_are_wrong_as_asked_and_all_from_classes_present(number, fraction, seed):
    number = np.array(number)
    count = int(fraction * number.size)
    spoilt = wrong_labels(number, count, seed)
    assert (spoilt != number).sum() == count
    assert set(spoilt) <= set(number)
    np.testing.assert_array_equal(spoilt, wrong_labels(number, count, seed))


@given(labels, st.floats(0, 1), st.integers(0, 2**32 - 1))
def test_wrong_labels_are_spread_evenly_over_the_main_classes(number, fraction, seed):
    number = np.array(number)
    wrong = wrong_labels(number, int(fraction * number.size), seed) != number
    population = np.bincount(main_class(number), minlength=7)
    spoilt = np.bincount(main_class(number[wrong]), minlength=7)
    not_used_up = spoilt < population
    if not_used_up.any():
        assert spoilt.max() - spoilt[not_used_up].min() <= 1


def test_wrong_labels_visit_each_subclass_before_any_twice():
    number = np.repeat(np.arange(70), 10)
    assert np.bincount(number[wrong_labels(number, 70, 3) != number]).tolist() == [1] * 70


def test_wrong_classes_are_equally_probable():
    number = np.repeat([10, 30, 50], 2000)
    spoilt = wrong_labels(number, number.size, 0)
    share = [(spoilt[number == 10] == other).mean() for other in (30, 50)]
    np.testing.assert_allclose(share, 0.5, atol=0.05)


@pytest.mark.parametrize(("number", "count", "match"), [([1, 2], 3, "3 of 2"), ([5, 5], 1, "second class")])
def test_impossible_wishes_are_refused(number, count, match):
    with pytest.raises(ValueError, match=match):
        wrong_labels(number, count, 0)


def test_real_stars_without_continua_mislead_a_classifier_that_nobody_trained(mirror):
    """So that errors of networks on such spectra, far above the paper's, are no fault of a training."""
    if not all((mirror / library).is_dir() for library in ("jhc", "cflib")):
        pytest.skip("the folder of OBAFGKM_MIRROR holds no jhc or no cflib")
    grid = wavelength_grid(3900, 6799, 1)
    jhc, cflib = (
        homogenise(ingest(library, mirror / library)[0], grid, 4.5, UNITY_AT)[0]
        for library in ("jhc", "cflib")
    )
    (red,) = reddened(cflib.flux, cflib.wave, [1.0], UNITY_AT)
    sets = {"clean": cflib.flux, "normalised": normalise(cflib.wave, cflib.flux), "red": red}
    number = jhc.labels["mk_class"].to_numpy()
    rms = {
        name: np.sqrt(np.mean((nearest_template(jhc.flux, number, flux) - cflib.labels["mk_class"]) ** 2))
        for name, flux in sets.items()
    }
    change = {name: colour_change(cflib.wave, cflib.flux, flux) for name, flux in sets.items()}
    assert rms["clean"] < rms["red"] < rms["normalised"]
    assert rms["normalised"] > 3 * rms["clean"]
    assert change["normalised"] > 2 * change["red"] > 1
