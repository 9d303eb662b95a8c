"""What binds a script to its Snakemake job: the log file, and errors as one sentence."""

import contextlib
import errno
import os
import sys
import traceback

from obafgkm.errors import DamagedFileError, ObafgkmError
from obafgkm.workflow.intermediates import check, seal

__all__ = ["job"]

_FULL = (errno.ENOSPC, errno.EDQUOT)


@contextlib.contextmanager
def job(snakemake, show_progress=False):
    """Run the body of a script as its Snakemake job.

    Everything that the body and the libraries under it print goes to the job's log. An error that the user
    can act on is printed as one sentence on the terminal; its traceback goes to the log. A damaged file that
    the workflow made, which its checksum tells, is set aside, so that the next run makes it anew.

    Parameters
    ----------
    snakemake : snakemake.script.Snakemake
        The job, as Snakemake hands it to a script.
    show_progress : bool
        Leave the standard error on the terminal, for jobs with a progress bar.
    """
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
            if isinstance(error, OSError) and error.errno not in _FULL:
                raise
            traceback.print_exc(file=log)
            os.write(terminal, f"\n{snakemake.rule}: {_sentence(error, snakemake.input)}\n\n".encode())
            sys.exit(1)


def _sentence(error, made):
    """What the user should know of an error; `made` are files that the workflow can make anew."""
    if isinstance(error, OSError):
        return f"{error}: free some space for {os.getcwd()} and run again; what has finished stays"
    if isinstance(error, DamagedFileError) and str(error.path) in map(str, made):
        aside = f"{error.path}.damaged"
        with contextlib.suppress(FileNotFoundError):  # another job, which reads it too, was faster
            os.replace(error.path, aside)
        return f"{error}; it is now {aside}: run again, and it will be made anew"
    return str(error)
