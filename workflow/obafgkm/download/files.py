"""Fetch the files of archives: from their services, or from a local mirror.

Every file is checked before it gets its name: against the registry of checksums if it is listed there, and
otherwise by reading it completely. Its origin and checksum are recorded next to it, in
``<file>.provenance.json``; ``provenance.json`` summarises a dataset. The part of an unfinished download that
has arrived stays in ``<file>.part``, where the next attempt, or the next run, resumes.

The files of a mirror are not compared with the registry, because a mirror may have another edition of an
archive; they are read completely.
"""

import errno
import hashlib
import logging
import os
import shutil
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from obafgkm.download import contents, registry
from obafgkm.download.connections import new_session
from obafgkm.download.damage import sha256
from obafgkm.download.http import (
    LARGEST,
    PATIENCE,
    Absent,
    Refused,
    beside,
    read_json,
    retrieve,
    write_json,
)
from obafgkm.errors import (
    AbsentFileError,
    ArchiveFileError,
    FetchError,
    MissingDatasetError,
    ObafgkmError,
    told,
)

__all__ = ["carry_out", "failure_list", "fetch", "fetch_dataset", "register"]

# A service that fails this often in a row is down; asking it for the rest of 2,000 files would take hours.
_ENOUGH_FAILURES = 12
_BY_ANY_OTHER_WAY = "Where you can have the file in another way, save it"
_BY_HAND = {
    "gdrive": "Google Drive refuses a file for a day after too many downloads: run again tomorrow, or open "
    "the address in a browser and save the file"
}
_log = logging.getLogger(__name__)
_COLUMNS = ["path", "source", "url", "sha256", "bytes", "time"]


def fetch(
    urls,
    destination,
    *,
    method="https",
    content=None,
    expects=(),
    known=None,
    verify=None,
    offline=False,
    patience=PATIENCE,
    session=None,
):
    """Download one file, unless it is here already and intact.

    Parameters
    ----------
    urls : sequence of str
        Addresses, tried in this order until one provides the file.
    destination : path-like
        The file; its folder is created if it is missing.
    method : {'https', 'gdrive', 'vizier'}
        How the addresses are asked.
    content : {'fits', 'tar.gz', 'gz', 'csv', 'text'}, optional
        What the file must be.
    expects : sequence of str
        Columns of the CSV file, or words in the first line of the text, that must be there.
    known : obafgkm.download.registry.Entry, optional
        Checksum and length that the file must have.
    verify : callable, optional
        Takes the path of a file that passed all other checks; raises ObafgkmError at a wrong one.
    offline : bool
        Refuse to download.
    patience : obafgkm.download.http.Patience
    session : requests.Session, optional
        Connections to share with other downloads.

    Returns
    -------
    dict
        The provenance record: source ('remote', or 'found' where the file lay here without a record), url,
        sha256, bytes, time (UTC, ISO 8601).

    Raises
    ------
    AbsentFileError
        If every address answers that it has no such file.
    FetchError
        If no address provided the file, the disk is full, or the file is not here and `offline` is set. What
        has arrived is kept unless it is a wrong file.
    """
    destination = Path(destination)
    check = partial(_check, content=content, expects=expects, known=known, verify=verify)
    state = "is not here"
    try:
        if record := _kept(destination, check):
            return record
    except Refused as error:
        state = f"is here, but damaged or another file ({error})"
    if offline:
        raise FetchError(
            f"{destination} {state}, and archives.offline forbids downloading it. Set "
            "archives.offline to false, put the file there, or use a mirror or the simulated dataset"
        )
    part = beside(destination, ".part")
    failures = []
    with _disk_errors(destination, part):
        destination.parent.mkdir(parents=True, exist_ok=True)
        for url in urls:
            try:
                retrieve(
                    url,
                    part,
                    method,
                    patience,
                    session or new_session(),
                    content=content,
                    largest=(known and known.size) or LARGEST,
                )
                return _accept(part, destination, check, "remote", url)
            except (Refused, FetchError) as error:
                failures.append((url, error))
                if not part.is_file():
                    beside(part, ".json").unlink(missing_ok=True)
    listed = f"{destination} {state}, and could not be fetched. "
    listed += "; ".join(f"{url}: {error}" for url, error in failures)
    if all(isinstance(error, Absent) for _, error in failures):
        raise AbsentFileError(listed)
    raise FetchError(f"{listed}. {_BY_HAND.get(method, _BY_ANY_OTHER_WAY)} under this name")


def fetch_dataset(
    files,
    directory,
    *,
    source,
    mirror=None,
    missing="error",
    offline=False,
    jobs=4,
    progress=True,
    patience=PATIENCE,
    checksums=(),
):
    """Bring all files of one dataset into a directory, and write ``provenance.json`` there.

    Parameters
    ----------
    files : DataFrame
        The files of one dataset, from `obafgkm.download.datasets.expand`.
    directory : path-like
    source : {'remote', 'mirror'}
    mirror : path-like, optional
        Directory with one folder per dataset, for the source 'mirror'; its files are linked.
    missing : {'error', 'skip'}
        What to do when the mirror has no spectra of the dataset.
    offline : bool
        Refuse to download.
    jobs : int
        Files downloaded at the same time.
    progress : bool
        Show a progress bar.
    patience : obafgkm.download.http.Patience
    checksums : sequence of path-like
        Registries of what downloaded files must be, beside that of the folder that `directory` lies in. In
        that one the files are recorded that arrive for the first time.

    Returns
    -------
    DataFrame
        One row per file: path (inside the directory), source, url, sha256, bytes, time. Files that are not
        there, but may be missing, have source 'missing'.

    Raises
    ------
    FetchError
        If files that are needed could not be fetched, or files of the mirror are not what they should be;
        lists them with the reasons. The files that arrived stay.
    MissingDatasetError
        If there is no mirror, or it has no spectra of the dataset and `missing` is 'error'.
    """
    directory = Path(directory)
    dataset = files["dataset"].iloc[0]
    if source == "mirror":
        folder = _mirror_folder(mirror, dataset, files, missing)
        _remove_stale_links(directory, folder)
        tasks = _mirror_tasks(files, directory, folder)
        jobs = 1
    else:
        known = registry.read(*checksums, directory.parent)
        tasks = _download_tasks(files, directory, offline, patience, known)
    records, failures = carry_out(
        tasks, jobs, tqdm(total=len(tasks), desc=dataset, unit="file", disable=not progress)
    )
    if source == "remote":
        register(directory.parent, {f"{dataset}/{path}": record for path, record in records.items()})
    needed = set(files["path"][~files["optional"].astype(bool)])
    grave = {path: reason for path, reason in failures.items() if path in needed or source == "mirror"}
    if grave:
        unusable = "files of the mirror cannot be used. Replace or remove them:"
        raise FetchError(failure_list(dataset, grave, len(tasks), *[unusable] * (source == "mirror")))
    for path, reason in failures.items():
        _log.warning("%s, which is optional, could not be downloaded: %s", path, reason)
    absent = [
        {"path": path, "source": "missing"}
        for path in files["path"]
        if path not in records and "*" not in path
    ]
    table = pd.DataFrame([{"path": p, **r} for p, r in records.items()] + absent, columns=_COLUMNS)
    table = table.fillna({"url": "", "sha256": "", "bytes": 0, "time": ""}).astype({"bytes": int})
    _summarise(table, dataset, source, directory)
    return table


def register(folder, records):
    """Record downloaded files (dict of name to provenance record) in the registry of a folder of datasets.

    A file that lay here without a record of where it comes from is not vouched for.
    """
    vouched = {name: record for name, record in records.items() if record["source"] == "remote"}
    registry.record(folder, {name: (its["sha256"], its["bytes"]) for name, its in vouched.items()})


def _download_tasks(files, directory, offline, patience, known):
    """For each file that has an address, a call that downloads it."""
    session = new_session()
    return {
        file.path: partial(
            fetch,
            file.urls,
            directory / file.path,
            method=file.method,
            content=file.content,
            expects=file.expects,
            known=known.get(f"{file.dataset}/{file.path}"),
            offline=offline,
            patience=patience,
            session=session,
        )
        for file in files.itertuples()
        if file.urls and "*" not in file.path
    }


def _mirror_folder(mirror, dataset, files, missing):
    """The dataset's folder in the mirror."""
    if not mirror:
        raise MissingDatasetError(dataset, "a mirror: archives.mirror and OBAFGKM_MIRROR are empty")
    if not Path(mirror).is_dir():
        raise MissingDatasetError(dataset, f"the mirror {mirror}, which is no directory")
    folder = Path(mirror) / dataset
    spectra = files["path"][files["role"] == "spectra"]
    if missing == "error" and not any(_matches(folder, path) for path in spectra):
        raise MissingDatasetError(dataset, folder)
    return folder


def _mirror_tasks(files, directory, folder):
    """For each file that the mirror has, a call that links it."""
    return {
        str(found.relative_to(folder)): partial(_link, found, directory / found.relative_to(folder), file)
        for file in files.itertuples()
        for found in _matches(folder, file.path)
    }


def _remove_stale_links(directory, folder):
    """Remove links to files that the mirror once had: readers would take them for the dataset's."""
    for path in directory.rglob("*"):
        if path.is_symlink() and not (folder / path.relative_to(directory)).is_file():
            path.unlink()
            beside(path, ".provenance.json").unlink(missing_ok=True)


def _matches(folder, path):
    if "*" in path:
        return sorted(folder.glob(path))
    return [folder / path] if os.path.lexists(folder / path) else []


def _link(found, destination, file):
    """Link a file of the mirror, or copy it where the file system has no links."""
    if not found.is_file():
        raise FetchError(f"{found} is no file, or a link that leads to none")
    part = beside(destination, ".part")
    check = partial(_check, content=file.content, expects=file.expects)
    with _disk_errors(destination, part):
        destination.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        try:
            part.symlink_to(found.resolve())
        except OSError:
            shutil.copyfile(found, part)
        try:
            return _accept(part, destination, check, "mirror", str(found))
        except Refused as error:
            raise FetchError(str(error)) from error


def carry_out(tasks, jobs, bar):
    """Run calls in threads; a service that is down is given up.

    Parameters
    ----------
    tasks : dict of str to callable
        What to call for each path; raises FetchError where it fails.
    jobs : int
        Calls at the same time.
    bar : tqdm
        Shows the progress.

    Returns
    -------
    records : dict
        What each call returned, by path.
    failures : dict of str to str
        The reasons of the others.
    """
    records, failures, in_a_row = {}, {}, 0
    pool = ThreadPoolExecutor(jobs)
    try:
        futures = {pool.submit(task): path for path, task in tasks.items()}
        with closing(bar):
            for future in as_completed(futures):
                bar.update()
                if future.cancelled():
                    failures[futures[future]] = "not tried, after so many failures"
                    continue
                try:
                    records[futures[future]] = future.result()
                    in_a_row = 0
                except FetchError as error:
                    failures[futures[future]] = str(error)
                    in_a_row += 1
                except Exception as error:
                    # A bug here must cost this file only; the log has what is needed to fix it.
                    _log.exception("%s", futures[future])
                    failures[futures[future]] = told(error)
                    in_a_row += 1
                if in_a_row == _ENOUGH_FAILURES:
                    for other in futures:
                        other.cancel()
    finally:
        pool.shutdown(cancel_futures=True)
    return {path: records[path] for path in tasks if path in records}, failures


_NOT_DOWNLOADED = "files could not be downloaded. The others stay; a new run requests only these:"


def failure_list(dataset, failures, total, what=_NOT_DOWNLOADED):
    """One message of at most ten failures (dict of path to reason) among `total` files."""
    shown = [f"  {path}: {reason}" for path, reason in list(failures.items())[:10]]
    more = [f"  ... and {len(failures) - 10} more"] if len(failures) > 10 else []
    first = f"dataset '{dataset}': {len(failures)} of {total} {what}"
    return "\n".join([first, *shown, *more])


def _summarise(table, dataset, source, directory):
    """Write ``provenance.json``; its checksum is that of the list of all checksums and paths."""
    here = table[table["source"] != "missing"].sort_values("path")
    lines = "".join(f"{row.sha256}  {row.path}\n" for row in here.itertuples())
    summary = {
        "dataset": dataset,
        "source": source,
        "files": len(here),
        "bytes": int(here["bytes"].sum()),
        "sha256": hashlib.sha256(os.fsencode(lines)).hexdigest(),  # of names of any bytes
        "fetched": max(here["time"], default=""),
        "missing": len(table) - len(here),
    }
    directory.mkdir(parents=True, exist_ok=True)
    write_json(directory / "provenance.json", summary)


def _kept(destination, check):
    """The record of a file that is here, or None where there is none; Refused if it is not as it was."""
    if not destination.is_file():
        return None
    record = read_json(beside(destination, ".provenance.json"))
    if not record:
        record = _record("found", "", check(destination), destination)
        write_json(beside(destination, ".provenance.json"), record)
        return record
    digest = sha256(destination)
    if digest != record.get("sha256"):
        raise Refused(f"its sha256 is {digest}, not that of its record")
    # What was verified before, and is still the same, need not be read to its end again.
    check(destination, digest)
    return record


def _accept(part, destination, check, source, url):
    """Check a file that has arrived, record it and give it its name; a wrong one is removed."""
    try:
        digest = check(part)
    except Refused:
        part.unlink(missing_ok=True)
        beside(part, ".json").unlink(missing_ok=True)
        raise
    record = _record(source, url, digest, part)
    # The record goes first: a file that a killed run leaves without its record would pass for found.
    write_json(beside(destination, ".provenance.json"), record)
    os.replace(part, destination)
    beside(part, ".json").unlink(missing_ok=True)
    return record


def _record(source, url, digest, path):
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"source": source, "url": url, "sha256": digest, "bytes": path.stat().st_size, "time": now}


def _check(path, verified=None, *, content, expects, known=None, verify=None):
    """Checksum of a file that is what it should be; Refused says what is wrong with another.

    A file of the checksum `verified` has been read to its end before.
    """
    length = path.stat().st_size
    if known and known.size not in (None, length):
        raise Refused(f"{length} bytes long, not {known.size}{_way_on(known)}")
    digest = verified or sha256(path)
    try:
        if not known and not verified:
            contents.verify(path, content, expects)
        elif known and digest != known.sha256:
            contents.verify(path, None)  # a page of HTML says more than its checksum
            raise Refused(f"its sha256 is {digest}, not {known.sha256}{_way_on(known)}")
        if verify:
            verify(path)
    except ArchiveFileError as error:
        raise Refused(error.problem) from error
    except ObafgkmError as error:
        raise Refused(str(error)) from error
    return digest


def _way_on(known):
    return f" as in {known.registry}; delete its line there if the archive has replaced it on purpose"


@contextmanager
def _disk_errors(destination, part):
    """Turn errors of the file system into one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise FetchError(f"{destination} cannot be written: {error}") from error
        have = part.stat().st_size if part.is_file() else 0
        total = read_json(beside(part, ".json")).get("total", 0)
        need = f"{total - have} more bytes are needed" if total > have else "more space is needed"
        raise FetchError(
            f"{destination}: the disk is full and {need}. Make room and run again; the {have} bytes that "
            f"are here stay in {part.name}"
        ) from error
