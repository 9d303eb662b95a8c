"""A process that ends with its parent."""

import ctypes
import os
import signal
import sys
from pathlib import Path

__all__ = ["end_with", "is_orphan"]

_PR_SET_PDEATHSIG = 1


def is_orphan(kind):
    """Whether the parent of this process has ended, and the first process has adopted it: on Linux only.

    Parameters
    ----------
    kind : str
        Part of the command of a true parent, which in a container may be the first process itself.
    """
    try:
        return os.getppid() == 1 and kind.encode() not in Path("/proc/1/cmdline").read_bytes()
    except OSError:
        return False


def end_with(parent):
    """End this process as soon as its parent has ended, however that happens: on Linux only.

    Parameters
    ----------
    parent : int
        Process id of the parent. The signal is sent when the *thread* that started this process ends.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it has ended already
            os._exit(1)
