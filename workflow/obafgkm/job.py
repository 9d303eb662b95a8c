"""What binds a script to its Snakemake job: the log file, and errors as one sentence."""

import contextlib
import os
import sys
import traceback

from obafgkm.errors import ObafgkmError

__all__ = ["job"]


@contextlib.contextmanager
def job(snakemake, show_progress=False):
    """Run the body of a script as its Snakemake job.

    Everything that the body and the libraries under it print goes to the job's log. An error that the user
    can act on is printed as one sentence on the terminal; its traceback goes to the log.

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
            yield
        except ObafgkmError as error:
            traceback.print_exc(file=log)
            os.write(terminal, f"\n{snakemake.rule}: {error}\n\n".encode())
            sys.exit(1)
