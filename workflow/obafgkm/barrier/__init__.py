"""A barrier between this process and the files that strangers wrote: they are read in workers with limits.

A file that a reader cannot cope with, be it that the reader takes for ever, takes all memory or ends its
process, costs what is told of that file, and nothing that is told of its neighbours. Workers are reused.

`multiprocessing` and `concurrent.futures` are not enough: there, a worker that ends takes all tasks with it,
answers come only when a task is done, and the caller's main module is imported once more in every worker.
Nor is `pebble` (5.2): it limits time by the clock only, a worker that ends costs all files of its task and
names none, answers come when a task is done, and a busy worker outlives a parent that is killed.
"""

from obafgkm.barrier.limits import Limits
from obafgkm.barrier.pool import run

__all__ = ["Limits", "run"]
