"""Workers, and the units of tasks that they take; answers come in the order of the units."""

import atexit
import contextlib
import itertools
import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
import weakref
from collections import Counter, deque

from obafgkm.barrier.limits import Limits
from obafgkm.errors import ObafgkmError

__all__ = ["run"]

_WAITING = 1000  # answers that may wait; workers pause when nobody takes theirs
_AHEAD = 2  # units per worker that may be under way or wait for their turn
_BOOT = """\
import pickle, sys
sys.path[:], parent = pickle.load(sys.stdin.buffer)
from obafgkm.barrier.worker import main
main(parent)
"""


def run(function, units, settings=(), processes=1, limits=None):
    """Let workers do units of tasks.

    Parameters
    ----------
    function : callable
        ``function(tasks, lost, watch, *settings)``, which yields (number of the task, answer), any number of
        answers of a task. It reads task `number` as ``watch.over(number, items, size)``, an iterator over
        what it reads, and calls ``watch.rest()`` before it does anything else for long. Tasks in `lost`
        (number to reason) ended a worker before: of them it tells the reason. The same tasks must give the
        same answers in the same order. Like tasks, settings and answers it passes from process to process.
    units : iterable of lists
        Tasks that a worker takes at a time.
    settings : tuple
        Further arguments of the function.
    processes : int
        Workers at most.
    limits : Limits, optional

    Yields
    ------
    answer

    Raises
    ------
    Exception
        What the function raises.
    ObafgkmError
        If workers end while they read no file.
    """
    limits, sink = limits or Limits(), queue.Queue(_WAITING)
    numbered, under_way, waiting, workers, current = enumerate(map(list, units)), {}, deque(), set(), 0
    try:
        while True:
            for number, tasks in itertools.islice(numbered, processes * _AHEAD - len(under_way)):
                under_way[number] = _Unit(tasks)
                waiting.append(under_way[number])
            while waiting and (worker := _free(workers, processes, sink)):
                worker.take(waiting.popleft(), function, settings, limits)
            if current not in under_way:
                return
            unit = under_way[current]
            while unit.answers:
                yield unit.answers.popleft()
            if unit.done:
                del under_way[current]
                current += 1
                continue
            worker, message = sink.get()
            if message is None:
                workers.discard(worker)
                if worker.unit is not None:
                    worker.unit.begin_again(worker.at, worker.reason())
                    waiting.appendleft(worker.unit)
            else:
                worker.hear(*message)
    finally:
        ended = [worker for worker in workers if not worker.is_kept()]
        for worker in ended:
            worker.end()
        while any(worker.listener.is_alive() for worker in ended):  # maybe in front of a full queue
            with contextlib.suppress(queue.Empty):
                sink.get(timeout=0.01)


class _Unit:
    """A unit of tasks, and what has been answered so far."""

    def __init__(self, tasks):
        self.tasks, self.lost, self.answers, self.done = tasks, {}, deque(), False
        self._answered, self._known, self._accidents = Counter(), Counter(), 0

    def begin_again(self, number, reason):
        """Its worker ended while it read task `number`, or none."""
        if number is None:
            self._accidents += 1
            if self._accidents > 1:
                raise ObafgkmError(f"a worker ended twice at the same work ({reason}): try --jobs 1")
        else:
            self.lost[number] = reason
        self._known = self._answered - Counter({number: self._answered[number]})

    def answer(self, number, answer):
        if self._known[number] > 0:  # told by the worker that ended
            self._known[number] -= 1
            return
        self._answered[number] += 1
        self.answers.append(answer)


class _Worker:
    """A process, and a thread that listens to it."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-c", _BOOT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.owner, self.unit, self.at, self.sink, self._limits = os.getpid(), None, None, None, None
        self.has_ended = False
        self._send((sys.path, os.getpid()))
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()
        _ALL.add(self)

    def take(self, unit, function, settings, limits):
        self.unit, self.at, self._limits = unit, None, limits
        self._send((function, unit.tasks, unit.lost, settings, limits, os.getcwd()))

    def hear(self, kind, *content):
        if kind == "at":
            (self.at,) = content
        elif kind == "answer":
            self.unit.answer(*content)
        elif kind == "done":
            self.unit.done, self.unit = True, None
        else:
            self.unit = None
            raise content[0]

    def reason(self):
        """Why it ended, as told of the file that it was reading."""
        code, limits = self.process.wait(), self._limits
        name = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        if name == "SIGXCPU":
            return f"reading it takes too long: given up after {limits.cpu:g} s or more of computing"
        if name == "SIGALRM":
            return f"reading it takes too long: no answer in {limits.cpu * limits.waiting:g} s or more"
        if name == "SIGKILL":
            return "the process that read it was killed, maybe for want of memory"
        return f"the process that read it ended ({name}): the file may be damaged"

    def is_kept(self):
        """Keep it for the next call in this thread, if it has nothing to do."""
        if self.unit is None and not self.has_ended:
            self.sink = None
            _idle().append(self)
            return True
        return False

    def end(self):
        self.process.kill()
        self.process.wait()
        with contextlib.suppress(OSError):
            self.process.stdin.close()

    def _send(self, message):
        content = pickle.dumps(message, pickle.HIGHEST_PROTOCOL)
        with contextlib.suppress(OSError):  # it has ended, as its listener says
            self.process.stdin.write(content)
            self.process.stdin.flush()

    def _listen(self):
        with self.process.stdout as answers:
            while True:
                try:
                    message = pickle.load(answers)
                except Exception:  # its end, maybe within an answer
                    message = None
                self.has_ended = message is None
                if self.sink is not None:
                    self.sink.put((self, message))
                if message is None:
                    return


def _free(workers, processes, sink):
    """A worker that has nothing to do, or None."""
    for worker in workers:
        if worker.unit is None:
            return worker
    if len(workers) >= processes:
        return None
    worker = _idle().pop() if _idle() else _Worker()
    worker.sink = sink
    if worker.has_ended or worker.owner != os.getpid():  # in its sleep, or it is that of a forked process
        return _free(workers, processes, sink)
    workers.add(worker)
    return worker


_ALL = weakref.WeakSet()
# Of each thread its own, because the kernel ends a worker with the thread that started it.
_OF_THREAD = threading.local()


def _idle():
    return vars(_OF_THREAD).setdefault("idle", [])


@atexit.register
def _end_all():
    for worker in list(_ALL):
        if worker.owner == os.getpid():
            worker.end()
