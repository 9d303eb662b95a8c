"""The released model computes what its weights say, and what it sees is the star, not how it was measured."""

import json
import os
import socket
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from obafgkm.classify.export import write_onnx
from obafgkm.classify.inputs import N_INPUTS, WAVE, lines_and_continuum, network_inputs
from obafgkm.classify.kinds import KINDS
from obafgkm.classify.model import Model, conformal_sets, is_outlier, median_class
from obafgkm.classify.outliers import Outliers
from obafgkm.classify.parameters import from_outputs
from obafgkm.classify.ranges import central_range, half_width
from obafgkm.classify.sealed import write_card
from obafgkm.classify.spectrum import Spectrum, signal_to_noise
from obafgkm.errors import ArchiveFileError

RNG = np.random.default_rng(1)
SHAPES = [(N_INPUTS, 8), 8, (8, 6), 6, (6, 70), 70, (6, 5), 5]


def weights(shapes, size):
    """Random weights that half precision holds exactly."""
    return [RNG.normal(0, size, shape).astype(np.float16) for shape in shapes]


MEMBERS = [weights(SHAPES, 0.3) for _ in range(2)]
PARAMETER_SHAPES = [(N_INPUTS, 8), 8, (8, 6), 6, (6, 3), 3]
PARAMETER_MEMBERS = [weights(PARAMETER_SHAPES, 0.03) for _ in range(2)]
KIND_WEIGHTS = weights([(N_INPUTS, 8), 8, (8, 6), 6, (6, 9), 9], 0.3)
OUTLIERS = Outliers(np.zeros(WAVE.size, np.float32), np.eye(3, WAVE.size, dtype=np.float32))
CARD = {
    "wave": [WAVE[0], WAVE[-1], WAVE.size],
    "conformal_threshold": 0.05,
    "range_shares": {"68": 0.4, "95": 0.9},
    "kinds": KINDS,
    "parameters": {
        "offsets": [[0.02] * 7, [-0.3] * 7, [0.0] * 7],
        "snr": [15.0],
        "ranges": [[0, 1e5], [-9, 9], [-9, 9]],
        "errors": [[[None, 0.1 + 0.01 * k] for k in range(7)]] * 3,
    },
    "outlier_thresholds": [[0.02, 0.02, 0.2, 0.2, 0.03, 0.1, 0.01], [0.01, 0.03, 0.1, 0.3, 0.01, 0.03, 0.1]],
}


def star(slope=0.0, depth=0.5):
    """Flux of something like a star with lines of 20 Angstrom on a smooth continuum."""
    places = np.array([3970, 4102, 4340, 4861, 5180, 5890, 6563])
    lines = np.exp(-0.5 * ((WAVE[:, None] - places) / 8) ** 2).sum(1)
    return (WAVE / 5000) ** slope * (1 - depth * lines)


def softmax(logits):
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def hidden_by_hand(x, weights):
    """The weights in double precision, and the second hidden layer of one network."""
    w = [np.asarray(array, float) for array in weights]
    return w, np.maximum(np.maximum(x @ w[0] + w[1], 0) @ w[2] + w[3], 0)


def by_hand(x, weights):
    """Both heads of one network."""
    w, hidden = hidden_by_hand(x, weights)
    return softmax(hidden @ w[4] + w[5]), softmax(hidden @ w[6] + w[7])


@pytest.fixture
def folder(tmp_path):
    write_onnx(tmp_path / "model.onnx", MEMBERS, PARAMETER_MEMBERS, KIND_WEIGHTS)
    np.savez(tmp_path / "outliers.npz", **vars(OUTLIERS))
    write_card(tmp_path / "model.json", CARD)
    return tmp_path


@pytest.fixture
def spectra():
    """Flux and inverse variance of unlike spectra, one of them with a gap."""
    rng = np.random.default_rng(2)
    flux = np.stack([star(slope, depth) for slope, depth in rng.uniform([-4, 0], [3, 0.8], (30, 2))])
    flux += rng.normal(0, 1, flux.shape) * rng.uniform(0, 0.3, (30, 1))
    flux[0, 100:150] = np.nan
    return flux, np.where(np.isfinite(flux), 400.0, 0)


def test_the_graph_says_what_its_weights_say_by_hand(folder, spectra):
    types = Model.load(folder).classify(*spectra)
    heads = [by_hand(network_inputs(*spectra), weights) for weights in MEMBERS]
    still = ~(np.abs(types.velocity) > 200)  # others are brought to rest
    assert still.sum() > 20
    for said, one, other in zip([types.temperature, types.luminosity], *heads, strict=True):
        np.testing.assert_allclose(said[still], ((one + other) / 2)[still], atol=1e-5)
        np.testing.assert_allclose(said.sum(1), 1, atol=1e-5)
    assert np.ptp(types.temperature, axis=0).max() > 0.1, "or a constant would pass"
    w, hidden = hidden_by_hand(network_inputs(*spectra), KIND_WEIGHTS)
    expected = (hidden @ w[4] + w[5]).argmax(1)
    np.testing.assert_array_equal(types.kind[still], expected[still])
    assert len(set(expected)) > 1


def test_parameters_are_those_of_the_weights_by_hand_where_they_have_an_error(folder, spectra):
    flux, ivar = spectra
    ivar[:10] /= 400  # S/N about 1
    types = Model.load(folder).classify(flux, ivar)
    inputs, outputs = network_inputs(flux, ivar), 0
    for weights in PARAMETER_MEMBERS:
        w, hidden = hidden_by_hand(inputs, weights)
        outputs = outputs + (hidden @ w[4] + w[5]) / 2
    still = ~(np.abs(types.velocity) > 200)
    assert still[10:].sum() > 10
    expected = from_outputs(outputs) * [0.98, 1, 1] + [0, 0.3, 0]  # by the card's offsets
    np.testing.assert_allclose(
        types.parameters[10:][still[10:]], expected[10:][still[10:]], rtol=1e-4, atol=1e-4
    )
    relative = 0.1 + 0.01 * (median_class(types.temperature)[10:] // 10)
    np.testing.assert_allclose(types.parameter_errors[10:, 0], relative * types.parameters[10:, 0])
    np.testing.assert_allclose(types.parameter_errors[10:, 1], relative)
    assert np.isnan(types.parameters[:10]).all()
    assert np.isnan(types.parameter_errors[:10]).all()
    for percent, share in {68: 0.4, 95: 0.9}.items():
        np.testing.assert_array_equal(types.ranges[percent], central_range(types.temperature, share))
    np.testing.assert_allclose(types.half_width, half_width(types.temperature, 0.4))
    np.testing.assert_array_equal(types.median, central_range(types.temperature, 0)[0])
    np.testing.assert_allclose(types.snr, [signal_to_noise(*pair) for pair in zip(*spectra, strict=True)])


def test_sets_scores_and_flags_follow_the_card(folder, spectra):
    types = Model.load(folder).classify(*spectra)
    np.testing.assert_allclose(types.outlier, OUTLIERS.scores(*spectra), rtol=1e-6)
    is_supergiant = types.luminosity.argmax(1) == 0
    limits = np.array(CARD["outlier_thresholds"])[:, median_class(types.temperature) // 10]
    limits = np.where(is_supergiant, *limits)
    np.testing.assert_array_equal(types.flagged, types.outlier > limits)
    assert 0 < types.flagged.sum() < len(types.flagged)
    best = np.eye(70, dtype=bool)[types.temperature.argmax(1)]
    np.testing.assert_array_equal(types.sets, (types.temperature >= 0.05) | best)


def test_the_answer_for_a_spectrum_does_not_depend_on_its_company(folder, spectra):
    model, (flux, ivar) = Model.load(folder), spectra
    together = model.classify(flux, ivar)
    for i in (0, 7):
        alone = model.classify(flux[[i]], ivar[[i]])
        np.testing.assert_allclose(alone.temperature[0], together.temperature[i], atol=1e-6)
        np.testing.assert_allclose(alone.outlier[0], together.outlier[i], rtol=1e-4)


@pytest.mark.parametrize("name", ["model.onnx", "outliers.npz", "model.json"])
@pytest.mark.parametrize("content", [None, b"", b"<html>404</html>"])
def test_a_missing_or_broken_file_is_told_in_a_sentence(folder, name, content, monkeypatch):
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_bytes(content)
    with pytest.raises(ArchiveFileError, match=r"no readable model \(.+\); train the model again") as caught:
        Model.load(folder)
    assert str(folder) in str(caught.value)
    monkeypatch.setattr("obafgkm.classify.model.RELEASED", folder)
    with pytest.raises(ArchiveFileError, match="install the package again"):
        Model.load(folder)


def test_a_model_for_another_grid_is_refused(folder):
    write_card(folder / "model.json", CARD | {"wave": [WAVE[0], WAVE[-1], WAVE.size // 2]})
    with pytest.raises(ArchiveFileError, match="another wavelength grid"):
        Model.load(folder)


@pytest.mark.parametrize("name", ["range_shares", "parameters"])
def test_a_model_of_an_earlier_version_is_refused(folder, name):
    write_card(folder / "model.json", {key: CARD[key] for key in CARD if key != name})
    with pytest.raises(ArchiveFileError, match="earlier version; train the model again"):
        Model.load(folder)


@pytest.mark.parametrize("name", ["model.onnx", "outliers.npz", "model.json"])
def test_one_changed_bit_anywhere_is_noticed(folder, name):
    content = bytearray((folder / name).read_bytes())
    for place in np.random.default_rng(1).choice(len(content), 20):
        changed = content.copy()
        changed[place] ^= 1
        (folder / name).write_bytes(changed)
        with pytest.raises(ArchiveFileError, match="no readable model"):
            Model.load(folder)


@pytest.mark.parametrize("name", ["model.onnx", "outliers.npz"])
def test_a_file_of_another_training_is_refused_by_name(folder, name):
    if name == "model.onnx":
        write_onnx(folder / name, MEMBERS[:1], PARAMETER_MEMBERS, KIND_WEIGHTS)
    else:
        np.savez(folder / name, **{key: 2 * value for key, value in vars(OUTLIERS).items()})
    with pytest.raises(ArchiveFileError, match=f"{name} is damaged, or of another training"):
        Model.load(folder)


@pytest.mark.parametrize("content", ["[]", "null", "3", "{}", json.dumps(CARD), json.dumps({"sha256": {}})])
def test_a_card_that_is_none_is_refused_in_a_sentence(folder, content):
    (folder / "model.json").write_text(content)
    with pytest.raises(ArchiveFileError, match="no readable model"):
        Model.load(folder)


@given(st.integers(0, 2**32 - 1), st.floats(0, 1.5))
def test_no_set_is_empty_and_none_leaves_out_a_likelier_class(seed, threshold):
    probabilities = np.random.default_rng(seed).dirichlet(np.full(70, 0.2), 5)
    sets = conformal_sets(probabilities, threshold)
    assert sets.any(1).all()
    for inside, own in zip(sets, probabilities, strict=True):
        assert own[inside].min() >= own[~inside].max(initial=0)


@given(st.integers(0, 2**32 - 1))
def test_half_of_the_probability_lies_up_to_the_median_class(seed):
    probabilities = np.random.default_rng(seed).dirichlet(np.full(70, 0.1), 5)
    for own, median in zip(probabilities, median_class(probabilities), strict=True):
        assert own[:median].sum() <= 0.5 + 1e-9
        assert own[: median + 1].sum() >= 0.5 - 1e-9


def test_the_median_class_is_always_a_class():
    assert median_class(np.eye(70)).tolist() == list(range(70))
    assert median_class(0.49 * np.eye(70)[[0]]) == [69]


def test_a_score_is_judged_by_the_threshold_of_the_predicted_main_class():
    thresholds = np.stack([np.full(7, 9.0), np.linspace(0.1, 0.7, 7)])
    probabilities, dwarfs = np.eye(70)[[9, 10, 35, 69]], np.eye(5)[[4] * 4]
    np.testing.assert_array_equal(
        is_outlier(np.full(4, 0.25), probabilities, dwarfs, thresholds), [True, True, False, False]
    )
    split = 0.6 * np.eye(70)[[30]] + 0.4 * np.eye(70)[[69]]
    assert is_outlier([0.45], split, dwarfs[:1], thresholds)[0], "the median tells the main class, here F"


def test_supergiants_have_thresholds_of_their_own():
    thresholds = np.stack([np.linspace(1.1, 1.7, 7), np.full(7, 0.1)])
    luminosity = np.array([[0.4, 0.3, 0.1, 0.1, 0.1], [0.3, 0.4, 0.1, 0.1, 0.1]])
    f_stars = np.eye(70)[[35, 35]]
    np.testing.assert_array_equal(
        is_outlier(np.full(2, 1.35), f_stars, luminosity, thresholds), [False, True]
    )
    np.testing.assert_array_equal(is_outlier(np.full(2, 1.45), f_stars, luminosity, thresholds), True)


@settings(max_examples=20)
@given(st.floats(-20, 20))
def test_inputs_ignore_the_unit_of_flux_and_what_masked_pixels_hold(power):
    flux = np.stack([star(-2), star(3)])
    ivar = np.ones_like(flux)
    ivar[:, :80] = 0
    ivar[1, 700:900] = 0
    expected = network_inputs(flux, ivar)
    np.testing.assert_allclose(
        network_inputs(10**power * np.where(ivar > 0, flux, 1e9), ivar), expected, atol=2e-5
    )
    np.testing.assert_array_equal(network_inputs(np.where(ivar > 0, flux, np.nan)), expected)


def test_inputs_tell_which_pixels_there_are():
    flux = star()[None].copy()
    flux[:, :24] = np.nan
    flux[:, 160:320] = np.nan
    inputs = network_inputs(flux)[0]
    lines, level, share = np.split(inputs, [WAVE.size, WAVE.size + WAVE.size // 16])
    np.testing.assert_array_equal(share[:3], [0, 0.5, 1])
    np.testing.assert_array_equal(share[10:20], 0)
    missing = np.isnan(flux[0])
    np.testing.assert_array_equal(lines[missing], 0)
    np.testing.assert_array_equal(level[share == 0], 0)
    assert (level @ share) / share.sum() == pytest.approx(0, abs=1e-5)


def test_lines_outlive_the_division_by_a_continuum_and_keep_their_depth():
    flux = np.stack([star(-3, 0.4), star(2, 0.4)])
    smooth = np.exp(0.4 * np.sin((WAVE - 3800) / 700)) * (WAVE / 5000) ** 2
    (before, mean, _), (after, flatter, _) = lines_and_continuum(flux), lines_and_continuum(flux / smooth)
    assert np.abs(after - before)[:, 100:-100].max() < 0.03
    assert np.abs(after - before).max() < 0.1, "the running mean is one-sided at the ends"
    for place in (4340, 4861, 5890):
        np.testing.assert_allclose(before[:, abs(WAVE - place) <= 1].min(1), -0.4, atol=0.04)
    np.testing.assert_allclose((mean / flatter)[:, 200:-200] / smooth[200:-200], 1, atol=0.03)


def test_the_continuum_passes_over_broad_lines():
    flux = 1 - 0.6 * np.exp(-0.5 * ((WAVE[:, None] - [4340, 4861, 6563]) / 25) ** 2).sum(1)
    lines, mean, _ = lines_and_continuum(flux[None])
    assert mean.min() > 0.95
    assert lines.max() < 0.04


def test_the_level_of_the_continuum_is_seen_whatever_the_lines():
    size = WAVE.size
    shallow, deep, steep = (network_inputs(star(*one)[None])[0] for one in [(-2, 0.1), (-2, 0.6), (2, 0.1)])
    level = slice(size, size + size // 16)
    assert np.abs(shallow[level] - deep[level]).max() < 0.05
    np.testing.assert_allclose(
        (steep - shallow)[level].reshape(-1, 4).mean(1)[[2, -3]],
        4 * (np.log(WAVE) - np.log(WAVE).mean()).reshape(-1, 64).mean(1)[[2, -3]],
        atol=0.05,
    )


@pytest.mark.parametrize("unit", [1e-19, 1.0, 1e36])
def test_signal_to_noise_does_not_depend_on_the_unit_of_flux(unit):
    flux = np.full(WAVE.size, unit)
    star = Spectrum("star", WAVE, flux, np.full(WAVE.size, 25 / unit**2), "air")
    assert signal_to_noise(*star.on_grid(WAVE)) == pytest.approx(5, rel=0.01)


@pytest.mark.slow
def test_nothing_is_sent_when_a_model_starts():
    """The runtime reports to its maker ten seconds after it starts, unless it is told not to."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.settimeout(0)
        address = f"http://127.0.0.1:{proxy.getsockname()[1]}"
        proxies = {name: address for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY")}
        start = "from obafgkm.classify.model import Model; Model.load(); import time; time.sleep(15)"
        subprocess.run([sys.executable, "-c", start], env=os.environ | proxies, check=True)
        with pytest.raises(BlockingIOError):  # nobody called
            proxy.accept()
