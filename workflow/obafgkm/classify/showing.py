"""Shows how a file is read: the receipts as text, the spectra as read as ECSV."""

import contextlib
import os
import re
from pathlib import Path

import numpy as np

from obafgkm import barrier
from obafgkm.classify.printable import printable, shortened
from obafgkm.classify.reading import read_file
from obafgkm.classify.reading.refusal import RefusedSpectrum
from obafgkm.classify.streaming import names_of
from obafgkm.errors import ArchiveFileError

__all__ = ["receipt_text", "show_files", "write_spectrum"]


def show_files(files, medium=None, folder="."):
    """Read files, and write each spectrum as it was read.

    Parameters
    ----------
    files : sequence of path
    medium : {'air', 'vacuum'}, optional
        Medium of the wavelengths, overriding the files.
    folder : path
        Folder for ``<name of the file>_read.ecsv``; if there are several spectra, all but the first are
        numbered.

    Yields
    ------
    file : str
    text : str
        The receipt.
    problem : str
        Why there is no spectrum; '' if there is one.
    """
    files = [str(file) for file in files]
    Path(folder).mkdir(parents=True, exist_ok=True)
    stems = names_of(Path(file).name.split(".")[0] or Path(file).stem for file in files)
    tasks = list(zip(files, stems, strict=True))
    yield from barrier.run(_shown, [tasks], (medium, Path(folder), files))


def _shown(tasks, lost, watch, medium, folder, files):
    """Results of `show_files` for each task; see `obafgkm.barrier.run`."""
    for task, (file, stem) in enumerate(tasks):
        if task in lost:
            yield task, (file, "", lost[task])
            continue
        try:
            size = os.path.getsize(file) if os.path.exists(file) else 0
            for number, spectrum in enumerate(watch.over(task, read_file(file, medium), size), start=1):
                if isinstance(spectrum, str):
                    yield task, (file, "", spectrum)
                    continue
                if isinstance(spectrum, RefusedSpectrum):
                    yield task, (file, "", f"{spectrum.name}: {spectrum.problem}")
                    continue
                own = folder / f"{stem}_read{'' if number == 1 else f'_{number}'}.ecsv"
                if taken := _taken(own, files):
                    yield task, (file, "", f"not written: {own} {taken}")
                    continue
                write_spectrum(own, spectrum)
                yield (
                    task,
                    (file, f"{receipt_text(file, spectrum)}\n  written to   {printable(str(own))}", ""),
                )
        except ArchiveFileError as error:
            yield task, (file, "", error.problem)


def _taken(path, files):
    """Why a file must not be replaced; '' if it may."""
    for file in files:
        with contextlib.suppress(OSError, ValueError):
            if os.path.samefile(path, file):
                return "is itself a file to be read"
    if path.exists() and not re.search(rb"(?m)^# - read:", path.read_bytes()):
        return "is a file that was not written here: name another folder after --output"
    return ""


def receipt_text(file, spectrum):
    """The receipt of a spectrum as lines of text."""
    receipt = spectrum.receipt
    good = spectrum.valid
    wave = spectrum.wave[good]
    covered = (
        f"{wave.min():.2f}-{wave.max():.2f} Å, {good.sum():,} of {good.size:,} pixels"
        if wave.size
        else "none"
    )
    facts = {
        "part": receipt.part,
        "wavelengths": receipt.wave,
        "medium": f"{spectrum.medium or 'air'} ({receipt.medium or 'not said'})",
        "covered": covered,
        "flux": receipt.flux,
        "errors": receipt.error,
        "masked": f"{receipt.masked:.1%}" + (f" ({receipt.mask})" if receipt.mask else ""),
        "joined": receipt.joined,
        "left out": receipt.left_out,
        "assumed": ", ".join(
            sorted(receipt.assumed | ({"medium_assumed"} if spectrum.medium is None else set()))
        ),
    }
    lines = [f"  {key:<12} {shortened(value)}" for key, value in facts.items() if value]
    return "\n".join([printable(f"{spectrum.name}   ({file})"), *map(printable, lines)])


def write_spectrum(path, spectrum):
    """Write a spectrum as it was read to an ECSV file, with its receipt in the header."""
    from astropy.table import Table

    table = Table({"wave": spectrum.wave, "flux": np.asarray(spectrum.flux)})
    table["wave"].unit = "Angstrom"
    table["wave"].description = f"wavelength in {spectrum.medium or 'air (assumed)'}"
    table["flux"].description = "flux per unit wavelength, up to a constant"
    if spectrum.ivar is not None:
        with np.errstate(divide="ignore"):
            table["error"] = np.where(spectrum.ivar > 0, spectrum.ivar**-0.5, np.nan)
        table["error"].description = "standard deviation of the flux; NaN where it is not used"
    receipt = spectrum.receipt
    table.meta = {
        "OBJECT": spectrum.name,
        **({"AIRORVAC": spectrum.medium} if spectrum.medium else {}),
        "read": {
            key: value for key, value in vars(receipt).items() if key not in ("assumed", "masked") and value
        },
        "masked": float(receipt.masked),
        "assumed": sorted(receipt.assumed),
    }
    part = path.with_name(path.name + ".part")
    try:
        table.write(part, format="ascii.ecsv", overwrite=True)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
