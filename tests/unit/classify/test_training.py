"""A network of the released classifier learns classes; what it is judged on has no star in common with it."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from obafgkm.classify.conditions import FINE, Conditions, observe
from obafgkm.classify.export import write_onnx
from obafgkm.classify.held_out import held_out
from obafgkm.classify.inputs import network_inputs
from obafgkm.classify.kinds import KINDS
from obafgkm.classify.other_objects import FWHM, other_objects
from obafgkm.classify.parameters import from_outputs

SETTINGS = {
    "copies": 6,
    "width": 2.0,
    "simulated": 0.1,
    "others": 30,
    "network": {"neurons": [24, 16], "dropout": 0.1, "learning_rate": 0.005, "batch": 64, "epochs": 6},
}


def toy_stars(n, seed):
    """Stars one set of whose lines follows the temperature class, and another set the luminosity class."""
    rng = np.random.default_rng(seed)
    classes, giant = rng.integers(10, 66, n), rng.random(n) < 0.5
    places = np.arange(3850, 7000, 150)
    one, other = (np.exp(-0.5 * ((FINE[:, None] - places - shift) / 10) ** 2).sum(1) for shift in (0, 75))
    flux = (FINE / 5000) ** rng.uniform(-2, 2, (n, 1)) * (
        1 - (classes / 70 * 0.8)[:, None] * one - (0.1 + 0.5 * giant)[:, None] * other
    )
    labels = pd.DataFrame(
        {
            "mk_class": classes,
            "luminosity": np.where(giant, 2, 4),
            "fwhm": 2.0,
            "source": "mirror",
            "teff": 10 ** (4.4 - 0.012 * classes),
            "logg": np.where(giant, 2.0, 4.5),
            "feh": np.nan,
        }
    )
    return flux, labels


@pytest.fixture(scope="module")
def trained(backend, tmp_path_factory):
    """Networks that were not told the luminosity class and the temperature of a third of the stars."""
    from obafgkm.classify.ensemble import train_member

    flux, labels = toy_stars(250, 1)
    labels.loc[::3, "luminosity"], labels.loc[::3, "teff"] = -1, np.nan
    return train_member(flux, labels, SETTINGS, seed=1, checkpoint=tmp_path_factory.mktemp("run") / "member")


@pytest.fixture(scope="module")
def others():
    """Stars that it has not seen: flux, inverse variance, labels."""
    flux, labels = toy_stars(150, 2)
    drawn = Conditions.fixed(150, snr=50.0, a_v=0.5)
    return *observe(flux, labels["fwhm"].to_numpy(), drawn, np.random.default_rng(3)), labels


@pytest.mark.slow
def test_a_network_learns_both_classes_from_stars_as_anybody_may_observe_them(trained, others):
    from obafgkm.classify.ensemble import predict

    flux, ivar, labels = others
    (both,) = predict(trained[:1], network_inputs(flux, ivar))
    temperature, luminosity = np.split(both, [70], axis=1)
    for head in (temperature, luminosity):
        np.testing.assert_allclose(head.sum(1), 1, atol=1e-5)
    mean = temperature @ np.arange(70)
    assert np.corrcoef(mean, labels["mk_class"])[0, 1] > 0.8
    giant = labels["luminosity"] == 2
    assert (np.where(giant, 2, 4) == luminosity.argmax(1)).mean() > 0.8
    assert luminosity[:, [0, 1, 3]].max(1).mean() < 0.2


@pytest.mark.slow
def test_a_network_learns_parameters_from_the_stars_that_have_them(trained, others):
    from obafgkm.classify.ensemble import predict

    flux, ivar, labels = others
    (outputs,) = predict(trained[1:], network_inputs(flux, ivar))
    values = from_outputs(outputs)
    assert np.corrcoef(np.log10(values[:, 0]), np.log10(labels["teff"]))[0, 1] > 0.8
    giant = labels["luminosity"] == 2
    assert values[giant, 1].mean() < 3 < values[~giant, 1].mean()
    assert np.isfinite(values).all(), "though no star has a metallicity"


@pytest.fixture(scope="module")
def trained_kinds(backend, tmp_path_factory):
    from obafgkm.classify.ensemble import train_kinds

    flux, labels = toy_stars(250, 1)
    checkpoint = tmp_path_factory.mktemp("run") / "kinds"
    return train_kinds(flux, labels, SETTINGS | {"copies": 20}, seed=1, checkpoint=checkpoint)


@pytest.mark.slow
def test_a_network_tells_stars_from_objects_that_it_has_not_seen(trained_kinds, others):
    from obafgkm.classify.ensemble import predict

    (said,) = predict([trained_kinds], network_inputs(*others[:2]))
    assert (said.argmax(1) == KINDS.index("star")).mean() > 0.95
    flux, kinds = other_objects(12, np.random.default_rng(8))
    drawn = Conditions.fixed(len(flux), snr=30.0)
    seen = observe(flux.astype(float), np.full(len(flux), FWHM), drawn, np.random.default_rng(9))
    (said,) = predict([trained_kinds], network_inputs(*seen))
    assert (said.argmax(1) == KINDS.index("star")).mean() < 0.1
    assert (said.argmax(1) == kinds).mean() > 0.6


@pytest.mark.slow
def test_the_released_graph_says_what_the_network_says(trained, trained_kinds, others, tmp_path):
    import onnxruntime

    from obafgkm.classify.ensemble import predict

    flux, ivar, _ = others
    types, parameters = trained
    members = [types.get_weights()], [parameters.get_weights()]
    write_onnx(tmp_path / "model.onnx", *members, trained_kinds.get_weights())
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"), providers=["CPUExecutionProvider"])
    inputs = network_inputs(flux, ivar)
    *heads, values, kinds = session.run(None, {"spectra": inputs})
    np.testing.assert_allclose(np.concatenate(heads, axis=1), predict([types], inputs)[0], atol=5e-3)
    np.testing.assert_allclose(values, predict([parameters], inputs)[0], atol=5e-3)
    np.testing.assert_allclose(kinds, predict([trained_kinds], inputs)[0], atol=5e-3)
    assert [output.name for output in session.get_outputs()[2:]] == ["parameters", "kinds"]


@pytest.mark.slow
@pytest.mark.usefixtures("backend")
def test_simulated_stars_stand_back_behind_real_ones(tmp_path):
    """Real and simulated stars contradict each other here."""
    from obafgkm.classify.ensemble import predict, train_member

    flux, labels = toy_stars(240, 4)
    labels["luminosity"] = -1
    simulated = np.arange(240) % 2 == 0
    labels["source"] = np.where(simulated, "simulated", "mirror")
    labels["mk_class"] = np.where(simulated, 60, 20)
    settings = SETTINGS | {"simulated": 0.02}
    types, _ = train_member(flux, labels, settings, seed=2, checkpoint=tmp_path / "member")
    seen = observe(flux, labels["fwhm"].to_numpy(), Conditions.fixed(240), np.random.default_rng(5))
    probabilities = predict([types], network_inputs(*seen))[0, :, :70]
    assert probabilities[:, 15:26].sum(1).mean() > 3 * probabilities[:, 55:66].sum(1).mean()


LIBRARIES = ["cflib", "jhc", "miles", "simulated"]
spectra = st.lists(st.tuples(st.integers(0, 15), st.sampled_from(LIBRARIES)), min_size=3, max_size=60).map(
    lambda rows: pd.DataFrame(rows, columns=["star", "library"])
)


def named(labels):
    """Simulated stars have names of their own, as `stars.py` gives them."""
    is_simulated = labels["library"] == "simulated"
    star = "HD " + labels["star"].astype(str)
    return labels.assign(star=star.where(~is_simulated, "simulated " + star))


@given(spectra, st.sampled_from(["none", "cflib", "jhc", "miles", "fold0", "fold2"]), st.integers(0, 99))
def test_no_star_is_on_both_sides_and_none_is_wasted(labels, left_out, seed):
    labels = named(labels)
    held, train = held_out(labels, left_out, 3, seed)
    assert not (held & train).any()
    assert not set(labels["star"][held]) & set(labels["star"][train])
    assert set(labels["star"][~held & ~train]) <= set(labels["star"][held])
    assert not (held & (labels["library"] == "simulated")).any()
    if left_out in LIBRARIES:
        np.testing.assert_array_equal(held, labels["library"] == left_out)


@given(spectra, st.integers(2, 5), st.integers(0, 99))
def test_every_real_spectrum_is_held_out_in_one_fold(labels, folds, seed):
    labels = named(labels)
    held = sum(held_out(labels, f"fold{k}", folds, seed)[0].astype(int) for k in range(folds))
    np.testing.assert_array_equal(held, labels["library"] != "simulated")


def test_everything_trains_what_is_released():
    labels = named(pd.DataFrame({"star": [1, 2, 1], "library": ["cflib", "simulated", "miles"]}))
    held, train = held_out(labels, "none", 3, 1)
    assert train.all()
    assert not held.any()


@pytest.mark.parametrize("luminosity", [4, 0], ids=["cool dwarfs", "cool supergiants"])
def test_rare_stars_are_drawn_by_the_root_of_their_number(luminosity):
    """Four stars beside four hundred; a Gaussian of two classes leaves a fifth of them in their own."""
    from obafgkm.classify.ensemble import draw

    labels = pd.DataFrame({"mk_class": [20] * 400 + [60] * 4, "luminosity": 4, "source": "mirror"})
    labels.loc[400:, "luminosity"] = luminosity
    drawn = draw(labels, 20_000, SETTINGS, np.random.default_rng(1))
    rare, common = (n / np.sqrt(0.2 * n + 0.3) for n in (4, 400))
    assert (drawn >= 400).mean() == pytest.approx(rare / (rare + common), rel=0.1)


def test_bright_giants_are_as_common_as_the_supergiants_beside_them():
    """Classes I and II are one group in the draw, as are IV and V."""
    from obafgkm.classify.ensemble import draw

    for luminosity in ((0, 1), (4, 3)):
        labels = pd.DataFrame({"mk_class": 40, "luminosity": np.repeat(luminosity, [396, 4])})
        drawn = draw(labels.assign(source="mirror"), 20_000, SETTINGS, np.random.default_rng(1))
        assert (drawn >= 396).mean() == pytest.approx(0.01, rel=0.3)
