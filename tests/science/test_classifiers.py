"""Classifiers"""

import numpy as np
import pandas as pd
import pytest
from science import read_table
from sklearn.neighbors import KNeighborsClassifier

from obafgkm.documents.hammer.sample import read_sample
from obafgkm.spectra import Spectra

SHUFFLES = 200


def nearest_neighbour(training, test):
    """Number of the training row that is nearest to each test row."""
    return KNeighborsClassifier(1).fit(training, np.arange(len(training))).predict(test)


def assert_chance(nearest, training, test, groups):
    """With labels shuffled between groups of spectra the nearest neighbour scores chance, else far more.

    Chance is the share of pairs of a training and a test spectrum that agree. A test spectrum that had a twin
    on the training side would not change that, so the groups' own labels are asked for, too.
    """
    rng = np.random.default_rng(0)
    first, group = np.unique(groups, return_index=True)[1], np.unique(groups, return_inverse=True)[1]
    scores = np.array(
        [
            (training[first][rng.permutation(len(first))][group][nearest] == test).mean()
            for _ in range(SHUFFLES)
        ]
    )
    shares = pd.Series(training[first]).value_counts(normalize=True)
    chance = shares.reindex(test, fill_value=0).mean()
    assert abs(scores.mean() - chance) < 5 * scores.std() / np.sqrt(SHUFFLES) + 1e-9
    assert (training[nearest] == test).mean() > scores.max()


def test_with_shuffled_labels_stars_are_classified_by_chance(run):
    training, test = (Spectra.read(run / f"resources/sharma/{part}.h5") for part in ("training", "test"))
    nearest = nearest_neighbour(training.flux[:, ::10], test.flux[:, ::10])
    classes = [part.labels["mk_class"].to_numpy() // 10 for part in (training, test)]
    assert_chance(nearest, *classes, training.labels["star"].to_numpy(str))


def test_with_shuffled_labels_photometry_is_classified_by_chance(run):
    sample = read_sample(run / "resources/hammer/sample.csv")
    bands = sample[["dered_u", "dered_g", "dered_r", "dered_i", "dered_z"]].to_numpy()
    colours = pd.DataFrame(-np.diff(bands, axis=1), index=sample.index)
    training, test = (sample["part"] == part for part in ("training", "test"))
    nearest = nearest_neighbour(colours[training].to_numpy(), colours[test].to_numpy())
    labels = sample["main"].to_numpy()
    groups = sample["bestObjID"].to_numpy(str)
    assert_chance(nearest, labels[training], labels[test], groups[training])


def test_probabilities_sum_to_one_and_the_greatest_is_the_answer(run):
    files = sorted((run / "results/sharma/predictions").glob("*.csv"))
    assert files
    for file in files:
        table = pd.read_csv(file)
        probability = table.filter(regex="^p_")
        if probability.shape[1] == 0 or len(table) == 0:
            continue
        assert (probability >= 0).all(axis=None), file.name
        np.testing.assert_allclose(probability.sum(axis=1), 1, atol=1e-3, err_msg=file.name)
        np.testing.assert_allclose(
            probability.max(axis=1), table["probability"], atol=1e-5, err_msg=file.name
        )


@pytest.mark.parametrize("sample", ["cflib", "sdss"])
def test_every_model_classifies_the_same_spectra_once(run, sample):
    files = sorted((run / "results/sharma/predictions").glob(f"*_{sample}.csv"))
    everything = set().union(*(pd.read_csv(file)["file"] for file in files))
    for file in files:
        table = pd.read_csv(file)
        assert not table["file"].duplicated().any(), file.name
        # A star without a luminosity class has no answer to compare one with.
        assert len(table) == len(everything) or "luminosity" in file.name, file.name


def test_scores_follow_from_the_predictions(run):
    table = read_table(run, "sharma/table3").set_index("model")
    for name, label in [("cnn", "CNN with autoencoder"), ("majority", "Majority class (baseline)")]:
        predictions = pd.read_csv(run / f"results/sharma/predictions/{name}_cflib.csv")
        right = predictions["expected"] // 10 == predictions["predicted"] // 10
        assert table.loc[label, "spectra"] == len(predictions)
        assert table.loc[label, "main_class_accuracy"] == pytest.approx(right.mean(), abs=1e-5)


@pytest.mark.parametrize("task", ["class", "galaxies", "stars"])
def test_the_majority_class_is_right_about_one_class_at_most(run, task):
    table = read_table(run, "csepreghy/table_accuracy")
    score = table.loc[
        table["model"].str.startswith("Majority") & (table["task"] == task), "balanced_accuracy"
    ]
    answers = read_table(run, f"csepreghy/predictions/{task}_by_majority_test")
    assert answers["predicted"].nunique() == 1
    assert score.item() <= 1 / answers.loc[answers["part"] == "test", "expected"].nunique() + 1e-5


def networks_on_real_spectra(run):
    """Rows of the cross-validation, without baselines and without networks that never saw a real spectrum."""
    if not (run / "results/csepreghy/table_cross_validation.csv").exists():
        pytest.skip("real spectra of two surveys are drawn where a mirror holds both")
    table = read_table(run, "csepreghy/table_cross_validation")
    return table[~table["model"].str.endswith("(baseline)") & (table["trained_on"] != "simulated")]


@pytest.mark.parametrize("task", ["class", "stars"])
def test_every_network_on_real_spectra_beats_what_looks_at_no_spectrum(run, task):
    """The commonest class, and who took the spectrum, whichever is right more often."""
    networks = networks_on_real_spectra(run)
    networks = networks[networks["task"] == task]
    assert len(networks) >= 4
    behind = networks[~(networks["gain_over_trivial_low"] > 0)]
    assert behind.empty, behind[["model", "trained_on", "gain_over_trivial"]].to_string()


def test_no_network_on_real_spectra_falls_behind_a_linear_model(run):
    """Of the same input, on galaxies, quasars and stars; on types of stars the networks do fall behind."""
    networks = networks_on_real_spectra(run)
    networks = networks[networks["task"] == "class"]
    assert len(networks) >= 4
    behind = networks[networks["gain_over_linear_high"] < 0]
    assert behind.empty, behind[["task", "model", "trained_on", "gain_over_linear"]]


def test_the_released_catalogue_is_whole(run):
    catalogue = pd.read_csv(run / "results/sharma/table5.csv")
    test = Spectra.read(run / "resources/sharma/test.h5").labels
    assert sorted(catalogue["identifier"].astype(str)) == sorted(test["name"].astype(str))
