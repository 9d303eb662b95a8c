"""The command ``obafgkm``: ``classify FILES…`` types spectra, ``read FILES…`` shows how they are read."""

import argparse
import codecs
import contextlib
import os
import re
import signal
import sys
import threading
import warnings
from pathlib import Path

from obafgkm import __version__
from obafgkm.classify.printable import printable, shortened
from obafgkm.errors import ObafgkmError

__all__ = ["main"]

_GOOD, _SOME_BAD, _USAGE, _INTERRUPTED = 0, 1, 2, 130

_LONGEST_LIST = 10**9  # bytes, about ten million files

_CLASSIFY = """\
MK types and luminosity classes of optical spectra, with their uncertainties.

Reads FITS (tables and images; SDSS, LAMOST, DESI, JHC, ELODIE, MILES, CFLIB, IRAF, and surveys that specutils
knows), VOTable, ECSV, CDS and plain text of two or more columns, HDF5 of this package, compressed or not,
and tar and zip archives of them; one spectrum per file or many. Spectra must cover at least 300 Å of
3800-7000 Å and may be flux-calibrated or normalised. `obafgkm read` shows how a file is interpreted."""

_READ = """\
Shows how spectra are read, without classifying them: extension, columns, units, medium, masked pixels,
merged and ignored parts. The spectrum as read is written to FOLDER/NAME_read.ecsv: wavelength in Angstrom in
the medium of the file, flux per unit wavelength, and its error."""

_END = """\
The table is written to standard output, everything else to standard error. Exit code: 0 if
all files were read, 1 if some could not be read (they are listed with the reason), 2 for a wrong option, a
missing model or an output that cannot be written, 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP.

examples:
  obafgkm classify spec-2942-54521-0124.fits
  obafgkm classify *.fits --output types.csv
  obafgkm classify @list.txt --jobs 4 --output types.fits --plot pages
  obafgkm read spectrum.fits"""


def _parser():
    parser = argparse.ArgumentParser("obafgkm", description="Spectral types of stars by neural networks.")
    parser.add_argument("--version", action="version", version=f"obafgkm {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    classify = commands.add_parser(
        "classify",
        help="MK types of spectra",
        description=_CLASSIFY,
        epilog=_END,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = classify.add_argument
    add(
        "files",
        nargs="+",
        metavar="FILES",
        help="spectra; @list.txt is replaced by the files listed in it, one per line",
    )
    add("-o", "--output", metavar="TABLE", help="also write all columns to TABLE.csv, .ecsv, .fits or .vot")
    add(
        "--medium",
        choices=["air", "vacuum"],
        help="medium of the wavelengths (default: as stated in each file, else air)",
    )
    add("--plot", metavar="FOLDER", help="draw one page per spectrum into FOLDER")
    add(
        "--standards",
        metavar="PATH",
        default=os.environ.get("OBAFGKM_MIRROR"),
        help="real standards for the pages: a folder of archives, or an HDF5 file of this package "
        "(default: $OBAFGKM_MIRROR, else simulated standards)",
    )
    add(
        "--jobs",
        type=_positive,
        default=_cores(),
        metavar="N",
        help="number of processes (default: %(default)s, the number of cores)",
    )
    add("--model", metavar="FOLDER", help="a model other than the released one")
    add("--quiet", action="store_true", help="print neither the table nor the progress")
    read = commands.add_parser(
        "read",
        help="how spectra are read",
        description=_READ,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    read.add_argument("files", nargs="+", metavar="FILES", help="spectra, as for classify")
    read.add_argument(
        "--medium",
        choices=["air", "vacuum"],
        help="medium of the wavelengths (default: as stated in each file)",
    )
    read.add_argument(
        "-o",
        "--output",
        metavar="FOLDER",
        default=".",
        help="folder for the spectra as read (default: the current folder)",
    )
    return parser


def _positive(text):
    if not re.fullmatch(r"0*[1-9][0-9]{0,5}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of processes, 1 or more")
    return int(text)


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def main(arguments=None):
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        Those of the command line.

    Returns
    -------
    int
        The exit code.
    """
    has_output = _open_standard_streams()
    options = _parser().parse_args(arguments)
    options.kept = None  # the rows so far of a table, once it is being written
    try:
        with _signals_as_interruption():
            _refuse_missing_folders(options)
            if options.command == "classify" and not (
                has_output or options.output or options.plot or options.quiet
            ):
                raise ObafgkmError("standard output is closed: give --output TABLE")
            options.files = _expanded(options.files)
            return _read(options) if options.command == "read" else _classify(options)
    except ObafgkmError as error:
        _say(f"obafgkm: {error}")
        return _USAGE
    except KeyboardInterrupt as interruption:
        kept = f"; the rows so far are in {options.kept}" if options.kept else ""
        _say(f"obafgkm: interrupted{kept}")
        return 128 + int(interruption.args[0]) if isinstance(interruption, _Termination) else _INTERRUPTED
    except OSError as error:
        _say(f"obafgkm: {f'{error.filename}: ' if error.filename else ''}{error.strerror or error}")
        return _USAGE


def _refuse_missing_folders(options):
    """Refuse folders that no file could be classified or drawn with, before any work.

    Raises
    ------
    ObafgkmError
        The message names the option.
    """
    try:
        os.getcwd()
    except FileNotFoundError as error:
        raise ObafgkmError("the current folder was deleted: change to another one") from error
    if options.command == "read":
        folders = {"--output": options.output}
    else:
        folders = {"--plot": options.plot}
        if options.model is not None and not (Path(options.model) / "model.json").is_file():
            raise ObafgkmError(f"--model '{options.model}': contains no model (model.json and model.onnx)")
        if options.plot and options.standards and not os.path.exists(options.standards):
            raise ObafgkmError(
                f"--standards '{options.standards}': there is no such file or folder. Give another one, or "
                "'' for simulated standards"
            )
    for option, folder in folders.items():
        if folder is not None and (not folder or (os.path.exists(folder) and not os.path.isdir(folder))):
            raise ObafgkmError(f"{option} '{folder}': is not a folder")


def _expanded(files):
    """The files, with those of lists (``@list.txt``) in place of the lists."""
    expanded = []
    for file in files:
        expanded += _listed(file[1:]) if file.startswith("@") else [file]
    if not expanded:
        raise ObafgkmError(f"{', '.join(files)}: no file is listed")
    return expanded


def _listed(path):
    """The lines of a list of files, which may have a byte-order mark, blank lines and comments.

    Names of files are bytes, in any encoding, and may have any character except the end of a line. Windows
    programs write lists in UTF-16, with a byte-order mark.
    """
    try:
        with open(path, "rb") as file:
            content = file.read(_LONGEST_LIST + 1)
    except OSError as error:
        raise ObafgkmError(f"@{path}: the list of files cannot be read ({error.strerror})") from error
    if len(content) > _LONGEST_LIST:
        raise ObafgkmError(f"@{path}: not a list of files: it is longer than {_LONGEST_LIST:,} bytes")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = content.decode("utf-16", "replace").encode()
    lines = content.removeprefix(codecs.BOM_UTF8).split(b"\n")
    names = [line.strip(b" \t\r") for line in lines]
    return [os.fsdecode(name) for name in names if name and not name.startswith(b"#")]


class _Termination(KeyboardInterrupt):
    """An orderly end, as after Ctrl-C, by a signal, whose number is the argument."""


@contextlib.contextmanager
def _signals_as_interruption():
    """Turn SIGTERM, which schedulers send, and SIGHUP, of a closed terminal, into an orderly end."""
    if threading.current_thread() is not threading.main_thread():  # only the main thread may set them
        yield
        return

    def terminate(number, _):
        raise _Termination(number)

    numbers = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.getsignal(number) for number in numbers}
    before = {number: old for number, old in before.items() if old != signal.SIG_IGN}  # as by nohup
    for number in before:
        signal.signal(number, terminate)
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _open_standard_streams():
    """Replace closed standard streams by the null device: other files would get their descriptors.

    Returns
    -------
    bool
        Whether standard output was open.
    """
    has_output = sys.stdout is not None
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 (open for the life of the process)
        if hasattr(getattr(sys, name), "reconfigure"):
            getattr(sys, name).reconfigure(errors="backslashreplace")
    return has_output


def _say(text):
    """Print a line on standard error, unless its reader has gone."""
    with contextlib.suppress(OSError):
        print(shortened(printable(text)), file=sys.stderr, flush=True)


def _is_csv(path):
    return bool(path) and path.endswith(".csv")


def _classify(options):
    from contextlib import ExitStack

    from tqdm import tqdm

    from obafgkm.classify.streaming import stream
    from obafgkm.classify.writing import TableWriter, heading, line

    bad, total, current = 0, 0, None
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings(action="ignore"))  # of FITS about the contents of tables
        writer = None
        if options.output is not None:
            writer = stack.enter_context(TableWriter(options.output, options.files))
            options.kept = writer.part if _is_csv(options.output) else None
        silent = options.quiet or not sys.stderr.isatty()
        bar = stack.enter_context(tqdm(total=len(options.files), unit="file", disable=silent, leave=False))
        rows = stream(
            options.files,
            model=options.model,
            medium=options.medium,
            jobs=options.jobs,
            plot=options.plot,
            standards=options.standards or None,
        )
        is_read = not options.quiet and _printed(heading(), writer)
        for row in rows:
            total += 1
            bar.update(row["file"] != current)
            current = row["file"]
            if writer:
                writer.write(row)
            with tqdm.external_write_mode():
                if row["problem"]:
                    bad += 1
                    _say(f"{row['file']}: {row['problem']}")
                is_read = is_read and _printed(line(row), writer)
            if not (is_read or writer or options.plot or options.quiet):
                break
    if bad:
        _say(f"obafgkm: {bad} of {total} could not be read{' or drawn' if options.plot else ''}")
    return _SOME_BAD if bad else _GOOD


def _read(options):
    from obafgkm.classify.showing import show_files

    bad = 0
    for file, text, problem in show_files(options.files, options.medium, options.output):
        bad += bool(problem)
        if problem:
            _say(f"{file}: {problem}")
        elif not _printed(text, kept=None):
            return _GOOD
    return _SOME_BAD if bad else _GOOD


def _printed(text, kept):
    """Print a line of the table; False if its reader has gone, such as ``head`` after its last line.

    Where standard output fails otherwise, as on a full disk, this is an error unless the rows are kept.
    """
    try:
        print(text, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if not isinstance(error, BrokenPipeError):
            problem = f"standard output cannot be written ({error.strerror})"
            if not kept:
                raise ObafgkmError(problem) from error
            _say(f"obafgkm: {problem}")
        return False
    return True
