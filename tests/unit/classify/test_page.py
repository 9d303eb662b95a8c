"""The page of a star: the nearest standard is one of its own type, and the page says where it comes from."""

import numpy as np
import pandas as pd
import pytest

from obafgkm import mk
from obafgkm.classify.standards import load_standards
from obafgkm.errors import ArchiveFileError
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.extinction import extinction_curve

GRID = np.arange(3800.0, 7000.0)


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
    found, fit = simulated.nearest(flux, ivar)
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
    found, _ = standards.nearest(itself, np.ones_like(itself))
    assert found != "HD 3 (K5III)"


def test_no_standards_is_an_error(tmp_path):
    real_standards(tmp_path / "stars.h5", ["G2", "sdO"])
    for path in (tmp_path / "stars.h5", tmp_path):
        with pytest.raises(ArchiveFileError, match="no standards"):
            load_standards(path, tuple(GRID))
