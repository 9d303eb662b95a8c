import os
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from obafgkm.archives import jhc
from obafgkm.documents.sharma import nutmaat
from obafgkm.errors import ProgramError
from obafgkm.mk import parse
from obafgkm.spectroscopy.homogenise import homogenise, wavelength_grid

WAVE = np.arange(3900.0, 6800.0)

# A NutMaat that calls a spectrum by its flux at 5000 Å, and breaks on some.
STAND_IN = {
    "__init__": "",
    "utils": "get_spectrum = None",
    "preprocessing": "get_spectrum = None",
    "spectrum": """
def get_spectrum(path): ...
class Spectrum:
    def __init__(self, wave, flux, name):
        self.wave, self.flux, self.name = wave, flux, name
""",
    "classifier": """
from pathlib import Path
from . import utils
rough_type_2 = None
class Classifier:
    def __init__(self, lib, MKLIB, out_file):
        assert (Path(MKLIB) / lib).is_dir()
        assert utils.get_spectrum is not None
        self.out = Path(out_file + ".out")
    def classify(self, spectrum, rough_type, iterations):
        if spectrum.flux[1200] > 4:
            raise SystemExit(1)
        if spectrum.flux[1200] > 2:
            self.out.write_text("spectrum | ")
            raise IndexError("out of bounds")
        self.out.write_text(f"spectrum | F{spectrum.flux[1200] * 8:.0f} V  |  good | \\\\\\\\ \\n")
""",
}


@pytest.fixture
def library(tmp_path):
    rng = np.random.default_rng(0)
    number, luminosity = rng.uniform(0, 69, 300), rng.integers(0, 5, 300)
    nutmaat.write_library(tmp_path, WAVE, np.ones((300, WAVE.size)), number, luminosity)
    return tmp_path


@pytest.fixture
def python(tmp_path):
    """An interpreter with the stand-in for NutMaat."""
    package = tmp_path / "site" / "NutMaat"
    package.mkdir(parents=True)
    for name, content in STAND_IN.items():
        (package / f"{name}.py").write_text(content)
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="$PYTHONPATH:{package.parent}" exec {sys.executable} "$@"\n')
    python.chmod(0o755)
    return python


def test_library_has_every_standard_that_nutmaat_interpolates_between(library):
    files = sorted((library / "standards").iterdir())
    assert len(files) == 37 * 3
    assert {"t030l50p00.rbn", "t407l10p00.rbn", "t455l30p00.rbn"} <= {file.name for file in files}
    wave, flux = np.loadtxt(files[0], unpack=True)
    np.testing.assert_array_equal(wave, np.arange(3800, 5600))
    np.testing.assert_allclose(flux, 1, atol=1e-6)
    # Or NutMaat would give every spectrum the energy distribution of its standard, and see no reddening.
    assert "TEMPLATE no" in (library / "nutmaat.lib").read_text()


def test_standards_of_a_smooth_sequence_lie_on_it():
    rng = np.random.default_rng(0)
    number, luminosity = rng.uniform(0, 69, 2000), rng.uniform(0, 4, 2000)
    made = nutmaat.standards(np.column_stack([number, luminosity]), number, luminosity)
    for (code, luminosity_code), name in [
        ((16, 5), "A0"),
        ((30, 3), "G0"),
        ((42.5, 3), "M2"),
        ((7, 1), "B0"),
    ]:
        expected = [parse(name).number, luminosity_code - 1]
        np.testing.assert_allclose(made[code, luminosity_code], expected, atol=0.5)


def test_standards_reach_beyond_where_spectra_are():
    made = nutmaat.standards(np.ones((3, 4)), [20, 21, 22], [4, 4, 4])
    np.testing.assert_allclose(list(made.values()), 1)


@pytest.fixture
def mklib(tmp_path):
    """MKCLASS's folder of libraries, with one standard that is too short."""
    folder = tmp_path / "mklib"
    (folder / "libr18").mkdir(parents=True)
    for name, last in [("t160l50p00", 4620), ("t210l50p00", 4600)]:
        wave = np.arange(3800, last, 0.5)
        np.savetxt(folder / "libr18" / f"{name}.rbn", np.column_stack([wave, wave / 4000]), fmt="%.6f")
    (folder / "mkclass.lib").write_text(
        "LIB libnor36\nWAVE 3800.0 5600.0 1.0\nLIMIT O6 M5\nPRELIM norm,shift\nTEMPLATE yes\n-----\n"
        "LIB libr18\nWAVE 3800.0 4620.0 0.5\nLIMIT O9 K3\nPRELIM shift\nTEMPLATE no\n-----"
    )
    return folder


def test_mkclass_s_own_library_is_adopted_with_every_standard_on_its_grid(mklib, tmp_path):
    nutmaat.adopt_library(tmp_path, mklib, "libr18")
    assert (tmp_path / "nutmaat.lib").read_text().splitlines()[:5] == [
        "LIB libr18",
        "WAVE 3800.0 4620.0 0.5",
        "LIMIT O9 K3",
        "PRELIM norm",
        "TEMPLATE no",
    ]
    for file in (tmp_path / "libr18").iterdir():
        wave, flux = np.loadtxt(file, unpack=True)
        np.testing.assert_array_equal(wave, np.arange(3800, 4620, 0.5))
        missing = 40 if file.name == "t210l50p00.rbn" else 0
        np.testing.assert_allclose(flux[: 1640 - missing], wave[: 1640 - missing] / 4000, atol=1e-6)
        assert (flux[1640 - missing :] == 0).all()


@pytest.mark.parametrize("name", ["libr18", "libnor36", "librc36"])
def test_a_library_that_is_not_there_is_told_with_the_way_on(mklib, tmp_path, name):
    folder = tmp_path / "elsewhere" if name == "libr18" else mklib
    if name == "librc36":
        (mklib / name).mkdir()
    with pytest.raises(ProgramError, match=rf"{name}.*: set MKLIB"):
        nutmaat.adopt_library(tmp_path, folder, name)


def test_a_first_guess_is_made_with_a_library_up_to_m_and_kept_within_its_own_limits():
    seen = []

    def find(library, spectrum):
        seen.append((library.s_cool, library.w_high, library.space))
        spectrum.isp = 42.5

    for s_cool, w_high, space in [(37.0, 4620.0, 0.5), (45.5, 5600.0, 1.0)]:
        library, star = SimpleNamespace(s_cool=s_cool, w_high=w_high, space=space), SimpleNamespace()
        nutmaat._rough_type(find)(library, star)
        assert star.isp == min(42.5, s_cool - 1)
        assert library.s_cool == s_cool
    assert seen == [(45.5, 5600.0, 1.0)] * 2


def test_two_spectra_make_no_standards():
    with pytest.raises(ValueError, match="3 or more"):
        nutmaat.standards(np.ones((2, 4)), [1, 2], [4, 4])


def test_results_come_back_in_order_and_a_broken_spectrum_loses_no_other(library, python):
    flux = np.ones((4, WAVE.size))
    flux[:, WAVE == 5000] = np.array([0.25, 3, 5, 1])[:, None]
    result = nutmaat.classify(WAVE, flux, list("abcd"), os.path.relpath(library), os.path.relpath(python))
    assert result["name"].tolist() == ["a", "b", "c", "d"]
    assert result["outcome"].tolist() == ["classified", "failed", "failed", "classified"]
    assert result["number"][[0, 3]].tolist() == [32, 38]
    assert "out of bounds" in result["problem"][1]


def test_an_absent_environment_is_told_with_the_way_on(library):
    with pytest.raises(ProgramError, match=r"envs/nutmaat\.lock"):
        nutmaat.classify(WAVE, np.ones((1, WAVE.size)), ["a"], library, library / "no-python")


def test_an_environment_without_nutmaat_is_told(library):
    with pytest.raises(ProgramError, match="No module named 'NutMaat'"):
        nutmaat.classify(WAVE, np.ones((1, WAVE.size)), ["a"], library, sys.executable)


def test_an_absent_library_is_told_with_the_way_on(tmp_path):
    with pytest.raises(ProgramError, match="write_library"):
        nutmaat.classify(WAVE, np.ones((1, WAVE.size)), ["a"], tmp_path, sys.executable)


def star(number):
    """A caricature of the spectral sequence: black bodies with the lines that MK types are told by."""
    temperature = np.interp(
        number, [5, 10, 20, 30, 40, 50, 60, 69], [4e4, 2.8e4, 9700, 7200, 5900, 5200, 3900, 3000]
    )
    flux = WAVE**-5 / np.expm1(1.4388e8 / WAVE / temperature)
    hydrogen = 0.7 * np.exp(-(((number - 20) / 12) ** 2))
    helium = 0.3 * np.exp(-(((number - 12) / 5) ** 2))
    metals = np.clip((number - 15) / 50, 0, 0.9)
    for depth, width, centres in [
        (hydrogen, 10.0, [3970.1, 4101.7, 4340.5, 4861.3]),
        (helium, 3.0, [4026.2, 4471.5]),
        (metals, 4.0, [3933.7, 3968.5]),
        (metals / 2, 3.0, [4046, 4226.7, 4305, 4383, 5175, 5269]),
    ]:
        for centre in centres:
            flux = flux * (1 - depth * np.exp(-0.5 * ((WAVE - centre) / width) ** 2))
    return flux


@pytest.fixture
def nutmaat_python():
    if "OBAFGKM_NUTMAAT" not in os.environ:
        pytest.skip("OBAFGKM_NUTMAAT is not set: it names the Python of an environment of envs/nutmaat.lock")
    return os.environ["OBAFGKM_NUTMAAT"]


def test_nutmaat_classifies_a_caricature(nutmaat_python, tmp_path):
    number = np.arange(5, 66)
    flux = np.array([star(n) for n in number])
    threefold = np.tile(flux, (3, 1)), np.tile(number, 3), np.repeat([0, 2, 4], number.size)
    nutmaat.write_library(tmp_path, WAVE, *threefold)
    test = np.arange(8, 60, 6)
    result = nutmaat.classify(WAVE, flux[test], number[test], tmp_path, nutmaat_python)
    assert (result["outcome"] != "failed").all()
    assert (result["number"] - number[test]).abs().median() <= 3


def test_the_genuine_library_has_what_nutmaat_interpolates_between(mirror, tmp_path):
    if not (mirror / "mkclass").is_dir():
        pytest.skip("the folder of OBAFGKM_MIRROR holds no mkclass")
    nutmaat.adopt_library(tmp_path, mirror / "mkclass", "libr18")
    hot, cool = 6.0, 37.0  # O9 and K3, the limits of libr18
    needed = [code for code in nutmaat._CODES.values() if hot <= code <= cool]
    for code in needed:
        for luminosity in nutmaat._LUMINOSITY_CODES:
            file = tmp_path / "libr18" / f"t{round(10 * code):03d}l{10 * luminosity:02d}p00.rbn"
            assert len(np.loadtxt(file)) == 1640


def test_nutmaat_gives_the_genuine_standards_their_own_types(mirror, nutmaat_python, tmp_path):
    if not (mirror / "mkclass").is_dir():
        pytest.skip("the folder of OBAFGKM_MIRROR holds no mkclass")
    nutmaat.adopt_library(tmp_path, mirror / "mkclass", "libr18")
    codes = {"B3": 10, "A0": 16, "F0": 23, "F6": 27, "G2": 31, "G8": 33, "K2": 36}
    wave = np.arange(3800, 4620, 0.5)
    flux = [np.loadtxt(tmp_path / "libr18" / f"t{10 * code}l50p00.rbn")[:, 1] for code in codes.values()]
    result = nutmaat.classify(wave, np.array(flux), list(codes), tmp_path, nutmaat_python)
    expected = np.array([parse(name).number for name in codes])
    assert (result["outcome"] != "failed").all()
    assert np.median(np.abs(result["number"] - expected)) <= 1


def test_nutmaat_classifies_real_spectra(mirror, nutmaat_python, tmp_path):
    """Every other star of JHC by standards made of the rest."""
    if "OBAFGKM_NUTMAAT" not in os.environ:
        pytest.skip(
            "OBAFGKM_NUTMAAT is not set: it names the Python of an environment made from envs/nutmaat.lock"
        )
    spectra = homogenise(jhc.read(Path(mirror) / "jhc")[0], wavelength_grid(3900, 6799, 1), 4.5, 5550)[0]
    types = spectra.labels["type_text"].map(parse)
    number = types.map(lambda item: item.number).to_numpy()
    luminosity = types.map(lambda item: item.luminosity).to_numpy()
    nutmaat.write_library(tmp_path, spectra.wave, spectra.flux[::2], number[::2], luminosity[::2])
    test = np.arange(1, len(spectra), 10)
    result = nutmaat.classify(
        spectra.wave,
        spectra.flux[test],
        spectra.labels["name"][test],
        tmp_path,
        nutmaat_python,
    )
    assert (result["outcome"] != "failed").all()
    assert (result["number"] - number[test]).abs().median() <= 3
