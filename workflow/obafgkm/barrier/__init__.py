"""Isolation of this process from untrusted files, which are read in worker processes with limits.

A file on which the reader hangs, exhausts the memory or crashes loses only its own results, not those of its
neighbours. Workers are reused.

`multiprocessing` and `concurrent.futures` do not suffice: a worker that dies takes all tasks with it, results
arrive only when a task is complete, and every worker imports the caller's main module again. Neither does
`pebble` (5.2): it limits only wall-clock time, a worker that dies loses all files of its task without naming
the one to blame, results arrive when a task is complete, and a busy worker outlives a parent that is killed.
"""

from obafgkm.barrier.limits import Limits
from obafgkm.barrier.pool import run

__all__ = ["Limits", "run"]
