"""Files of single archives as a user has them: unpacked, zipped, with errors that are none."""

import gzip

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits

from obafgkm.archives import cflib, tar_files
from obafgkm.classify.reading import read_file
from obafgkm.spectra import Spectra


@pytest.mark.parametrize("zipped", [False, True])
def test_a_table_of_cflib_is_read_outside_its_archive(tmp_path, zipped):
    flux = 1 + np.sin(cflib.WAVE / 50)
    labels = pd.DataFrame([{"file": "1.fits", "name": "HD 1", "type_text": "A0V"}])
    cflib.write(tmp_path, Spectra(cflib.WAVE, flux[None], np.ones((1, flux.size)), labels))
    ((_, content),) = tar_files(tmp_path / "BINTABLE.tgz")
    path = tmp_path / ("1.fits.gz" if zipped else "1.fits")
    path.write_bytes(gzip.compress(content) if zipped else content)
    (spectrum,) = read_file(path)
    np.testing.assert_array_equal(spectrum.wave, cflib.WAVE)
    np.testing.assert_allclose(spectrum.flux, flux, rtol=1e-6, atol=1e-6)
    assert spectrum.medium == "air"


@pytest.mark.parametrize("none", [0.0, -0.5])
def test_pixels_whose_error_is_not_positive_are_masked(tmp_path, none):
    """DR7 marks bad pixels by errors of zero; a negative error says as little."""
    wave = 10 ** (3.58 + 1e-4 * np.arange(3820))
    bad = (wave > 5000) & (wave < 5100)
    rows = np.stack([np.ones(wave.size), np.ones(wave.size), np.where(bad, none, 0.5), np.zeros(wave.size)])
    header = {"TELESCOP": "SDSS 2.5-M", "COEFF0": 3.58, "COEFF1": 1e-4, "VACUUM": True, "SPEC_CLN": 1}
    fits.PrimaryHDU(rows.astype("f4"), fits.Header(header)).writeto(tmp_path / "spSpec.fit")
    (spectrum,) = read_file(tmp_path / "spSpec.fit")
    np.testing.assert_array_equal(spectrum.ivar == 0, bad)
    np.testing.assert_allclose(spectrum.ivar[~bad], 4.0)
