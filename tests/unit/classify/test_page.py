"""The page of a star: the nearest standard is one of its own type, and the page says where it comes from."""

import numpy as np
import pandas as pd
import pytest

from obafgkm import mk
from obafgkm.classify import page
from obafgkm.classify.answers import answer
from obafgkm.classify.inputs import WAVE
from obafgkm.classify.kinds import KINDS
from obafgkm.classify.model import Types
from obafgkm.classify.ranges import central_range, half_width
from obafgkm.classify.spectrum import Spectrum
from obafgkm.classify.standards import load_standards
from obafgkm.errors import ArchiveFileError
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.extinction import extinction_curve

GRID = WAVE


@pytest.fixture(scope="module")
def simulated():
    return load_standards(None, tuple(GRID))


@pytest.mark.parametrize("name", ["O9V", "B5III", "A2V", "F5I", "G2V", "K3III", "M4V"])
def test_the_nearest_standard_of_a_reddened_noisy_star_is_of_its_type(simulated, name):
    flux = simulated.flux[simulated.names.index(name)] * 10 ** (-0.4 * extinction_curve(GRID))
    flux *= 1 + 0.1 * np.sin(GRID / 1500)  # flux calibration
    flux *= 1 + np.random.default_rng(1).normal(0, 0.02, flux.size)
    ivar = np.where((GRID > 5000) & (GRID < 5100), 0, 1)
    flux[ivar == 0] = np.nan
    found, _, fit = simulated.nearest(flux, ivar)
    assert abs(mk.parse(found).number - mk.parse(name).number) <= 2
    assert np.nanstd(flux / fit) < 0.06
    assert "not real stars" in simulated.source


def real_standards(path, types):
    wave = np.arange(3700.0, 7100.0, 2)
    rng = np.random.default_rng(2)
    flux = rng.uniform(0.5, 1.5, (len(types), wave.size))
    labels = pd.DataFrame({"name": [f"HD {i}" for i in range(len(types))], "type_text": types})
    Spectra(wave, flux, np.ones_like(flux), labels).write(path)


def test_real_standards_need_a_type_and_a_luminosity_class_and_are_not_the_star_itself(tmp_path):
    real_standards(tmp_path / "stars.h5", ["A0V", "G2", "sdO", "K5III", "M2III"])
    standards = load_standards(tmp_path / "stars.h5", tuple(GRID))
    assert standards.names == ["HD 0 (A0V)", "HD 3 (K5III)", "HD 4 (M2III)"]
    assert "real standards" in standards.source
    itself = standards.flux[1]
    found, number, _ = standards.nearest(itself, np.ones_like(itself))
    assert (found, number) in [("HD 0 (A0V)", 20), ("HD 4 (M2III)", 62)]


def test_no_standards_is_an_error(tmp_path):
    real_standards(tmp_path / "stars.h5", ["G2", "sdO"])
    for path in (tmp_path / "stars.h5", tmp_path):
        with pytest.raises(ArchiveFileError, match="no standards"):
            load_standards(path, tuple(GRID))


@pytest.fixture
def drawn(simulated, monkeypatch, tmp_path):
    """Draw the page of a simulated star; its axes: spectrum, difference, temperature, luminosity, box."""
    monkeypatch.setattr(page.plt, "close", lambda figure: None)

    def draw(number, flagged=False, flux=None, kind="star", snr=100.0, velocity=0.0):
        flux = simulated.flux[simulated.names.index("F5V")] if flux is None else flux
        temperature = np.exp(-0.5 * ((np.arange(70) - number) / 1.5) ** 2)[None]
        probabilities = temperature / temperature.sum()
        types = Types(
            probabilities,
            np.eye(5)[[4]],
            outlier=np.array([0.1]),
            flagged=np.array([flagged]),
            sets=temperature > 0.5,
            median=central_range(probabilities, 0)[0],
            ranges={68: central_range(probabilities, 0.5), 95: central_range(probabilities, 0.9)},
            half_width=half_width(probabilities, 0.5),
            snr=np.array([snr]),
            has_lines=np.array([True]),
            kind=np.array([KINDS.index(kind)]),
            velocity=np.array([velocity]),
            velocity_error=np.array([10.0]),
            parameters=np.array([[6543.2, 4.3, -0.1]]),
            parameter_errors=np.array([[123.4, 0.3, 0.2]]),
        )
        spectrum = Spectrum("HD 1", GRID, flux, None, "air")
        ivar = np.full(GRID.size, (snr / np.median(flux)) ** 2)
        row = answer("hd1.txt", spectrum, GRID, ivar, types, 0)
        arguments = (row, GRID, flux, ivar, types.temperature[0], types.luminosity[0], None)
        page.draw_page(tmp_path / "a.png", *arguments)
        return page.plt.gcf(), row

    yield draw
    page.plt.rcdefaults()
    monkeypatch.undo()
    page.plt.close("all")


def test_the_page_shows_whole_lines_in_front_of_the_standard_and_no_cosmic_ray(drawn, simulated):
    flux = simulated.flux[simulated.names.index("F5V")].copy()
    line = np.abs(GRID - 4861) < 6
    flux[line] = 0.05
    flux[750] = 400
    axes = drawn(35, flux=flux)[0].axes[0]
    low, high = axes.get_ylim()
    assert low < 0.05 / np.median(flux)
    assert high < 100
    star, standard = axes.get_lines()[:2]
    assert star.get_zorder() > standard.get_zorder()


def test_the_page_says_that_the_best_standard_is_unlike_the_type(drawn):
    for number, is_unlike in [(35, False), (55, True)]:
        figure, _ = drawn(number)
        (words,) = [text.get_text() for text in figure.axes[0].get_legend().get_texts()][1:]
        assert words.endswith("unlike the type") == is_unlike


@pytest.mark.parametrize("velocity", [-900.0, 600.0])
def test_a_fast_star_is_compared_at_rest(drawn, simulated, velocity):
    still = simulated.flux[simulated.names.index("F5V")]
    still = still * (1 + np.random.default_rng(1).normal(0, 0.01, still.size))
    moved = np.interp(GRID / (1 + velocity / 299792.458), GRID, still)
    pages = [drawn(35, flux=moved, velocity=velocity)[0], drawn(35, flux=still)[0]]
    assert "Rest wavelength" in pages[0].axes[1].get_xlabel()
    labels, differences = [], []
    for figure in pages:
        labels.append(figure.axes[0].get_legend().get_texts()[1].get_text())
        differences.append(np.nanstd(figure.axes[1].get_lines()[0].get_ydata()))
    assert labels[0] == labels[1] == "best-fitting standard: F5V"
    # Interpolation by half a pixel smooths lines; those beside their places would differ tenfold.
    assert differences[0] < 3 * differences[1]


def test_an_early_star_has_no_marks_of_cool_ones(drawn):
    for number, seen in [(8, False), (45, True)]:
        figure, _ = drawn(number)
        words = {text.get_text() for text in figure.axes[0].texts}
        assert {"G band", "Mg b", "Na I D"} <= words if seen else not {"G band", "Mg b"} & words
        assert "Hβ" in words


def test_another_kind_of_object_gets_no_type_but_its_kind(drawn):
    figure, row = drawn(35, kind="quasar")
    assert (row["type"], row["kind"], row["flags"]) == ("", "quasar", "other_kind,untyped")
    assert "no type, but of the kind: quasar" in figure.get_suptitle()
    assert not figure.axes[0].texts, "its lines are not where those of stars are"
    assert len(figure.axes[0].get_lines()) == 1, "nor is it compared with one"
    figure, _ = drawn(35, kind="white dwarf")
    assert "Hβ" in {text.get_text() for text in figure.axes[0].texts}
    assert figure.axes[0].get_legend().get_texts()[1].get_text().endswith("for comparison only")
    assert not any(text.get_text().startswith("median") for text in figure.axes[2].texts)
    for kind, said in [("star", "star"), ("featureless", "")]:
        _, row = drawn(35, kind=kind)
        assert (row["type"], row["kind"], row["flags"]) == ("F5V", said, "")
    _, row = drawn(35, kind="quasar", snr=4.0)
    assert (row["kind"], row["flags"]) == ("", "low_snr,untyped"), "too noisy for either"


def test_labels_of_close_lines_do_not_overlap(drawn):
    for number in (5, 35, 65):
        axes = drawn(number)[0].axes[0]
        places = sorted(text.xy[0] for text in axes.texts)
        assert min(np.diff(places)) > 0.0109 * (GRID[-1] - GRID[0])
        assert "Hα" in {text.get_text() for text in axes.texts}


def test_the_title_and_the_bars_give_the_same_class(drawn):
    figure, row = drawn(42.4)
    assert f"median {row['type'].removesuffix('V')}" in [text.get_text() for text in figure.axes[2].texts]
    assert row["type"] in figure.get_suptitle()


def test_the_title_gives_the_parameters_of_a_typed_star_only(drawn):
    figure, row = drawn(42)
    parameters = "Teff 6543 ± 123 K   log g 4.30 ± 0.30 dex   [Fe/H] −0.10 ± 0.20 dex   velocity +0 ± 10 km/s"
    assert parameters in figure.get_suptitle()
    assert (row["teff"], row["feh_error"]) == (6543.2, 0.2)
    figure, row = drawn(42, flagged=True)
    assert "Teff" not in figure.get_suptitle()
    assert np.isnan([row["teff"], row["teff_error"], row["logg"], row["feh"]]).all()


def test_the_ranges_are_the_calibrated_ones(drawn):
    row = drawn(42.0)[1]
    assert (row["class_68_low"], row["class_68_high"]) == ("G1", "G3")
    assert row["class_number_error"] == pytest.approx(1.03, abs=0.03)


def test_a_star_without_a_type_has_grey_bars(drawn):
    colours = [drawn(42, flagged)[0].axes[2].patches[0].get_facecolor() for flagged in (False, True)]
    assert len(set(colours[1][:3])) == 1
    assert len(set(colours[0][:3])) == 3
