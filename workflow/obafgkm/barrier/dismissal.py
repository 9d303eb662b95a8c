"""End of the idle workers, which `obafgkm.barrier.pool` otherwise keeps for the next files."""

from obafgkm.barrier import pool

__all__ = ["dismiss"]


def dismiss():
    """End the idle workers of this thread.

    Their CPU time and memory then count as those of this process's children (`resource.getrusage`).
    """
    idle = pool._idle()
    while idle:
        idle.pop().end()
