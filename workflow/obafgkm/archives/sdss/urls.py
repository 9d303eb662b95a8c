"""Addresses of the spectra of SDSS data releases 9 to 19 on the Science Archive Server."""

import re

__all__ = ["SAS", "spectrum_url"]

SAS = "https://data.sdss.org/sas"

_LEGACY = ("26", "103", "104")  # reductions of the SDSS spectrographs; all others are of BOSS


def spectrum_url(release, run2d, plate, mjd, fiber, lite=True, server=SAS):
    """Address of one spectrum.

    Parameters
    ----------
    release : int
        Data release, 9 ... 19.
    run2d : str
        Version of the reduction: '26', '103', '104', 'v5_10_0', 'v6_1_3' ...; each release has its own set.
    plate, mjd, fiber : int
        In SDSS-V (``v6_*``), which has no plates, field, MJD and catalogue id.
    lite : bool
        The co-added spectrum alone, 0.2 MB, instead of a file with all exposures, up to 4 MB.

    server : str
        Root address of the archive.

    Returns
    -------
    str

    Raises
    ------
    ValueError
        If the release is not one of 9 ... 19, or has no such reduction.
    """
    if not 9 <= release <= 19:
        raise ValueError(f"addresses are known for data releases 9 to 19, not for {release}")
    sdss_v = re.match(r"v([6-9]|\d\d)_", run2d) is not None
    if sdss_v and release < 18:
        raise ValueError(f"{run2d} is of SDSS-V, which begins with data release 18, not {release}")
    if lite:
        kind = "spectra/lite"
    elif release > 15 and run2d not in _LEGACY:
        kind = "spectra/full"
    else:
        kind = "spectra"
    file = _field_file(run2d, plate, mjd, fiber) if sdss_v else _plate_file(plate, mjd, fiber)
    return f"{server}/dr{release}/{_reductions(release, sdss_v)}/{run2d}/{kind}/{file}"


def _reductions(release, sdss_v):
    """Folder of a release's reductions."""
    if release < 18:
        return "sdss/spectro/redux"
    return "spectro/boss/redux" if sdss_v and release > 18 else "spectro/sdss/redux"


def _plate_file(plate, mjd, fiber):
    return f"{plate:04d}/spec-{plate:04d}-{mjd}-{fiber:04d}.fits"


def _field_file(run2d, field, mjd, catalogid):
    """DR18 still named fields like plates, with a p appended to the folder."""
    if run2d.startswith("v6_0_"):
        return f"{field:04d}p/{mjd}/spec-{field:04d}-{mjd}-{catalogid:011d}.fits"
    return f"{field:06d}/{mjd}/spec-{field:06d}-{mjd}-{catalogid}.fits"
