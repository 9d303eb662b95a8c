"""The simulated survey: known physics, the pipeline's rules, and the numbers that a seed fixes."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from obafgkm.archives.sdss import spectra as sdss
from obafgkm.archives.sdss.labels import object_names, usable
from obafgkm.documents.csepreghy.sample import cut
from obafgkm.simulate.galaxies import LINES, draw_galaxies, galaxy_spectra
from obafgkm.simulate.nodes import StellarGrid
from obafgkm.simulate.peculiar import PECULIAR, peculiar_spectra
from obafgkm.simulate.photometry import ab_magnitudes
from obafgkm.simulate.quasars import draw_quasars, quasar_spectra
from obafgkm.simulate.redshifts import redshift_errors, redshifts
from obafgkm.simulate.restframe import REST, add_lines, starlight
from obafgkm.simulate.sdss import _pipeline_subclass, simulate_survey


@pytest.fixture(scope="module")
def grid():
    return StellarGrid.load()


@pytest.fixture(scope="module")
def survey(grid):
    return simulate_survey("csepreghy", {"GALAXY": 60, "QSO": 30, "STAR": 30}, 3, grid)


def test_a_line_keeps_its_area_and_place():
    flux = np.zeros((1, REST.size))
    add_lines(flux, [5008.24], np.array([[7.0]]), 150.0)
    assert (flux[0] * np.gradient(REST)).sum() == pytest.approx(7.0, rel=1e-3)
    assert (flux[0] * REST).sum() / flux[0].sum() == pytest.approx(5008.24, abs=0.05)


def test_a_flat_spectrum_has_ab_magnitudes_of_its_flux():
    wave = np.arange(2900.0, 11000.0)
    one_microjansky = 1e-29 * 2.99792458e18 / wave**2 * 1e17  # 1e-17 erg/s/cm2/Angstrom
    np.testing.assert_allclose(ab_magnitudes(wave, one_microjansky[np.newaxis]), 23.9, atol=2e-3)


def test_colours_of_stars_follow_their_temperature(grid):
    teff = np.array([15000.0, 9500.0, 7000.0, 5800.0, 4500.0, 3600.0])
    flux = starlight(grid, teff, [4.0, 4.1, 4.3, 4.4, 4.6, 4.8], np.zeros(6))
    colour = -np.diff(ab_magnitudes(REST[REST > 2900], flux[:, REST > 2900])[:, [1, 2]], axis=1).ravel()
    assert (np.diff(colour) > 0).all()
    # The Sun: g - r = 0.44 (Willmer 2018, ApJS 236, 47), with bands that are good to a few hundredths.
    assert colour[3] == pytest.approx(0.44, abs=0.08)


def test_galaxies_have_the_equivalent_widths_that_they_were_given(grid):
    galaxies = draw_galaxies(60, np.random.default_rng(1)).assign(ew_broad=0.0)
    _, lines = galaxy_spectra(grid, galaxies)
    alpha = list(LINES).index("H_alpha")
    widths = lines["area"][:, alpha] / lines["continuum"][:, alpha]
    np.testing.assert_allclose(widths, galaxies["ew_alpha"], rtol=1e-5)
    decrement = lines["area"][:, alpha] / lines["area"][:, list(LINES).index("H_beta")]
    assert (decrement > 2.86 - 1e-6).all()  # case B, and dust that only reddens


def test_the_forest_dims_distant_quasars_only():
    quasars = draw_quasars(4, np.random.default_rng(2)).assign(z=[1.0, 1.5, 3.0, 3.8])
    flux, _ = quasar_spectra(quasars, np.random.default_rng(3))
    blue, red = (flux[:, np.abs(REST - wave) < 20].mean(1) for wave in (1100, 1290))
    assert ((blue / red)[:2] > 0.9).all()
    assert ((blue / red)[2:] < 0.9 * (blue / red)[:2].min()).all()


def test_peculiar_stars_show_what_defines_them(grid):
    names = list(PECULIAR)
    flux = peculiar_spectra(grid, names, np.random.default_rng(4))
    flux = dict(zip(names, flux, strict=True))

    def ratio(name, at, beside):
        return np.interp(at, REST, flux[name]) / np.interp(beside, REST, flux[name])

    assert ratio("WDhotter", 4862.7, 4750) < 0.85
    assert ratio("CV", 6564.6, 6700) > 1.1
    assert ratio("Carbon", 5160, 5175) < 0.8  # below the band head of C2
    assert ratio("CalciumWD", 3934.8, 4050) < 0.6
    assert ratio("L", 8500, 7000) > 2
    assert all((spectrum >= 0).all() and spectrum.max() > 0 for spectrum in flux.values())


def measured(**areas):
    names = {"beta": "H_beta", "o3": "[O_III] 5007", "alpha": "H_alpha", "n2": "[N_II] 6585"}
    rows = [(names[key], area, 1.0, area / 2.0, 100.0, 1.0) for key, area in areas.items()]
    return pd.DataFrame(rows, columns=["name", "area", "area_err", "ew", "sigma", "sigma_err"])


def test_subclasses_follow_the_rules_of_the_pipeline():
    assert _pipeline_subclass(measured(beta=20, o3=20, alpha=60, n2=15)) == "STARFORMING"
    assert _pipeline_subclass(measured(beta=60, o3=60, alpha=180, n2=45)) == "STARBURST"
    assert _pipeline_subclass(measured(beta=20, o3=200, alpha=60, n2=60)) == "AGN"
    assert _pipeline_subclass(measured(beta=2, o3=200, alpha=60, n2=60)) == ""  # H beta not seen
    broad = measured(beta=20, o3=20, alpha=60, n2=15).assign(sigma=1500.0)
    assert _pipeline_subclass(broad) == "STARFORMING BROADLINE"


def test_noise_is_what_the_inverse_variance_says(grid, survey):
    spectra, _ = survey
    rows = (spectra.labels["class"] == "QSO").to_numpy()
    window = (sdss.WAVE > 6450) & (sdss.WAVE < 6800)  # without lines of the sky
    flux, ivar = spectra.flux[rows][:, window].astype(float), spectra.ivar[rows][:, window]
    good = (ivar > 0).all(axis=1)
    difference = np.diff(flux[good], n=2, axis=1) / np.sqrt(6 / ivar[good][:, 1:-1])
    assert np.median(np.abs(difference)) * 1.4826 == pytest.approx(1.0, abs=0.05)


def test_lines_lie_at_their_redshift(survey):
    spectra, lines = survey
    found = 0
    for row, table in zip(range(len(spectra)), lines, strict=True):
        if table is None or spectra.labels["class"][row] != "GALAXY":
            continue
        line = table[table["name"] == "[O_III] 5007"]
        if not len(line) or line["ew"].iloc[0] < 30:
            continue
        near = np.abs(sdss.WAVE / (5008.24 * (1 + spectra.labels["z"][row])) - 1) < 4e-3
        peak = sdss.WAVE[near][spectra.flux[row, near].argmax()]
        assert peak / (1 + spectra.labels["z"][row]) == pytest.approx(5008.24, abs=2.5)
        found += 1
    assert found >= 3


def test_a_seed_fixes_the_survey(grid, survey):
    spectra, _ = survey
    again, _ = simulate_survey("csepreghy", {"GALAXY": 60, "QSO": 30, "STAR": 30}, 3, grid)
    np.testing.assert_array_equal(again.flux, spectra.flux)
    pd.testing.assert_frame_equal(again.labels, spectra.labels)
    assert spectra.labels["class"].value_counts().to_dict() == {"GALAXY": 60, "QSO": 30, "STAR": 30}
    assert spectra.labels["specobjid"].is_unique
    other, _ = simulate_survey("csepreghy", {"GALAXY": 2}, 4, grid)
    assert not np.array_equal(other.flux, spectra.flux[:2])


def test_stars_of_the_boss_sample_cover_what_the_paper_asks_for(grid):
    spectra, _ = simulate_survey("sharma", {"STAR": 40}, 1, grid)
    ends = np.array([sdss.WAVE[np.flatnonzero(ivar)[[0, -1]]] for ivar in spectra.ivar])
    assert (ends[:, 0] <= 3900).all()
    assert (ends[:, 1] >= 9500).all()
    assert (spectra.labels["snr"] > 20).mean() > 0.9


def test_repeated_spectra_show_one_object_twice_and_are_dropped_once(survey):
    spectra, _ = survey
    labels = spectra.labels
    again = labels["objid"].duplicated(keep=False)
    assert 2 <= again.sum() < 30
    for _, pair in labels[again].groupby("objid"):
        first, second = pair.index[:2]
        assert pair["class"].nunique() == 1
        assert pair[["ra", "dec", "petromag_r"]].drop_duplicates().shape[0] == 1
        assert pair["specobjid"].is_unique
        difference = abs(pair.loc[first, "z"] - pair.loc[second, "z"])
        assert 0 < difference < 6 * np.hypot(*pair["zerr"].iloc[:2])
        both = (spectra.ivar[first] > 0) & (spectra.ivar[second] > 0)
        noise = np.sqrt(1 / spectra.ivar[first, both] + 1 / spectra.ivar[second, both])
        residual = (spectra.flux[first, both] - spectra.flux[second, both]) / noise
        assert 0.5 < np.median(np.abs(residual)) * 1.4826 < 3  # the same light, other noise
    packed = spectra.select(labels.index)
    packed.labels["star"] = object_names(labels.assign(file=labels["name"]))
    _, dropped = cut(packed, 0.9)
    assert (dropped["step"] == "duplicate").sum() == labels["objid"].duplicated().sum()


def test_some_spectra_are_short_and_none_of_the_boss_sample(grid):
    spectra, _ = simulate_survey("csepreghy", {"QSO": 600}, 5, grid)
    valid = (spectra.ivar > 0).sum(axis=1)
    assert 1 <= (valid < 3500).sum() <= 18  # one in a hundred
    assert valid[valid < 3500].max() < 0.9 * valid.max()
    boss, _ = simulate_survey("sharma", {"STAR": 200}, 5, grid)
    assert (boss.ivar > 0).sum(axis=1).min() > 4400
    assert boss.labels["objid"].is_unique


@pytest.fixture(scope="module")
def real(mirror):
    """Redshifts, their errors and signal-to-noise ratios of real spectra; a catalogue has redshifts only."""
    files = mirror / "sdss" / "catalogues" / "skyserver_dr14_10k.csv"
    if not files.exists():
        pytest.skip("the mirror holds no skyserver_dr14_10k.csv")
    spectra, _ = sdss.read(mirror / "sdss" / "spectra")
    labels = spectra.labels[usable(spectra.labels, min_snr=-np.inf)[0]]
    catalogue = pd.read_csv(files)[["class", "redshift"]].rename(columns={"redshift": "z"})
    return pd.concat([catalogue, labels[["class", "z", "zerr", "snr"]]], ignore_index=True)


def by_redshift(table, columns):
    """Balanced accuracy of boosted trees on columns, cross-validated."""
    folds = StratifiedKFold(5, shuffle=True, random_state=1)
    model = HistGradientBoostingClassifier(max_iter=40, min_samples_leaf=10, random_state=1)
    found = cross_val_predict(model, table[columns].to_numpy(), table["class"], cv=folds)
    return balanced_accuracy_score(table["class"], found)


@pytest.mark.parametrize("name", ["GALAXY", "QSO", "STAR"])
def test_redshifts_and_their_errors_are_distributed_as_real_ones(real, name):
    rng = np.random.default_rng(1)
    of_class = real[real["class"] == name]
    shares = [0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98]
    scale = np.subtract(*of_class["z"].quantile([0.84, 0.16]))
    drawn = np.quantile(redshifts(name, rng.random(20000)), shares)
    assert np.abs(drawn - of_class["z"].quantile(shares)).max() < 0.1 * scale
    stated = of_class[(of_class["zerr"] > 0) & (of_class["snr"] > 0)]
    drawn = np.log10(redshift_errors(name, stated["snr"].to_numpy(), stated["z"].to_numpy(), rng))
    stated = np.log10(stated["zerr"].to_numpy())
    standard_error = np.hypot(drawn.std(), stated.std()) / np.sqrt(len(stated))
    assert abs(drawn.mean() - stated.mean()) < 3 * standard_error
    assert drawn.std() == pytest.approx(stated.std(), rel=0.4)


def test_a_simulated_redshift_tells_no_more_of_the_class_than_a_real_one(real, grid):
    counts = {"GALAXY": 300, "QSO": 300, "STAR": 300}
    spectra, _ = simulate_survey("csepreghy", counts, 6, grid)
    catalogue = real[real["zerr"].isna()].groupby("class").sample(300, random_state=1)
    assert by_redshift(spectra.labels, ["z"]) < by_redshift(catalogue, ["z"]) + 0.02
    files = real[real["zerr"] > 0]
    numbers = files["class"].value_counts()
    few = pd.concat(
        spectra.labels[spectra.labels["class"] == name].head(number) for name, number in numbers.items()
    )
    # A few dozen galaxies and stars: four standard errors of the real score.
    assert by_redshift(few, ["z", "zerr"]) < by_redshift(files, ["z", "zerr"]) + 0.08
