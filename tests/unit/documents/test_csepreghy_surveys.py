"""Csepreghy 2020 on real spectra: folds by object, fits of eigen-templates, noisier copies, tables."""

import runpy

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from obafgkm.archives.sdss.bundles import bundled
from obafgkm.archives.sdss.labels import COLUMNS
from obafgkm.archives.sdss.spectra import WAVE, label_table
from obafgkm.archives.sdss.templates import TemplateSet, read_templates
from obafgkm.documents.csepreghy.surveys import (
    FIRST,
    PIXELS,
    common,
    held_out,
    noisier,
    scaled,
    some_objects,
    survey_target,
)
from obafgkm.errors import ArchiveFileError
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.redshift import fit_templates
from obafgkm.training.splits import stratified_folds

SETTINGS = {"bootstrap": 200, "confidence": 0.95}


def script(name):
    """Functions of one of the thesis's scripts."""
    return runpy.run_path(str(ROOT / "workflow" / "scripts" / "csepreghy" / f"{name}.py"))


def spectra_of(rows, wave=WAVE, flux=None):
    """Spectra whose pixels are all valid."""
    labels = label_table([{**COLUMNS, **row} for row in rows]).assign(source="mirror")
    shape = (len(rows), wave.size)
    flux = np.ones(shape) if flux is None else flux
    return Spectra(wave, flux, np.ones(shape), labels, "vacuum")


def test_an_object_of_both_surveys_has_one_name_and_keeps_all_its_spectra():
    place = {"ra": 150.0, "dec": 2.0, "snr": 9.0, "class": "STAR"}
    sdss = spectra_of([{**place, "library": "sdss", "file": "a", "name": "a", "objid": "12"}])
    lamost = spectra_of(
        [
            {**place, "library": "lamost", "file": "b", "name": "b", "dec": 2.0 + 1 / 3600},
            {**place, "library": "lamost", "file": "c", "name": "c", "dec": 2.01},
            {**place, "library": "lamost", "file": "d", "name": "d", "ra": 10.0},
        ]
    )
    lamost.ivar[2, PIXELS.stop :] = 0  # ends where the common pixels do
    lamost.ivar[1, 3000:] = 0
    kept, dropped = common([sdss, lamost], 0.9)
    assert kept.labels["name"].tolist() == ["a", "b"]
    assert kept.labels["star"].nunique() == 1
    assert dropped["step"].tolist() == ["range", "range"]
    assert np.log10(kept.wave[0]) * 1e4 == pytest.approx(FIRST)


@given(
    st.lists(st.tuples(st.integers(0, 30), st.sampled_from("ABC")), min_size=2, max_size=120),
    st.integers(2, 6),
    st.integers(0, 50),
)
def test_folds_never_share_an_object_and_hold_every_spectrum_out_once(rows, folds, seed):
    stars = np.array([f"star {number}" for number, _ in rows])
    classes = np.array([name for _, name in rows])
    masks = list(stratified_folds(stars, classes, folds, seed))
    assert (np.sum(masks, axis=0) == 1).all()
    for mask in masks:
        assert not set(stars[mask]) & set(stars[~mask])


def test_every_class_is_in_every_fold_as_evenly_as_its_objects_allow():
    classes = np.repeat(["A", "B", "C"], [50, 11, 5])
    stars = np.arange(classes.size)
    for mask in stratified_folds(stars, classes, 5, 1):
        assert {name: (classes[mask] == name).sum() // 1 for name in "AC"} == {"A": 10, "C": 1}
        assert (classes[mask] == "B").sum() in (2, 3)


def test_repeats_divide_differently_and_the_same_again_with_the_same_seed():
    stars, classes = np.arange(60), np.repeat(["A", "B"], 30)
    settings = {"folds": 3, "repeats": 2}
    first, again = (list(held_out(stars, classes, settings, 5)) for _ in range(2))
    assert [(repeat, fold) for repeat, fold, _ in first] == [(r, f) for r in (0, 1) for f in (0, 1, 2)]
    assert all((one[2] == other[2]).all() for one, other in zip(first, again, strict=True))
    assert not any((first[0][2] == mask).all() for _, _, mask in first[3:])


def test_smaller_shares_of_objects_are_among_larger_ones_and_each_class_stays():
    stars = np.repeat(np.arange(40), 2)
    classes = np.repeat(["A", "B"], [70, 10])
    small, large = (some_objects(stars, classes, share, 3) for share in (0.1, 0.5))
    assert (large | ~small).all()
    assert set(classes[small]) == {"A", "B"}
    assert pd.Series(large).groupby(stars).nunique().eq(1).all()
    assert some_objects(stars, classes, 1, 3).all()


def test_classes_of_few_objects_take_no_part_however_often_they_are_observed():
    labels = pd.DataFrame(
        {
            "class": ["STAR"] * 6 + ["QSO"] * 2,
            "subclass": ["F5", "F2V", "sdF0", "WD", "G0", "G0", "", ""],
            "star": ["1", "2", "3", "4", "5", "5", "6", "7"],
        }
    )
    assert survey_target(labels, "stars", 2).tolist() == ["F", "F", "F", "", "", "", "", ""]
    assert survey_target(labels, "class", 3).tolist() == ["STAR"] * 6 + [""] * 2
    assert survey_target(labels, "class", 2).tolist() == ["STAR"] * 6 + ["QSO"] * 2


def test_masked_pixels_weigh_nothing_and_the_unit_of_flux_does_not_tell_the_survey():
    flux = np.tile(np.linspace(1, 3, 48), (2, 1))
    flux[1] *= 1e4
    spectra = spectra_of([{"name": "a"}, {"name": "b"}], WAVE[:48], flux)
    spectra.ivar[1] /= 1e8
    spectra.flux[:, 5], spectra.ivar[:, 5] = 1e6, 0
    values, error = scaled(spectra, 12)
    assert values.shape == (2, 4)
    np.testing.assert_allclose(values[0], values[1], rtol=1e-5)
    np.testing.assert_allclose(error[0], error[1], rtol=1e-5)
    assert (values[0] ** 2).mean() == pytest.approx(1, rel=1e-5)
    assert values[0, 0] < values[0, 1]


def test_errors_are_those_of_the_mean_of_a_bin_and_the_largest_where_no_pixel_is_valid():
    spectra = spectra_of([{"name": "a"}], WAVE[:48])
    spectra.ivar[0] = np.repeat([1, 4, 9, 16], 12)
    spectra.ivar[0, 12:24] = 0
    _, error = scaled(spectra, 12)
    np.testing.assert_allclose(error[0], np.array([1, 1, 1 / 3, 1 / 4]) / np.sqrt(12), rtol=1e-5)


def test_copies_are_noisier_than_the_spectra_but_not_below_the_faintest():
    rng = np.random.default_rng(0)
    flux = np.ones((400, 300), np.float32)
    copies = noisier(flux, np.full(flux.shape, 0.01), 2.5, 0.05, rng)
    noise = np.diff(copies, axis=1).std(axis=1) / np.sqrt(2)
    assert 0.001 < noise.min() < 0.03
    assert 0.25 < noise.max() < 0.5
    # Fainter already: only the continuum changes.
    faint = noisier(flux, np.full(flux.shape, 1.0), 2.5, 0.05, rng)
    assert (np.diff(faint, axis=1).std(axis=1) < 0.01).all()


def bumps(rng, n, width):
    """A smooth random spectrum of `n` pixels above zero."""
    kernel = np.exp(-0.5 * (np.arange(-4 * width, 4 * width + 1) / width) ** 2)
    return 3 + np.convolve(rng.normal(size=n + 8 * width), kernel / np.sqrt((kernel**2).sum()), "valid")


@pytest.fixture(scope="module")
def sets():
    rng = np.random.default_rng(4)
    galaxy = np.stack([bumps(rng, 6500, 5) for _ in range(3)])
    quasar = np.stack([bumps(rng, 12000, 30) for _ in range(3)])
    stars = [bumps(rng, 4100, 4)[np.newaxis] for _ in range(3)]
    start = FIRST - 2200
    return [
        TemplateSet("GALAXY", "", start, galaxy, (0.0, 0.5), 3),
        TemplateSet("QSO", "", FIRST - 7500, quasar, (0.0, 4.0), 0),
        *(TemplateSet("STAR", "F", FIRST - 150, one, (-0.004, 0.004), 4) for one in stars),
    ]


def observed(template, weights, shift, noise, rng):
    """A mixture of templates at a redshift of `shift` pixels, with noise."""
    first = FIRST - shift - template.first
    flux = weights @ template.flux[:, first : first + 3708]
    return flux + rng.normal(0, noise, flux.size)


@pytest.mark.parametrize(("number", "shift"), [(0, 600), (1, 4200), (3, -9)])
def test_a_noisy_mixture_of_templates_is_known_with_its_redshift(sets, number, shift):
    rng = np.random.default_rng(number)
    weights = np.ones(1) if number > 1 else np.array([1.0, 0.5, -0.3])
    flux = observed(sets[number], weights, shift, 1.0, rng)[np.newaxis]
    best, z, chi2 = fit_templates(flux, np.ones_like(flux), FIRST, sets)
    assert best[0] == number
    assert z[0] == pytest.approx(10 ** (1e-4 * shift) - 1, abs=0.002)
    assert chi2[0, number] == pytest.approx(1, abs=0.15)


def test_a_template_without_noise_is_fitted_exactly_at_its_redshift(sets):
    flux = observed(sets[2], np.ones(1), 1, 0.0, np.random.default_rng(0))[np.newaxis]
    _, z, chi2 = fit_templates(flux, np.full_like(flux, 100.0), FIRST, sets[2:3])
    assert z[0] == pytest.approx(10**1e-4 - 1)
    assert chi2[0, 0] < 1e-3


def test_every_number_that_is_fitted_is_a_degree_of_freedom_less():
    """Noise in eight bins, to which a template and four terms of a polynomial are fitted."""
    rng = np.random.default_rng(2)
    template = TemplateSet("STAR", "F", FIRST, rng.normal(size=(1, 24)), (0.0, 0.0), 4)
    flux = rng.normal(size=(400, 24))
    _, _, chi2 = fit_templates(flux, np.ones_like(flux), FIRST, [template])
    assert chi2.mean() == pytest.approx(1, abs=0.15)


def test_masked_pixels_do_not_move_a_fit(sets):
    rng = np.random.default_rng(1)
    flux = observed(sets[0], np.array([1.0, 0.2, 0.1]), 600, 0.5, rng)
    spoilt, ivar = np.stack([flux, flux]), np.full((2, flux.size), 4.0)
    spoilt[1, 1000:1300], ivar[1, 1000:1300] = 1e4, 0
    best, z, _ = fit_templates(spoilt, ivar, FIRST, sets)
    assert best.tolist() == [0, 0]
    assert z[0] == z[1]


def write_templates(folder, kind, n, names=()):
    header = fits.Header([("COEFF0", 3.3), ("COEFF1", 1e-4)])
    header.update({f"NAME{i}": name for i, name in enumerate(names)})
    fits.PrimaryHDU(np.ones((n, 7000), np.float32), header).writeto(folder / f"{kind}-53724.fits")


def test_templates_of_stars_stand_alone_and_those_of_galaxies_are_fitted_together(tmp_path):
    write_templates(tmp_path, "spEigenGal", 4)
    write_templates(tmp_path, "spEigenStar", 2, ["A0", "WD"])
    with pytest.raises(ArchiveFileError, match="spEigenQSO"):
        read_templates(tmp_path)
    write_templates(tmp_path, "spEigenQSO", 4)
    found = read_templates(tmp_path)
    assert [(one.object_class, one.subclass, len(one.flux)) for one in found] == [
        ("GALAXY", "", 4),
        ("QSO", "", 4),
        ("STAR", "A0", 1),
        ("STAR", "WD", 1),
    ]
    assert {one.first for one in found} == {33000}


def rows(model, right, trained_on="real", share=1.0, repeats=1):
    """Predictions of ten stars and ten quasars, of which some are right."""
    expected = np.repeat(["QSO", "STAR"], 10)
    wrong = {"QSO": "STAR", "STAR": "QSO"}
    predicted = [name if ok else wrong[name] for name, ok in zip(expected, right, strict=True)]
    one = pd.DataFrame(
        {
            "task": "class",
            "model": model,
            "trained_on": trained_on,
            "share": share,
            "name": [str(i) for i in range(20)],
            "star": [str(i // 2) for i in range(20)],
            "survey": ["sdss"] * 10 + ["lamost"] * 10,
            "source": "mirror",
            "expected": expected,
            "predicted": predicted,
            "real_spectra": 16 * share,
            "simulated_spectra": 0,
        }
    )
    return pd.concat([one.assign(repeat=repeat) for repeat in range(repeats)], ignore_index=True)


def test_the_table_sets_models_against_the_regression_on_the_spectra_that_both_know():
    linear = rows("flux", np.arange(20) % 2 == 0)
    few = rows("magnitudes", np.ones(20, bool)).iloc[:10]
    network = rows("cnn", np.arange(20) >= 5, repeats=2)
    early = rows("cnn", np.zeros(20, bool), share=0.5)
    tuned = rows("cnn", np.arange(20) >= 2, "simulated, then real")
    trivial = [rows("majority", np.arange(20) >= 10), rows("survey", np.arange(20) >= 8)]
    table = script("survey_tables")["table_cross_validation"](
        pd.concat([network, early, tuned, few, linear, *trivial], ignore_index=True), SETTINGS, 0
    ).set_index("model")
    assert [name.split()[0] for name in table.index[:3]] == ["Majority", "Survey", "Magnitudes"]
    cnn = table[table["trained_on"] == "real"].loc["CNN (flux: no redshift)"]
    assert cnn["accuracy"] == pytest.approx(0.75)
    assert cnn["accuracy_sdss"] == pytest.approx(0.5)
    assert cnn["gain_over_linear"] == pytest.approx(0.25)
    assert cnn["repeats"] == 2
    assert cnn["objects"] == 10
    assert cnn["gain_over_trivial"] == pytest.approx(0.15)  # over the survey, which is right more often
    assert cnn["behind_cnn"] == pytest.approx(0.15)
    assert table["behind_cnn"].iloc[2] == pytest.approx(
        -0.2
    )  # the CNN on the ten of which magnitudes are known
    assert table["spectra"].tolist() == [20, 20, 10, 20, 20, 20]
    assert table["gain_over_linear"].iloc[2] == pytest.approx(0.5)
    assert table["gain_over_trivial"].iloc[2] == pytest.approx(0.8)


def test_precision_is_of_what_is_said_and_recall_of_what_is_there():
    right = np.arange(20) >= 5  # five quasars are called stars
    table = script("survey_tables")["table_cross_validation_classes"](rows("cnn", right), SETTINGS, 0)
    table = table.set_index("class")
    assert table["recall"].to_dict() == pytest.approx({"QSO": 0.5, "STAR": 1.0})
    assert table["precision"].to_dict() == pytest.approx({"QSO": 1.0, "STAR": 10 / 15})


def test_shares_of_simulated_and_real_spectra_stand_in_the_order_of_their_number():
    own = script("simulated_or_real")
    parts = [
        rows("cnn", np.arange(20) >= 5, share=1.0),
        rows("cnn", np.arange(20) >= 10, share=0.5),
        rows("cnn", np.arange(20) >= 2, "simulated").assign(simulated_spectra=100, real_spectra=0),
        rows("cnn", np.arange(20) >= 1, "simulated, then real").assign(simulated_spectra=100),
    ]
    table = own["table_simulated"](pd.concat(parts, ignore_index=True), SETTINGS, 0)
    assert table["trained_on"].tolist() == ["real", "real", "simulated, then real", "simulated"]
    assert table["real_spectra"].tolist() == [8, 16, 16, 0]
    assert table["recall_QSO"].tolist() == pytest.approx([0, 0.5, 0.9, 0.8])
    assert table["balanced_accuracy"].tolist() == pytest.approx([0.5, 0.75, 0.95, 0.9])
    assert len(own["fig_simulated"](table).axes) == 3


def test_every_spectrum_of_every_collection_is_counted_once(tmp_path):
    (tmp_path / "star_spectra").mkdir()
    np.savez(tmp_path / "star_spectra/star_spectra.npz", flux=np.ones((3, 5)), name=["a", "b", "c"])
    assert bundled(tmp_path / "nothing").empty
    dropped = pd.concat(
        [
            bundled(tmp_path),
            pd.DataFrame({"library": ["lamost"], "file": ["x"], "step": ["short"]}),
            pd.DataFrame({"library": ["sdss"], "file": ["y"], "step": ["unreadable"]}),
        ]
    )
    kept = pd.DataFrame(
        {"library": ["sdss", "sdss"], "file": ["p", "q"], "star": ["1", "1"], "class": ["QSO", "STAR"]}
    ).assign(source="mirror")
    table = script("table_surveys")["count_surveys"](kept, dropped).set_index("collection")
    assert table["spectra"].to_dict() == {"sdss": 3, "star_spectra": 3, "lamost": 1, "All": 7}
    assert table["no observation"].to_dict() == {"sdss": 0, "star_spectra": 3, "lamost": 0, "All": 3}
    assert set(table["source"]) == {"mirror"}
    assert table.loc["sdss", ["kept", "objects", "QSO", "STAR"]].tolist() == [2, 1, 1, 1]
    with pytest.raises(AssertionError, match=r"lamost: 1 spectra drop out at .*unheard of"):
        script("table_surveys")["count_surveys"](kept, dropped.replace("short", "unheard of"))


def test_the_bundled_stars_of_the_mirror_are_no_observations(mirror):
    """Half of them agree with a star of another plate to a thousandth, up to a scale and a polynomial."""
    path = mirror / "sdss/star_spectra/star_spectra.npz"
    if not path.is_file():
        pytest.skip("the mirror holds no sdss/star_spectra/star_spectra.npz")
    with np.load(path) as arrays:
        flux, loglam = arrays["flux"].astype(float), arrays["loglam"]
        plate = np.array([name.split("-")[0] for name in arrays["name"]])
        subclass = arrays["subclass"]
    here = (loglam > 3.62) & (loglam < 3.94)
    polynomial = np.vander((loglam[here] - 3.78) / 0.16, 4)
    nearest = []
    for i in np.flatnonzero(np.isfinite(flux[:, here]).all(axis=1))[::60]:
        others = (subclass == subclass[i]) & (plate != plate[i]) & np.isfinite(flux[:, here]).all(axis=1)
        left = []
        for other in flux[others][:, here]:
            basis = np.column_stack([other, polynomial])
            weights = np.linalg.lstsq(basis, flux[i, here], rcond=None)[0]
            left.append(np.std(flux[i, here] - basis @ weights) / np.median(flux[i, here]))
        nearest.append(min(left))
    assert len(nearest) >= 10
    assert np.median(nearest) < 1e-3  # an observation at a signal-to-noise ratio of 1,000 would not


def test_a_gap_is_filled_from_what_is_around_it_alone():
    latent = script("latent")
    rng = np.random.default_rng(0)
    shapes = np.stack([np.sin(np.arange(896) / width) for width in (20, 45, 90)])
    flux = rng.normal(size=(30, 3)) @ shapes
    gap = latent["gaps"](30, 0.1, rng)
    assert (gap.sum(axis=1) == 90).all()
    assert len({row.argmax() for row in gap}) > 10
    basis = np.linalg.qr(shapes.T)[0]
    line, fill = latent["filled"](np.where(gap, 99.0, flux), gap, lambda values: values @ basis @ basis.T)
    assert (line[~gap] == flux[~gap]).all()
    assert (fill[~gap] == flux[~gap]).all()
    assert np.abs(fill - flux).max() < 0.3 * np.abs(line - flux).max()


def test_the_nearest_neighbour_is_of_another_object():
    labels = pd.DataFrame({"star": ["1", "1", "2", "3"], "class": ["A", "A", "B", "A"]})
    values = np.array([[0.0, 5], [0.1, 5], [0.3, 5], [9.0, 5]])
    assert script("latent")["same_class"](values, labels).tolist() == [False, False, False, False]
    values[3, 0] = 0.15
    assert script("latent")["same_class"](values, labels).tolist() == [True, True, False, True]


def test_what_the_noise_explains_is_no_misfit():
    rng = np.random.default_rng(1)
    model = np.ones((3, 896))
    error = np.full((3, 896), 0.1)
    flux = model + rng.normal(0, 0.1, model.shape)
    flux[1, 400:416] -= 2
    flux[2, 100:116] += 1
    error[2, 600:] = 5  # as where no pixel is valid
    found = script("latent")["misfits"](flux, error, model)
    assert found["excess"][0] < 0.05
    np.testing.assert_allclose(found["error"][0], 0.1, rtol=0.1)
    np.testing.assert_allclose(found["excess"][1], 2 * np.sqrt(16 / 896), rtol=0.1)
    assert found["first"].to_list()[1:] == [400, 100]
    assert found["last"].to_list()[1:] == [415, 115]
    assert found["brighter"].to_list()[1:] == [False, True]


def misfit(**own):
    row = {"name": "1-2-3", "star": "1", "library": "sdss", "class": "QSO", "subclass_text": "", "z": 0.0}
    row |= {"snr": 9.0, "error": 0.5, "noise": 0.1, "excess": 0.4, "first": 4500.0, "last": 4520.0}
    return {**row, "brighter": True, "invalid": 0.0, "source": "mirror", **own}


def test_outliers_are_ordered_by_what_the_noise_leaves_and_told_by_what_is_odd():
    rows = [
        misfit(name="small", excess=0.1, error=0.9),
        misfit(name="line", z=1.0, first=5590.0, last=5650.0),  # 2 x 2799.9
        misfit(name="star", **{"class": "STAR"}, excess=0.5, snr=1.2, invalid=0.05, brighter=False),
        misfit(name="sky", first=5570.0, last=5580.0, excess=0.3),
    ]
    fits = pd.DataFrame(
        {"name": ["sky", "star", "line", "small"], "fitted_class": ["GALAXY", "STAR", "QSO", "QSO"]}
    ).assign(fitted_z=0.25)
    table = script("table_outliers")["table_outliers"](pd.DataFrame(rows), fits, 3)
    assert table["name"].to_list() == ["star", "line", "sky"]
    assert table["rank_in_class"].to_list() == [1, 1, 2]
    assert table["side"].to_list() == ["fainter", "brighter", "brighter"]
    odd = table["odd"].to_list()
    assert odd[0] == "faint, S/N 1.2; 5% of the pixels invalid"
    assert odd[1] == "brighter at Mg II 2799"
    assert odd[2] == "night sky [O I] 5577; a template of GALAXY at z = 0.250 fits better"


def test_the_confusion_matrix_has_each_spectrum_of_sdss_once():
    parts = [
        rows("cnn", np.arange(20) >= 3, repeats=2),
        rows("cnn", np.zeros(20, bool), share=0.5),
        rows("cnn", np.zeros(20, bool), "simulated, then real"),
    ]
    own = script("confusion")
    table = own["confusion_table"](own["of_sdss"](pd.concat(parts, ignore_index=True))).set_index("expected")
    assert table.loc["QSO", ["QSO", "STAR", "spectra"]].tolist() == [7, 3, 10]
    assert table.loc["All", "spectra"] == 10  # the stars of `rows` are of LAMOST


def test_noisier_copies_keep_errors_features_and_classes_of_their_originals():
    from obafgkm.documents.csepreghy.transfer import Sample

    names = np.array(["GALAXY", "QSO", "STAR"])
    level = np.arange(1.0, 4)[:, np.newaxis]
    sample = Sample(np.ones((3, 50)), np.tile(0.01 * level, 50), level, names, names)
    how = {"copies": 2, "faintest": 5, "warp": 0.05}
    more = sample.with_copies(how, np.random.default_rng(1))
    assert len(more.flux) == len(more) == 9
    np.testing.assert_allclose(more.error[:, 0], [0.01, 0.02, 0.03] * 3)
    assert more.features[:, 0].tolist() == [1, 2, 3] * 3
    assert more.expected.tolist() == more.star.tolist() == list(names) * 3


@pytest.mark.usefixtures("backend")
def test_unknown_features_are_replaced_by_the_mean_of_the_known_ones_in_training(monkeypatch, tmp_path):
    from obafgkm.documents.csepreghy import transfer

    monkeypatch.setattr(transfer, "fit", lambda model, *_, **__: (model, None))
    features = np.array([[1.0, np.nan], [3.0, 10.0], [np.nan, 20.0], [8.0, 0.0]])
    names = np.array(["QSO", "STAR", "STAR", "QSO"])
    sample = transfer.Sample(np.ones((4, 64)), np.full((4, 64), 0.1), features, names, names)
    how = {"copies": 0, "faintest": 5, "warp": 0, "batch": 2}
    how |= {"epochs": {"real": 1}, "learning_rate": {"real": 1e-3}}
    trained = transfer.train("mixed", np.unique(names), sample, sample, {}, how, "real", 1, tmp_path)
    np.testing.assert_allclose(trained.fill, [4, 10])
    filled = transfer.inputs("mixed", trained.fill, sample)
    np.testing.assert_allclose(filled[:, 64:], [[1, 10], [3, 10], [4, 20], [8, 0]])
