"""A worker process, which reads units of tasks from standard input and writes answers to standard output.

It ends when its parent does, however that happens: immediately on Linux, where the kernel ensures it, and
elsewhere at the end of its standard input.
"""

import os
import pickle
import queue
import signal
import sys
import threading
import time
import warnings

from obafgkm.barrier.limits import Watch
from obafgkm.barrier.parent import end_with

__all__ = ["main"]

_SPAN = 0.1  # seconds for which answers may be buffered


def main(parent):
    """Work until the standard input ends.

    Parameters
    ----------
    parent : int
        Process id of the parent.
    """
    end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all; the parent ends the workers
    warnings.simplefilter("ignore")
    answers = os.fdopen(os.dup(1), "wb", buffering=1 << 16)
    os.dup2(2, 1)  # keeps the output of libraries apart from the answers
    units = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, units), daemon=True).start()
    is_limited, told = False, 0.0

    def tell(*message, at_once=False):
        nonlocal told
        pickle.dump(message, answers, pickle.HIGHEST_PROTOCOL)
        if at_once or time.monotonic() - told > _SPAN:
            answers.flush()
            told = time.monotonic()

    while True:
        function, tasks, lost, settings, limits, folder = units.get()
        try:
            os.chdir(folder)
            if not is_limited:
                limits.impose()
                is_limited = True
            watch = Watch(limits, lambda number: tell("at", number, at_once=True))
            for number, answer in function(tasks, lost, watch, *settings):
                tell("answer", number, answer)
            tell("done", at_once=True)
        except Exception as error:
            tell("error", _portable(error), at_once=True)


def _listen(commands, units):
    while True:
        try:
            units.put(pickle.load(commands))
        except Exception as error:  # the parent has ended, or something cannot be imported here
            if not isinstance(error, EOFError):
                print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
            os._exit(1)


def _portable(error):
    """The error itself, or its text if it cannot be pickled."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error
