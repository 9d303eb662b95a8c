"""What a worker may use of the machine, as the kernel enforces it."""

import contextlib
import math
import os
import signal
import time
from dataclasses import dataclass

try:
    import resource
except ImportError:  # not a system of the Unix kind: there are no limits to be had
    resource = None

__all__ = ["Limits", "Watch"]


@dataclass(frozen=True)
class Limits:
    """Limits of a worker.

    Attributes
    ----------
    cpu : float
        Seconds of computing for any one file.
    cpu_per_byte : float
        Further seconds for each byte of it: an archive may hold thousands of spectra.
    waiting : float
        How many times as long a file may take by the clock.
    memory : int
        Bytes beyond those of a worker that has just started.
    written : int
        Bytes of any one file that a worker writes.
    """

    cpu: float = 60.0
    cpu_per_byte: float = 10e-6
    waiting: float = 10.0
    memory: int = 4 << 30
    written: int = 1 << 30

    def impose(self):
        """Limit this process in memory and in what it writes; no core is left behind."""
        if resource is None:
            return
        with contextlib.suppress(OSError, ValueError):  # some systems know no limit of memory
            _lower(resource.RLIMIT_AS, _address_space() + self.memory)
        _lower(resource.RLIMIT_FSIZE, self.written)
        _lower(resource.RLIMIT_CORE, 0)

    def seconds(self, size):
        """Seconds of computing for a file of `size` bytes."""
        return self.cpu + self.cpu_per_byte * size


class Watch:
    """Watches a worker at its files: says which one is being read, and limits the time that it takes.

    Parameters
    ----------
    limits : Limits
    tell : callable
        Called with the number of a task before each reading, and with None after it.
    """

    def __init__(self, limits, tell):
        self.limits, self._tell, self._at = limits, tell, None

    def over(self, number, items, size=0):
        """The items of an iterator that reads task `number`, a file of `size` bytes."""
        left, items = self.limits.seconds(size), iter(items)
        while True:
            if self._at != number:
                self._at = number
                self._tell(number)
            before = time.process_time()
            _end_after(left, self.limits.waiting * left)
            try:
                item = next(items)
            except StopIteration:
                return
            finally:
                _end_after(None, 0)
                left -= time.process_time() - before
            if left < 0 and resource is not None:
                signal.raise_signal(signal.SIGXCPU)
            yield item

    def call(self, number, function, *arguments, size=0):
        """What a function returns that reads task `number`, a file of `size` bytes."""
        return next(self.over(number, map(function, *([argument] for argument in arguments)), size))

    def rest(self):
        """Say that no file is being read."""
        if self._at is not None:
            self._at = None
            self._tell(None)


def _end_after(cpu, clock):
    """Let the kernel end this process after seconds of computing, or by the clock; with None and 0 not."""
    if resource is None:
        return
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = hard if cpu is None else math.ceil(time.process_time() + cpu) + 1
    soft = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
    signal.setitimer(signal.ITIMER_REAL, clock)


def _lower(kind, value):
    soft, hard = resource.getrlimit(kind)
    for old in (soft, hard):
        value = value if old == resource.RLIM_INFINITY else min(value, old)
    resource.setrlimit(kind, (value, hard))


def _address_space():
    """Bytes of address space that this process has."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
