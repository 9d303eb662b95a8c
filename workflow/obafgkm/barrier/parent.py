"""A process that ends with its parent."""

import ctypes
import os
import signal
import sys

__all__ = ["end_with"]

_PR_SET_PDEATHSIG = 1


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
