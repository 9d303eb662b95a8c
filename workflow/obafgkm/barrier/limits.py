"""Resource limits of a worker, enforced by the kernel."""

import contextlib
import math
import os
import signal
import time
from dataclasses import dataclass

try:
    import resource
except ImportError:  # not a Unix system: no limits are available
    resource = None

__all__ = ["Limits", "Watch"]

_LARGEST = 1 << 36  # bytes that add to the time: a sparse file may claim more than a clock can hold


@dataclass(frozen=True)
class Limits:
    """Limits of a worker.

    Attributes
    ----------
    cpu : float
        CPU seconds per file.
    cpu_per_byte : float
        Additional CPU seconds per byte of the file: an archive may hold thousands of spectra.
    waiting : float
        Wall-clock time allowed per file, as a multiple of the CPU time allowed.
    memory : int
        Bytes in addition to those of a newly started worker.
    written : int
        Maximum size in bytes of any file that a worker writes.
    """

    cpu: float = 60.0
    cpu_per_byte: float = 10e-6
    waiting: float = 10.0
    memory: int = 4 << 30
    written: int = 1 << 30

    def impose(self):
        """Limit the memory of this process and the files it writes, and disable core dumps."""
        if resource is None:
            return
        with contextlib.suppress(OSError, ValueError):  # some systems have no memory limit
            _lower(resource.RLIMIT_AS, _address_space() + self.memory)
        _lower(resource.RLIMIT_FSIZE, self.written)
        _lower(resource.RLIMIT_CORE, 0)

    def seconds(self, size):
        """CPU seconds allowed for a file of `size` bytes, of which 64 GiB at most count."""
        return self.cpu + self.cpu_per_byte * min(size, _LARGEST)


class Watch:
    """Monitor of a worker: reports which file it is reading, and limits the time spent on it.

    Parameters
    ----------
    limits : Limits
    tell : callable
        Called with the number of a task before each reading, and with None after it.
    """

    def __init__(self, limits, tell):
        self.limits, self._tell, self._at = limits, tell, None

    def over(self, number, items, size=0):
        """Yield the items of an iterator that reads task `number`, a file of `size` bytes."""
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
        """Call a function that reads task `number`, a file of `size` bytes, and return its result."""
        return next(self.over(number, map(function, *([argument] for argument in arguments)), size))

    def rest(self):
        """Report that no file is being read."""
        if self._at is not None:
            self._at = None
            self._tell(None)


def _end_after(cpu, clock):
    """Have the kernel end this process after CPU or wall-clock seconds; None and 0 lift these limits."""
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
    """Bytes of address space of this process."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
