"""Pool of workers that process units of tasks; results are returned in the order of the units."""

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

__all__ = ["dismiss", "run"]

_WAITING = 1000  # maximum number of queued answers; workers pause when the queue is full
_AHEAD = 2  # units per worker that may be running or queued
_BOOT = """\
import pickle, sys
sys.path[:], parent = pickle.load(sys.stdin.buffer)
from obafgkm.barrier.worker import main
main(parent)
"""


def run(function, units, settings=(), processes=1, limits=None):
    """Process units of tasks in workers.

    Parameters
    ----------
    function : callable
        ``function(tasks, lost, watch, *settings)``, which yields (number of the task, answer), any number of
        answers per task. It reads task `number` through ``watch.over(number, items, size)``, which iterates
        over the items read, and calls ``watch.rest()`` before any other lengthy work. Tasks in `lost` (number
        to reason) have ended a worker before: for these it yields the reason. The same tasks must give the
        same answers in the same order. The function, tasks, settings and answers must be picklable.
    units : iterable of lists
        Tasks that a worker processes together.
    settings : tuple
        Further arguments of the function.
    processes : int
        Maximum number of workers.
    limits : Limits, optional

    Yields
    ------
    answer

    Raises
    ------
    Exception
        Any exception raised by the function.
    ObafgkmError
        If workers end while they are not reading a file.
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
                    worker.unit.begin_again(worker.at, worker.reason(), worker.was_late())
                    waiting.appendleft(worker.unit)
            else:
                worker.hear(*message)
    finally:
        ended = [worker for worker in workers if not worker.is_kept()]
        for worker in ended:
            worker.end()
        while any(worker.listener.is_alive() for worker in ended):  # it may be blocked by a full queue
            with contextlib.suppress(queue.Empty):
                sink.get(timeout=0.01)


def dismiss():
    """End the idle workers of this thread, which are otherwise kept for the next call.

    Their CPU time and memory then count as those of this process's children (`resource.getrusage`).
    """
    while idle := _idle():
        idle.pop().end()


class _Unit:
    """A unit of tasks and its answers so far."""

    def __init__(self, tasks):
        self.tasks, self.lost, self.answers, self.done = tasks, {}, deque(), False
        self._answered, self._known, self._accidents, self._late = Counter(), Counter(), 0, set()

    def begin_again(self, number, reason, was_late=False):
        """Restart the unit after its worker ended while reading task `number`, or no task (None).

        A task that was late once is begun again: the machine or the process may have been suspended.
        """
        self._known = self._answered.copy()
        if number is None:
            self._accidents += 1
            if self._accidents > 1:
                raise ObafgkmError(f"a worker ended twice on the same files ({reason}): try --jobs 1")
        elif was_late and number not in self._late:
            self._late.add(number)
        else:
            self.lost[number] = reason
            del self._known[number]

    def answer(self, number, answer):
        if self._known[number] > 0:  # already given by the worker that ended
            self._known[number] -= 1
            return
        self._answered[number] += 1
        self.answers.append(answer)


class _Worker:
    """A process and the thread that receives its answers."""

    def __init__(self):
        self.process = subprocess.Popen(
            # Nothing is imported from the current folder, and Ctrl-C is left to the parent.
            [sys.executable, "-P", "-c", _BOOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,
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

    def was_late(self):
        """Whether the worker ended because the wall-clock time of a file was over."""
        code = self.process.wait()
        return code < 0 and signal.Signals(-code).name == "SIGALRM"

    def reason(self):
        """Why the worker ended, as reported for the file that it was reading."""
        code, limits = self.process.wait(), self._limits
        name = signal.Signals(-code).name if code < 0 else f"exit status {code}"
        if name == "SIGXCPU":
            return f"reading it takes too long: stopped after at least {limits.cpu:g} s of CPU time"
        if name == "SIGALRM":
            return f"reading it takes too long: no answer within {limits.cpu * limits.waiting:g} s or more"
        if name == "SIGKILL":
            return "the process that read it was killed, possibly for lack of memory"
        return f"the process that read it ended ({name}): the file may be damaged"

    def is_kept(self):
        """Keep the worker for the next call in this thread if it is idle."""
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
        with contextlib.suppress(OSError):  # it has ended, which its listener will report
            self.process.stdin.write(content)
            self.process.stdin.flush()

    def _listen(self):
        with self.process.stdout as answers:
            while True:
                try:
                    message = pickle.load(answers)
                except Exception:  # the worker ended, possibly within an answer
                    message = None
                self.has_ended = message is None
                if self.sink is not None:
                    self.sink.put((self, message))
                if message is None:
                    return


def _free(workers, processes, sink):
    """An idle worker, or None."""
    for worker in workers:
        if worker.unit is None:
            return worker
    if len(workers) >= processes:
        return None
    worker = _idle().pop() if _idle() else _Worker()
    worker.sink = sink
    if worker.has_ended or worker.owner != os.getpid():  # while idle, or belongs to the parent of a fork
        return _free(workers, processes, sink)
    workers.add(worker)
    return worker


_ALL = weakref.WeakSet()
# One list per thread, because the kernel ends a worker together with the thread that started it.
_OF_THREAD = threading.local()


def _idle():
    return vars(_OF_THREAD).setdefault("idle", [])


@atexit.register
def _end_all():
    for worker in list(_ALL):
        if worker.owner == os.getpid():
            worker.end()
