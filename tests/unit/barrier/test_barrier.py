"""The barrier: whatever a file does to its reader costs that file, and nothing outlives its parent."""

import os
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import ROOT

from obafgkm.barrier import Limits, run
from obafgkm.barrier.pool import dismiss
from obafgkm.errors import ArchiveFileError, ObafgkmError

TIGHT = Limits(cpu=0.5, cpu_per_byte=0, waiting=100, memory=500 << 20, written=1 << 20)


@pytest.fixture(autouse=True)
def in_time():
    """An endless loop is a failure, and not the end of the tests."""

    def give_up(*_):
        raise TimeoutError("the barrier itself does not come to an end")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(120)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def test_the_time_allowed_for_the_largest_file_fits_into_a_clock():
    assert Limits().seconds(1 << 62) * Limits().waiting < 2**31


def readings(what):
    """What a reader does with a file that says `what`."""
    if len(what) > 1:
        time.sleep(0.15)  # so that the first answer does not wait for the second
    yield f"{what} 1"
    if what == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if what == "ends":
        os._exit(3)
    if what == "computes":
        while True:
            pass
    if what == "sleeps":
        time.sleep(600)
    if what == "suspended" and not Path("resumed").exists():
        Path("resumed").touch()
        time.sleep(600)
    if what == "endless":
        while True:
            yield "endless"
    if what == "huge":
        yield len(bytes(1 << 30))
    if what == "writes":
        with open("large", "wb") as file:
            file.write(bytes(1 << 21))
    yield f"{what} 2"


def read(tasks, lost, watch):
    for number, task in enumerate(tasks):
        if number in lost:
            yield number, lost[number]
            continue
        try:
            for item in watch.over(number, readings(task)):
                if item != "endless":
                    yield number, item
        except (MemoryError, OSError) as error:
            yield number, type(error).__name__


def whole(*names):
    return [f"{name} {number}" for name in names for number in (1, 2)]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("killed", "the process that read it was killed, possibly for lack of memory"),
        ("ends", "the process that read it ended (exit status 3): the file may be damaged"),
        ("computes", "reading it takes too long: stopped after at least 0.5 s of CPU time"),
        ("endless", "reading it takes too long: stopped after at least 0.5 s of CPU time"),
        ("sleeps", "reading it takes too long: no answer within 2 s or more"),
        ("huge", "MemoryError"),
        ("writes", "OSError"),
    ],
)
@pytest.mark.parametrize("processes", [1, 2])
def test_what_a_file_does_to_its_reader_costs_that_file_only(tmp_path, monkeypatch, bad, reason, processes):
    monkeypatch.chdir(tmp_path)
    units = [["a", "b"], ["c", bad, "d"], ["e"]]
    limits = replace(TIGHT, waiting=4) if bad == "sleeps" else TIGHT
    answers = list(run(read, units, processes=processes, limits=limits))
    assert answers == [*whole("a", "b", "c"), f"{bad} 1", reason, *whole("d", "e")]


@pytest.mark.parametrize("processes", [1, 2])
def test_a_file_whose_reader_was_suspended_is_read_again(tmp_path, monkeypatch, processes):
    monkeypatch.chdir(tmp_path)
    answers = list(
        run(read, [["a", "suspended", "b"]], processes=processes, limits=replace(TIGHT, waiting=4))
    )
    assert answers == whole("a", "suspended", "b")


@pytest.mark.parametrize("module", ["pickle", "struct", "copyreg"])
def test_nothing_is_imported_from_the_current_folder(tmp_path, monkeypatch, module):
    (tmp_path / f"{module}.py").write_text("raise SystemExit('a file of the user')")
    monkeypatch.chdir(tmp_path)
    dismiss()
    assert list(run(read, [["a"]], limits=TIGHT)) == whole("a")


def test_several_bad_files_of_a_unit_cost_a_row_each():
    answers = list(run(read, [["ends", "a", "killed", "b", "ends"]], limits=TIGHT))
    assert [answer for answer in answers if "process" not in answer] == [
        "ends 1",
        *whole("a"),
        "killed 1",
        *whole("b"),
        "ends 1",
    ]
    assert sum("process" in answer for answer in answers) == 3


def number_of_worker(tasks, lost, watch):
    for number, _ in enumerate(tasks):
        yield number, os.getpid()


def test_workers_are_reused_and_no_more_than_asked_for():
    first = set(run(number_of_worker, [[1]] * 50, processes=2))
    second = set(run(number_of_worker, [[1]] * 50, processes=2))
    assert len(first | second) <= 2
    assert os.getpid() not in first


def test_a_worker_that_died_in_its_sleep_is_not_asked():
    (number,) = run(number_of_worker, [[1]])
    os.kill(number, signal.SIGKILL)
    (other,) = run(number_of_worker, [[1]])
    assert other != number


def fail(tasks, lost, watch):
    yield 0, "one"
    raise ArchiveFileError("model.onnx", "no model")


def test_an_error_of_the_work_itself_is_raised():
    answers = run(fail, [[1], [2]])
    assert next(answers) == "one"
    with pytest.raises(ArchiveFileError, match=r"model\.onnx: no model"):
        next(answers)


def die(tasks, lost, watch):
    os._exit(1)
    yield


def test_a_worker_that_ends_at_no_file_is_an_error_and_no_endless_loop():
    with pytest.raises(ObafgkmError, match="ended twice"):
        list(run(die, [[1]]))


def die_once_between(tasks, lost, watch):
    """Read the first file, and end before the second if that never happened before."""
    folder = Path(tasks[0])
    yield 0, "read"
    if not (folder / "happened").exists():
        (folder / "happened").touch()
        os._exit(1)
    yield 1, "read"


def test_a_single_accident_between_files_costs_none_of_them(tmp_path):
    assert list(run(die_once_between, [[str(tmp_path), "next"]])) == ["read", "read"]
    assert (tmp_path / "happened").exists()


def count(tasks, lost, watch):
    for i in range(10_000_000):
        yield 0, i


def test_workers_wait_for_those_who_take_their_answers():
    answers = run(count, [["x"]])
    assert [next(answers) for _ in range(3)] == [0, 1, 2]
    time.sleep(0.5)
    begun = time.process_time()
    time.sleep(0.5)
    assert time.process_time() - begun < 0.2  # a full queue takes no time, and no memory
    answers.close()


PARENT = """
import sys
from obafgkm.barrier import run
from test_barrier import wait
if __name__ == "__main__":
    for number in run(wait, [[0], [1]], processes=2):
        print(number, flush=True)
"""


def wait(tasks, lost, watch):
    yield 0, os.getpid()
    time.sleep(0.3)  # so that the answer is on its way
    for _ in watch.over(0, iter(lambda: re.fullmatch("(a+)+", "a" * 60 + "b"), 1)):  # no other thread runs
        pass


def is_running(number):
    try:
        with open(f"/proc/{number}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def as_from_a_terminal():
    """Undo what a shell in the background, or nohup, has told its children to ignore."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel ends workers with their parent on Linux")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL, signal.SIGHUP])
def test_no_worker_outlives_its_parent(end):
    paths = os.pathsep.join([str(ROOT / "workflow"), str(ROOT / "tests/unit/barrier"), str(ROOT / "tests")])
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        env={**os.environ, "PYTHONPATH": paths},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        preexec_fn=as_from_a_terminal,
    )
    number = int(parent.stdout.readline())
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(parent.pid)], capture_output=True, text=True)
    workers = {number, *map(int, children.stdout.split())}
    assert all(map(is_running, workers))
    parent.send_signal(end)
    parent.wait(timeout=10)
    deadline = time.monotonic() + 2
    while any(map(is_running, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_running, workers))
