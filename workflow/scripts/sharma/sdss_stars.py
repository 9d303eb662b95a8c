"""Survey stars prepared for the networks: at rest, in air, homogenised (Sharma et al. 2020, section 6)."""

import numpy as np
import pandas as pd

from obafgkm import mk
from obafgkm.archives.sdss.labels import usable
from obafgkm.errors import ObafgkmError, SpectralTypeError
from obafgkm.spectra import Spectra, concatenate, read_labels
from obafgkm.spectroscopy.homogenise import homogenise, wavelength_grid
from obafgkm.spectroscopy.restframe import rest_frame_air
from obafgkm.workflow.job import job

MIN_SNR = 20  # "SNR greater than 20"
BLOCK = 5000  # spectra in memory as observed
LABELS = ["library", "file", "name", "star", "source", "plate", "mjd", "fiberid", "ra", "dec", "snr", "z"]
LABELS += ["type_text"]


def sdss_stars(path, settings):
    """Homogenise the stars of a packed sample.

    Parameters
    ----------
    path : path
        From the rule pack_sdss or pack_lamost.
    settings : dict
        The section `homogenise` of the configuration.

    Returns
    -------
    stars : Spectra
        Additional labels ``mk_type, mk_class, luminosity``; '' and -1 if the subclass is not an MK type;
        ``luminosity`` is also -1 if it has no luminosity class.
    rejected : DataFrame
        Columns library, file, name, reason of the others.
    """
    number = len(read_labels(path))
    grid = wavelength_grid(settings["first"], settings["last"], settings["step"])
    parts, rejected = [], []
    for first in range(0, number, BLOCK):
        observed = Spectra.read(path, slice(first, first + BLOCK))
        is_star = (observed.labels["class"] == "STAR").to_numpy()
        others = observed.labels.loc[~is_star, ["library", "file", "name", "class"]]
        others["reason"] = "not a star but of class '" + others.pop("class") + "'"
        observed = observed.select(is_star)
        keep, faint = usable(observed.labels, MIN_SNR)
        at_rest, narrow = rest_frame_air(observed.select(keep))
        stars, dark = homogenise(at_rest, grid, settings["fwhm"], settings["unity_at"])
        parts.append(stars)
        rejected += [others, faint, narrow, dark]
    if not sum(map(len, parts)):
        raise ObafgkmError(
            f"{path} has no star with a good redshift and a signal-to-noise ratio above {MIN_SNR}: take more "
            "spectra of the survey, or take them from another source"
        )
    stars, rejected = concatenate(parts), pd.concat(rejected, ignore_index=True)
    if len(stars) + len(rejected) != number:
        raise AssertionError(f"{number} spectra in, {len(stars)} out and {len(rejected)} rejected")
    types = [_parse(text) for text in stars.labels["type_text"]]
    stars.labels = stars.labels[LABELS].assign(
        mk_type=np.array([str(mk_type or "") for mk_type in types], object),
        mk_class=[-1 if mk_type is None else mk_type.number for mk_type in types],
        luminosity=[
            -1 if getattr(mk_type, "luminosity", None) is None else mk_type.luminosity for mk_type in types
        ],
    )
    return stars, rejected


def _parse(text):
    """An MK type, or None."""
    try:
        return mk.parse(text)
    except SpectralTypeError:
        return None


if __name__ == "__main__":
    with job(snakemake):
        stars, rejected = sdss_stars(snakemake.input.spectra, snakemake.params.settings)
        stars.write(snakemake.output.spectra)
        rejected.to_csv(snakemake.output.rejected, index=False)
        typed, complete = (int((stars.labels[name] >= 0).sum()) for name in ("mk_class", "luminosity"))
        print(f"{len(stars)} stars, {typed} with an MK type, {complete} of these with a luminosity class")
        print(rejected["reason"].value_counts().to_string())
