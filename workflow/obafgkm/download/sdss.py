"""Choose spectra from a catalogue, and bring them here from the Science Archive Server."""

import hashlib
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from obafgkm.archives.sdss.spectra import read_spectrum
from obafgkm.archives.sdss.urls import spectrum_url
from obafgkm.download import registry
from obafgkm.download.connections import new_session
from obafgkm.download.files import carry_out, failure_list, fetch, register
from obafgkm.download.http import PATIENCE
from obafgkm.errors import AbsentFileError, FetchError

__all__ = ["choose", "download"]


def choose(catalogue, counts, seed):
    """A seeded, stratified sample: of each class so many, and of its subclasses the same share each.

    Parameters
    ----------
    catalogue : DataFrame
        Columns class, subClass, specObjID.
    counts : dict of str to int
        Spectra of each class; all of them where there are fewer. A larger sample of the same seed holds the
        smaller one, but for the rounding of shares.
    seed : int

    Returns
    -------
    DataFrame
        Rows of the catalogue, in its order.
    """
    ordered = catalogue.sort_values("specObjID")
    chance = pd.Series(np.random.default_rng(seed).random(len(ordered)), ordered.index)
    strata = chance.groupby([ordered["class"], ordered["subClass"]])
    # A stratum of n has places 1/2n, 3/2n ...: the lowest k of a class are its share of every stratum.
    place = (strata.rank(method="first") - 0.5) / strata.transform("size")
    rank = place.groupby(ordered["class"]).rank(method="first")
    keep = rank <= ordered["class"].map(counts).fillna(0)
    return catalogue[keep.reindex(catalogue.index)]


def download(
    catalogue, directory, release, *, server, jobs=4, offline=False, progress=True, patience=PATIENCE
):
    """Bring the spec-lite files of a catalogue here.

    Every file is checked to be a FITS file with a spectrum of the plate, MJD and fibre asked for. Files that
    the server does not have are passed over and listed.

    Parameters
    ----------
    catalogue : DataFrame
        Columns run2d, plate, mjd, fiberID.
    directory : path-like
        The files come to ``spectra/lite/PPPP/spec-PPPP-MMMMM-FFFF.fits``; those that are here stay.
    release : int
        Data release.
    server : str
        Where the archive's folders begin.
    jobs : int
        Files at the same time.
    offline : bool
        Refuse to download.
    progress : bool
        Show a progress bar.
    patience : obafgkm.download.http.Patience

    Returns
    -------
    missing : DataFrame
        Columns name, reason: what the server does not have.
    record : dict
        ``files``, ``bytes``, ``missing`` and ``sha256``, that of the list of all checksums and names.

    Raises
    ------
    FetchError
        If other files could not be downloaded; those that arrived are kept, and a new run requests the rest.
    """
    session = new_session()
    known = registry.read(Path(directory).parent)
    tasks, keys = {}, {}
    for plate, mjd, fiber, run2d in catalogue[["plate", "mjd", "fiberID", "run2d"]].itertuples(index=False):
        name = f"{plate:04d}-{mjd}-{fiber:04d}"
        url = spectrum_url(release, run2d, plate, mjd, fiber, server=server)
        keys[name] = f"sdss{url.removeprefix(server)}"
        tasks[name] = partial(
            _fetch_or_miss,
            [url],
            Path(directory) / "spectra" / "lite" / f"{plate:04d}" / f"spec-{name}.fits",
            content="fits",
            known=known.get(keys[name]),
            verify=_verify,
            offline=offline,
            patience=patience,
            session=session,
        )
    if len(tasks) != len(catalogue):
        raise FetchError("the catalogue lists a spectrum twice (plate, MJD, fibre) in different reductions")
    records, failures = carry_out(
        tasks, jobs, tqdm(total=len(tasks), desc="spectra", unit="file", disable=not progress)
    )
    here = {name: record for name, record in records.items() if isinstance(record, dict)}
    register(Path(directory).parent, {keys[name]: record for name, record in here.items()})
    if failures:
        raise FetchError(failure_list("sdss", failures, len(tasks)))
    missing = pd.DataFrame(
        [(name, reason) for name, reason in records.items() if name not in here], columns=["name", "reason"]
    )
    if len(here) + len(missing) != len(catalogue):
        raise AssertionError(f"{len(catalogue)} asked for, {len(here)} here and {len(missing)} missing")
    lines = "".join(f"{record['sha256']}  {name}\n" for name, record in sorted(here.items()))
    return missing, {
        "files": len(here),
        "bytes": sum(record["bytes"] for record in here.values()),
        "missing": len(missing),
        "sha256": hashlib.sha256(lines.encode()).hexdigest(),
    }


def _fetch_or_miss(urls, path, **ways):
    """The record of a file, or the reason why the server has none."""
    try:
        return fetch(urls, path, **ways)
    except AbsentFileError as error:
        return f"not on the server: {str(error).rpartition(': ')[2]}"


def _verify(path):
    """Refuse a file without the spectrum that it is named after."""
    name = path.name.removesuffix(".part")
    read_spectrum(name, path.read_bytes())
