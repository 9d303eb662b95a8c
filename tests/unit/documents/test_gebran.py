"""What Gebran et al. 2022 build on: components out of core, augmentation, the network, the choice."""

import runpy
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT
from sklearn.decomposition import PCA

from obafgkm.documents.gebran.augmentation import AUGMENTATIONS, add_noise, augment
from obafgkm.documents.gebran.components import PrincipalComponents, reconstruction_errors
from obafgkm.documents.gebran.databases import PARAMETERS, SETS, TESTED, Database, make_database
from obafgkm.documents.gebran.sweep import Trainer, _scaled, choose, list_sweep, take_part
from obafgkm.errors import DivergenceError
from obafgkm.evaluation.trivial import Comparison
from obafgkm.spectra import write_chunks

SCRIPTS = ROOT / "workflow" / "scripts" / "gebran"
FIXED = {
    "activation": "relu",
    "optimiser": "adam",
    "batch": 64,
    "dropout": 0.5,
    "loss": "mse",
    "initialiser": "he_normal",
}


@pytest.fixture(scope="module")
def flux():
    rng = np.random.default_rng(3)
    patterns = rng.normal(size=(20, 300)) * np.geomspace(1, 0.01, 20)[:, None]
    return (3 + 0.1 * rng.normal(size=(120, 20)) @ patterns).astype("f4")


def test_components_are_those_of_scikit_learn(flux):
    ours = PrincipalComponents.fit(lambda: iter(np.array_split(flux, 7)), 5, seed=0)
    theirs = PCA(5).fit(flux)
    np.testing.assert_allclose(np.abs(np.sum(ours.components * theirs.components_, axis=1)), 1, atol=1e-4)
    np.testing.assert_allclose(np.abs(ours.project(flux)), np.abs(theirs.transform(flux)), atol=2e-3)


def test_reconstruction_improves_with_every_component(flux):
    principal = PrincipalComponents.fit(lambda: iter([flux]), 10, seed=0)
    errors = reconstruction_errors(principal, flux)
    assert len(errors) == 11
    assert np.all(np.diff(errors) < 0)


def test_errors_of_a_reconstruction_are_relative_to_the_flux_of_each_pixel():
    """Of the mean alone 2/4 and 0, 1/1 and 2/2; the one component is the first pixel."""
    principal = PrincipalComponents(np.array([2.0, 4.0]), np.array([[1.0, 0.0]]))
    errors = reconstruction_errors(principal, np.array([[4.0, 4.0], [1.0, 2.0]]))
    np.testing.assert_allclose(errors, [(0.5 + 0 + 1 + 1) / 4, 1 / 4])


def test_augmentations_are_what_they_are_called():
    flux = np.ones((200, 500), "f4")
    replicas = dict(zip(AUGMENTATIONS, augment(flux, (5, 300), np.random.default_rng(0)), strict=True))
    np.testing.assert_array_equal(replicas["original"], flux)
    assert np.all(np.ptp(replicas["scaled"], axis=1) == 0)
    for name in ("scaled", "polynomial"):
        assert replicas[name].min() >= 0.95 - 1e-6
        assert replicas[name].max() <= 1.05 + 1e-6
    second = np.diff(replicas["polynomial"].astype(float), 2, axis=1)
    assert np.all(second.mean(axis=1) <= 0)  # a maximum inside
    noise = replicas["noise"].std(axis=1)
    assert np.all((noise > 0.9 / 300) & (noise < 1.2 / 5))


def test_noise_has_its_signal_to_noise_ratio():
    noisy = add_noise(np.ones((2, 50000), "f4"), [10, 200], np.random.default_rng(0))
    np.testing.assert_allclose(1 / noisy.std(axis=1), [10, 200], rtol=0.02)


def test_no_star_of_a_database_is_on_both_sides_and_nothing_is_lost(flux, tmp_path):
    labels = pd.DataFrame({name: np.arange(len(flux)) + 0.5 for name in PARAMETERS}).assign(
        source="ATLAS9 and VALD"
    )
    paths = [tmp_path / "training.h5", tmp_path / "test.h5"]
    for path in paths:
        write_chunks(path, np.arange(300.0), np.array_split(flux, 3), labels)
    settings = {"validation": 0.2, "snr": (5, 300), "components": 8, "passes": 3, "seed": 1}
    database, errors = make_database(*paths, 100, True, **settings)
    assert {name: len(x) for name, x in database.coefficients.items()} == {
        "training": 480,
        "validation": 120,
        "noisy_validation": 20,
        "test": 120,
        "noisy_test": 120,
    }
    assert not set(database.star["training"]) & set(database.star["validation"])
    np.testing.assert_array_equal(database.labels["training"][:, 0], database.star["training"] + 0.5)
    assert errors[-1] < errors[0]
    database.write(tmp_path / "database.npz")
    again = Database.read(tmp_path / "database.npz")
    assert again.source == "ATLAS9 and VALD"
    assert set(again.snr) == {"noisy_validation", "noisy_test"}
    assert set(again.coefficients) == set(SETS)


def test_components_know_nothing_of_the_validation_spectra(flux, tmp_path):
    labels = pd.DataFrame({name: np.zeros(len(flux)) for name in PARAMETERS}).assign(source="simulated")
    other = np.concatenate([flux[:80], 5 * flux[80:]])
    settings = {"validation": 0.2, "snr": (5, 300), "components": 5, "passes": 2, "seed": 1}
    projected = []
    for spectra in (flux, other):
        write_chunks(tmp_path / "spectra.h5", np.arange(300.0), [spectra], labels)
        path = tmp_path / "spectra.h5"
        projected.append(make_database(path, path, 100, False, **settings)[0].coefficients["training"])
    np.testing.assert_array_equal(*projected)


def test_the_network_has_the_printed_layers(backend):
    from obafgkm.documents.gebran.network import build_gebran
    from obafgkm.training.engine import layer_table

    model = build_gebran(50, "relu", "adam", 0.5, "mse")
    table = layer_table(model)
    counted = table.loc[table["parameters"] > 0, "parameters"]
    assert counted.to_list() == [40, 132, 68, 205824, 524800, 32832, 650, 11]
    assert model.count_params() == 764357


INITIALISERS = [
    "zeros",
    "ones",
    "random_normal",
    "random_uniform",
    "truncated_normal",
    "variance_scaling",
    "orthogonal",
    "identity",
    "lecun_uniform",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "lecun_normal",
    "he_uniform",
]


@pytest.mark.parametrize("initialiser", INITIALISERS)
def test_all_initialisers_start_the_network_anew(initialiser, backend):
    from obafgkm.documents.gebran.network import build_gebran, initialise

    model = build_gebran(6, "relu", "adam", 0.5, "mse")
    initialise(model, initialiser, 1)
    first = model.get_weights()
    initialise(model, "ones", 2)
    initialise(model, initialiser, 1)
    for a, b in zip(first, model.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.usefixtures("backend")
def test_no_dropout_is_a_value_of_dropout():
    from obafgkm.documents.gebran.network import build_gebran, initialise

    initialise(build_gebran(6, "relu", "adam", 0, "mse"), "he_normal", 1)


def test_a_network_that_is_used_again_trains_as_a_new_one(tmp_path, backend):
    from obafgkm.documents.gebran.network import build_gebran, initialise
    from obafgkm.training.engine import fit

    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(50, 6)).astype("f4"), rng.uniform(size=(50, 1)).astype("f4")
    model, results = build_gebran(6, "relu", "adam", 0.3, "mse"), []
    for _ in range(2):
        initialise(model, "he_normal", 4)
        settings = {"epochs": 3, "batch": 16, "patience": 3, "monitor": "val_loss", "seed": 1}
        model, history = fit(model, x, y, (x[:9], y[:9]), checkpoint=tmp_path / "checkpoint", **settings)
        results.append(history)
    pd.testing.assert_frame_equal(*results)


def test_the_sweep_varies_one_at_a_time_and_the_best_is_chosen():
    values = {name: [value, {"batch": 32, "dropout": 0.1}.get(name, value)] for name, value in FIXED.items()}
    trainings = list_sweep({"fixed": FIXED, "values": values, "epochs": [5, 9]})
    assert [(row["varied"], row["epochs"]) for row in trainings] == [
        ("none", 5),
        ("none", 9),
        ("batch", 5),
        ("batch", 9),
        ("dropout", 5),
        ("dropout", 9),
    ]
    table = pd.DataFrame(trainings).assign(error=[4, 3, 2, 1, 1, np.nan])
    # Smaller batches are better; a training that diverged rules its value out.
    assert choose(table, FIXED, "error") == {**FIXED, "batch": 32, "epochs": 9}


def test_a_fraction_is_chosen_where_the_fixed_value_is_a_whole_number():
    fixed = {**FIXED, "dropout": 0}
    trainings = [{"varied": "none", **fixed}, {"varied": "dropout", **fixed, "dropout": 0.3}]
    table = pd.DataFrame(trainings).assign(epochs=9, error=[2.0, 1.0])
    assert choose(table, fixed, "error")["dropout"] == 0.3


def test_parts_share_all_trainings_between_them():
    trainings = [{"number": i} for i in range(11)]
    parts = [take_part(trainings, part, 3) for part in range(3)]
    assert sorted(i for part in parts for i in part) == list(range(11))
    assert max(map(len, parts)) - min(map(len, parts)) <= 1


def test_the_sweep_tells_which_networks_are_no_better_than_a_constant(tmp_path):
    """Adam learns, the zeros give one answer to all, the ones diverge."""
    rng = np.random.default_rng(0)
    labels = {name: rng.uniform(0, 1, (60, 4)) for name in SETS}
    database = SimpleNamespace(labels=labels, star=dict.fromkeys(SETS, np.arange(60)), source="simulated")

    def predict(database, parameter, limits, trial, rate):
        if trial["initialiser"] == "ones":
            raise DivergenceError
        column = PARAMETERS.index(parameter)
        learnt = trial["initialiser"] == "he_normal"
        return {name: values[:, column] if learnt else np.full(60, 0.5) for name, values in labels.items()}

    settings = {"fixed": FIXED, "values": {name: [value] for name, value in FIXED.items()}}
    settings |= {"epochs": [2], "parts": 1}
    settings["values"]["initialiser"] = ["he_normal", "zeros", "ones"]
    sweep = runpy.run_path(str(SCRIPTS / "sweep.py"))["sweep"]
    trainer, ranges = SimpleNamespace(predict=predict), dict.fromkeys(PARAMETERS, (0, 1))
    table = sweep(trainer, database, ranges, settings, {"adam": 0.001}, 0, 1, tmp_path / "sweep.jsonl", "")
    assert len(table) == 3 * len(PARAMETERS)
    learnt = [Comparison.of_row(row).has_learnt for _, row in table.iterrows()]
    assert learnt == (table["initialiser"] == "he_normal").tolist()
    assert table.loc[table["initialiser"] == "ones", [TESTED, "compared_ours"]].isna().all(axis=None)
    row = table.query("initialiser == 'zeros' and parameter == 'feh'").iloc[0]
    assert row["compared_trivial"] == pytest.approx(labels[TESTED][:, PARAMETERS.index("feh")].std())


@pytest.fixture(scope="module")
def database():
    """Coefficients of which the first is the temperature, and faint ones besides."""
    rng = np.random.default_rng(4)
    coefficients, labels = {}, {}
    for name, n in zip(SETS, (300, 60, 60, 60, 60), strict=True):
        drawn = rng.uniform(-1, 1, (n, 6)).astype("f4")
        coefficients[name] = drawn * np.array([50, 5, 5, 5, 5, 5], "f4")
        labels[name] = 9000 + 2000 * drawn[:, :4].astype(float)
    return Database(coefficients, labels, {}, {}, "simulated")


def test_weak_components_stay_weak(database):
    """One factor for all sets and components, by which the first has a standard deviation of one."""
    scaled = _scaled(database.coefficients)
    factor = database.coefficients["training"][:, 0].std()
    for name, values in database.coefficients.items():
        np.testing.assert_allclose(scaled[name], values / factor, rtol=1e-5)


@pytest.mark.slow
def test_a_trained_network_knows_its_parameter(database, tmp_path, backend):
    trainer = Trainer(2, tmp_path / "checkpoint")
    changes = {"activation": "tanh", "loss": "mae", "dropout": 0.1, "initialiser": "random_uniform"}
    settings = {**FIXED, "batch": 16, **changes, "epochs": 40}
    predicted = trainer.predict(database, "teff", (7000, 11000), settings, 0.0003)
    expected = database.labels["test"][:, 0]
    assert np.std(predicted["test"] - expected) < 0.5 * np.std(expected)
    assert {name: len(values) for name, values in predicted.items()} == {
        name: len(values) for name, values in database.coefficients.items()
    }


@pytest.mark.usefixtures("backend")
def test_the_logarithmic_loss_is_the_documents_and_teaches_below_its_domain_too():
    import keras

    from obafgkm.documents.gebran.network import squared_logarithmic_error

    y, predicted = np.array([[0.2], [-0.4]], "f4"), np.array([[0.5], [-0.1]], "f4")
    expected = np.log((1 + y) / (1 + predicted))[:, 0] ** 2
    np.testing.assert_allclose(squared_logarithmic_error(y, predicted), expected, rtol=1e-5)
    losses = [
        float(squared_logarithmic_error(np.zeros((1, 1), "f4"), np.full((1, 1), x, "f4"))[0])
        for x in (-3, -2, -1)
    ]
    assert losses[0] > losses[1] > losses[2] > 0
    assert keras.saving.get_registered_name(squared_logarithmic_error) == "gebran>squared_logarithmic_error"


@pytest.mark.parametrize(
    ("errors", "said"),
    [
        ([0.5, 0.3], ""),
        ([1.0, 1.0], "nothing learnt"),
        ([0.9, np.nan], "diverged at last"),
        ([np.nan, np.nan], "diverged"),
    ],
)
def test_values_that_fail_are_marked(errors, said):
    failure = runpy.run_path(str(SCRIPTS / "sweep_figure.py"))["failure"]
    assert failure(2 * np.array(errors), 2.0) == said


def test_values_of_hyperparameters_are_written_as_usual():
    words = runpy.run_path(str(SCRIPTS / "sweep_figure.py"))["words"]
    assert [words(value) for value in ("relu", "he_normal", 0.3)] == ["ReLU", "He\nnormal", "0.3"]


@pytest.mark.parametrize(("worst", "top"), [(1.2, 3), (1e30, 30), (np.inf, 30), (np.nan, 3)])
def test_an_error_beyond_all_bounds_does_not_stretch_the_axis(worst, top):
    drawn = runpy.run_path(str(SCRIPTS / "sweep_figure.py"))
    fixed = {"activation": "relu", "optimiser": "adam", "batch": 16, "dropout": 0.0, "loss": "mse"}
    rows = [
        {"varied": "none", **fixed, "initialiser": "zeros", "noisy_validation": 0.2},
        {"varied": "initialiser", **fixed, "initialiser": "ones", "noisy_validation": worst},
    ]
    table = pd.DataFrame(rows).assign(parameter="logg", guessing=2.0, spectra=100, epochs=5)
    assert drawn["sweep_figure"](table).axes[0].get_ylim()[1] == pytest.approx(top, rel=0.1)


def test_far_outliers_do_not_stretch_the_panels_of_figure_10():
    drawn = runpy.run_path(str(SCRIPTS / "fig10.py"))
    sets = [name for name in drawn["SETS"] if name != "noisy_validation"]
    rows = [
        {"set": name, "parameter": parameter, "expected": x, "predicted": y}
        for name in sets
        for parameter in drawn["PARAMETERS"]
        for x, y in ((0.0, 0.0), (1.0, 1.0), (0.5, 900.0), (0.5, -900.0))
    ]
    figure = drawn["fig10"](pd.DataFrame(rows))
    assert max(np.ptp(axes.get_ylim()) for axes in figure.axes) < 2
    outside = [line for line in figure.axes[0].lines if line.get_marker() in "v^"]
    assert sum(len(line.get_xdata()) for line in outside) == 2


def test_a_panel_whose_choices_fail_says_so():
    panel_title = runpy.run_path(str(SCRIPTS / "sweep_figure.py"))["panel_title"]
    good, bad, lost = (np.array([2.0, last]) for last in (0.4, 1.8, np.nan))
    assert panel_title("Loss", {"mse": good, "mae": good, "msle": bad}, 2.0) == "Loss"
    assert panel_title("Loss", {"mse": good, "mae": bad, "msle": bad}, 2.0).endswith("0.90 of guessing")
    assert "fails" in panel_title("Loss", {"mse": good, "mae": lost, "msle": lost}, 2.0)


def test_errors_by_rotation_are_those_of_their_stars():
    table_rotation = runpy.run_path(str(SCRIPTS / "table_rotation.py"))["table_rotation"]
    rng = np.random.default_rng(1)
    vsini = np.array([0, 50, 99, 100, 150, 299, 300] * 20, float)
    spread = np.where(vsini < 100, 1.0, 10.0)
    parts = []
    for name in PARAMETERS:
        noise = spread * rng.normal(size=vsini.size)
        rows = {"set": "noisy_test", "parameter": name, "expected": 0.0, "predicted": noise}
        parts.append(pd.DataFrame({**rows, "true_vsini": vsini, "source": "simulated"}))
    predictions = pd.concat([*parts, parts[0].assign(set="test", predicted=1e6)], ignore_index=True)
    table = table_rotation(predictions, {"bootstrap": 30, "confidence": 0.95, "clip": 3}, 1)
    assert table["spectra"].tolist() == [60, 40, 20, 140]
    assert table["sigma_teff"].iloc[0] == pytest.approx(1, rel=0.3)
    assert table["sigma_vsini"].iloc[1] == pytest.approx(10, rel=0.3)
    assert (table["sigma_logg_low"] < table["sigma_logg"]).all()


@pytest.mark.parametrize(("augmented", "epochs"), [(4, 4), (None, 12)])
def test_augmented_databases_are_trained_for_epochs_of_their_own(augmented, epochs):
    list_trainings = runpy.run_path(str(SCRIPTS / "train.py"))["list_trainings"]
    row = {**FIXED, "varied": "none", "epochs": 12, "noisy_validation": 1.0, "noisy_test": 1.0}
    table = pd.DataFrame([{"parameter": parameter, **row} for parameter in PARAMETERS])
    settings = {
        "sweep": {"database": "TDB2", "fixed": FIXED},
        "rates": {"adam": 0.001},
        "published": {parameter: {**FIXED, "epochs": 60} for parameter in PARAMETERS},
        "augmented_epochs": augmented,
    }
    rows = pd.DataFrame(list_trainings(table, settings, ["TDB2_plain", "TDB2_augmented"]))
    found = rows.groupby(["choice", "database"])["epochs"].unique().map(list).to_dict()
    assert found == {
        ("validation", "TDB2_plain"): [12],
        ("validation", "TDB2_augmented"): [epochs],
        ("test", "TDB2_plain"): [12],
        ("paper", "TDB2_plain"): [60],
    }
