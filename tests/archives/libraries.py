"""Invented spectra that can be written as any of the stellar libraries."""

import numpy as np
import pandas as pd

from obafgkm.archives.libraries import LIBRARIES
from obafgkm.spectra import Spectra

FILES = {
    "jhc": ["jc_1.fits", "jc_2.fits", "jc_10.fits"],
    "miles": ["s0001.fits", "s0002.fits", "s0221.fits"],
    "cflib": ["249.fits", "G_75-62.fits", "100006.txt"],
    "elodie": ["00001.fits", "00002.fits", "01959.fits"],
}
NAMES = {"cflib": ["249", "G_75-62", "100006"]}
HAS_MASK = {"cflib", "elodie"}
HAS_PARAMETERS = {"miles", "cflib", "elodie"}


def invented(library):
    """Three spectra with labels; where the library has masks, with masked pixels inside and at the edge."""
    module = LIBRARIES[library]
    flux = np.random.default_rng(1).uniform(0.5, 1.5, (3, module.WAVE.size)).astype(np.float32)
    ivar = np.ones_like(flux)
    if library in HAS_MASK:
        ivar[0, :5] = 0
        ivar[1, 7000:7100] = 0
    labels = pd.DataFrame(
        {
            "file": FILES[library],
            "name": NAMES.get(library, ["HD 249", "BD+61 220", "SAO 99637"]),
            "aliases": ["", "BD+19 2459;SAO 99637", ""],
            "type_text": ["K1IV", "B8V", "G8III"],
            "catalogue_type_text": ["K1IV", "B9V", ""],
            "teff": [4755.0, np.nan, 11000.0],
            "logg": [3.0, np.nan, 4.25],
            "feh": [-0.02, np.nan, 0.5],
        }
    )
    return Spectra(module.WAVE, flux, ivar, labels, "air", module.FWHM)
