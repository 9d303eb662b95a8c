"""Runs a script as a Snakemake job: log file, and errors reported as one sentence."""

import contextlib
import errno
import hashlib
import json
import os
import sys
import traceback

from obafgkm.barrier.parent import end_with, is_orphan
from obafgkm.errors import DamagedFileError, ObafgkmError
from obafgkm.workflow.intermediates import check, checksums, seal

__all__ = ["foundation", "job"]

_FULL = (errno.ENOSPC, errno.EDQUOT)
_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)


@contextlib.contextmanager
def job(snakemake, show_progress=False):
    """Run the body of a script as its Snakemake job.

    All output of the body and its libraries goes to the job's log. An error that the user can act on is
    printed as one sentence on the terminal; its traceback goes to the log. An intermediate file whose
    checksum shows damage is set aside, so that the next run recreates it. A job ends with the Snakemake that
    started it: left alone, it could write its results over those of a later run.

    Parameters
    ----------
    snakemake : snakemake.script.Snakemake
        The job, as passed to a script by Snakemake.
    show_progress : bool
        Keep standard error on the terminal, for jobs with a progress bar.
    """
    if ".snakemake" in sys.argv[0] and is_orphan("snakemake"):  # its Snakemake ended during the imports
        sys.exit(f"{snakemake.rule}: its Snakemake has ended")
    end_with(os.getppid())
    terminal = os.dup(2)
    with open(snakemake.log[0], "w") as log:
        os.dup2(log.fileno(), 1)
        if not show_progress:
            os.dup2(log.fileno(), 2)
        try:
            check(snakemake.input)
            yield
            seal(snakemake.output)
        except (ObafgkmError, OSError) as error:
            if isinstance(error, OSError) and error.errno not in (*_FULL, *_FORBIDDEN):
                raise
            traceback.print_exc(file=log)
            os.write(terminal, f"\n{snakemake.rule}: {_sentence(error, snakemake.input)}\n\n".encode())
            sys.exit(1)


def foundation(snakemake, *adding):
    """Digest of all that the results of a job rest on: its code, its parameters and its inputs.

    Work that an interrupted job has finished may be used again only on the same foundation.

    Parameters
    ----------
    snakemake : snakemake.script.Snakemake
    *adding : str
        Names of parameters that say which results there are, and not what they are.

    Returns
    -------
    str
    """
    params = {key: value for key, value in snakemake.params.items() if key not in adding}
    said = json.dumps([params, checksums(snakemake.input)], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _sentence(error, made):
    """Message to the user on an error; `made` are files that the workflow can recreate."""
    if isinstance(error, OSError) and error.errno in _FORBIDDEN:
        return f"{error}: see to the permissions of this file or its folder, and run again"
    if isinstance(error, OSError):
        return f"{error}: free some space for {os.getcwd()} and run again; what has finished stays"
    if isinstance(error, DamagedFileError) and str(error.path) in map(str, made):
        aside = f"{error.path}.damaged"
        with contextlib.suppress(FileNotFoundError):  # another job that reads it was faster
            os.replace(error.path, aside)
        return f"{error}; it is now {aside}: run again, and it will be recreated"
    return str(error)
