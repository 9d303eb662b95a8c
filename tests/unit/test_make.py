"""What the one command hands to Snakemake."""

import importlib.util
import os
import re
import runpy
import signal
import subprocess
import sys
from pathlib import Path

import pytest

MAKE = Path(__file__).parents[2] / "make.py"


@pytest.fixture
def run(monkeypatch):
    """Arguments of the command that ``make.py run`` would execute."""
    names = runpy.run_path(str(MAKE))
    called = []
    monkeypatch.setitem(names["main"].__globals__, "set_up", lambda: None)
    monkeypatch.setitem(names["main"].__globals__, "call", lambda *command, **_: called.extend(command[1:]))

    def arguments(*rest):
        called.clear()
        names["main"](["run", *rest])
        return called

    return arguments


def test_values_of_the_configuration_may_follow(run):
    assert run("--config", "seed=7", "--configfile", "config/mirror.yaml")[:2] == ["--config", "seed=7"]


def test_memory_is_limited_here_and_swallows_no_target(run):
    file = "config/mirror.yaml"
    assert run("sharma")[:2] == ["sharma", "--resources"]
    assert run("--configfile", file)[:2] == ["--configfile", file]
    given = run("--configfile", file, "--", "sharma")
    assert (given[:3], given[-2:]) == (["--configfile", file, "--resources"], ["--", "sharma"])


@pytest.mark.parametrize("name", ["nowhere.yaml", "config"])
def test_a_configuration_that_cannot_be_read_is_named(run, name):
    with pytest.raises(SystemExit, match=f"{name}: the configuration cannot be read"):
        run("--configfile", name)


@pytest.mark.parametrize("option", ["--directory={}", "-d{}"])
def test_a_folder_in_which_no_run_could_write_is_refused(run, tmp_path, option):
    (tmp_path / "file").write_text("")
    for place in ("file", "file/below"):
        with pytest.raises(SystemExit, match=f"--directory {tmp_path / place}: not a folder in which"):
            run(option.format(tmp_path / place))
    assert run(option.format(tmp_path / "new"))[0] == option.format(tmp_path / "new")


def test_a_repository_that_was_moved_is_set_up_again(tmp_path, monkeypatch):
    names = runpy.run_path(str(MAKE))
    made = []
    monkeypatch.setitem(names["set_up"].__globals__, "uv", lambda *arguments, **_: made.append(arguments[0]))
    for folder in ("old", "new"):
        venv = tmp_path / folder
        monkeypatch.setitem(names["set_up"].__globals__, "VENV", venv)
        if folder == "new":
            (tmp_path / "old").rename(venv)
        venv.mkdir(exist_ok=True)
        made.clear()
        names["set_up"]()
        assert made[0] == "venv"
        made.clear()
        names["set_up"]()
        assert not made


def test_a_cache_that_is_a_link_into_nowhere_is_not_used(tmp_path, monkeypatch):
    """As on a node without the disk to which the home directory of the cluster points."""
    names = runpy.run_path(str(MAKE))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert names["homes"]() == {}
    (tmp_path / ".cache").symlink_to(tmp_path / "scratch" / "cache")
    assert names["homes"]()["XDG_CACHE_HOME"]


def test_a_cache_of_snakemake_that_cannot_be_written_is_not_used(tmp_path, monkeypatch):
    names = runpy.run_path(str(MAKE))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "MPLCONFIGDIR", "KERAS_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert names["homes"]() == {}
    monkeypatch.setitem(names["homes"].__globals__, "is_writable", lambda path: path.name != "snakemake")
    assert Path(names["homes"]()["XDG_CACHE_HOME"]).is_relative_to(MAKE.parent / ".cache")


def test_folders_of_which_none_can_be_written_are_named(tmp_path, monkeypatch):
    names = runpy.run_path(str(MAKE))
    monkeypatch.setitem(names["homes"].__globals__, "is_writable", lambda path: False)
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(SystemExit, match=f"neither {tmp_path} nor .* can be written: set HOME"):
        names["homes"]()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_waits_for_the_command_to_end_in_its_own_time(number):
    ending = (
        "import signal, sys, time\n"
        "end = lambda *_: (time.sleep(1), print('unlocked', flush=True), sys.exit(3))\n"
        "signal.signal(signal.SIGINT, end), signal.signal(signal.SIGTERM, end)\n"
        "print('begun', flush=True)\n"
        "time.sleep(60)\n"
    )
    script = f"import runpy, sys; runpy.run_path({str(MAKE)!r})['call'](sys.executable, '-c', {ending!r})"
    process = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    assert process.stdout.readline() == "begun\n"
    # Ctrl-C is sent to all of the terminal, SIGTERM to one process.
    (os.killpg if number == signal.SIGINT else os.kill)(process.pid, number)
    output, errors = process.communicate(timeout=30)
    assert (output, process.returncode) == ("unlocked\n", 3)
    assert "Traceback" not in errors


def test_a_queue_that_does_not_answer_stops_only_what_ran_in_it(tmp_path, monkeypatch):
    squeue = tmp_path / "bin/squeue"
    squeue.parent.mkdir()
    squeue.write_text("#!/bin/sh\nexit 1\n")
    squeue.chmod(0o755)
    monkeypatch.setenv("PATH", f"{squeue.parent}{os.pathsep}{os.environ['PATH']}")
    orphans = runpy.run_path(str(MAKE))["orphans"]
    assert orphans(tmp_path) == []
    (tmp_path / ".snakemake/slurm_logs").mkdir(parents=True)
    with pytest.raises(SystemExit, match="squeue fails, so that jobs of"):
        orphans(tmp_path)


def test_an_unknown_task_is_refused_without_docstrings_too():
    for options in ([], ["-OO"]):
        done = subprocess.run([sys.executable, *options, MAKE, "nonsense"], capture_output=True, text=True)
        assert done.returncode == 1
        assert "make.py" in done.stderr


@pytest.mark.parametrize(("encoding", "first"), [("latin-1", 9), ("utf-16", 0), ("utf-8-sig", None)])
def test_a_configuration_in_another_encoding_is_named(run, tmp_path, encoding, first):
    file = tmp_path / "mine.yaml"
    file.write_text("seed: 7 #é\n", encoding)
    if first is None:
        assert run("--configfile", str(file))[1] == str(file)
        return
    with pytest.raises(SystemExit, match=f"{file}: byte {first} is not UTF-8: save it again"):
        run("--configfiles", "config/config.yaml", str(file))


@pytest.mark.parametrize("given", ["--profile", "--workflow-profile", "--executor", "--resources"])
def test_what_the_user_says_of_resources_stands(run, given):
    assert run("sharma", f"{given}=x") == ["sharma", f"{given}=x"]


def test_the_environments_are_those_of_the_pins():
    names = runpy.run_path(str(MAKE))
    for name, text in names["environments"]().items():
        assert (MAKE.parent / "envs" / name).read_text() == text


@pytest.fixture
def make(monkeypatch):
    """Names of ``make.py``; what it would call is only noted, in ``calls``."""
    names = runpy.run_path(str(MAKE))
    names["calls"] = []
    called = names["calls"]
    monkeypatch.setitem(names["main"].__globals__, "call", lambda *command, **_: called.append(command))
    return names


@pytest.mark.parametrize("folder", ["a;b", "$HOME", "a:b", "a(1)", "a&b", "a{b}", "a\tb"])
def test_a_path_with_which_no_job_could_run_is_refused(make, folder):
    with pytest.raises(SystemExit, match=f"{re.escape(folder)}/obafgkm: the path holds"):
        make["plain"](Path("/home/me") / folder / "obafgkm")


@pytest.mark.parametrize("folder", ["obafgkm", "Müller_2", "a-b.c", "v1+x@y=z"])
def test_other_paths_are_taken_as_they_are(make, folder):
    assert make["plain"](Path("/home/me") / folder) == Path("/home/me") / folder


@pytest.mark.parametrize("folder", ["My Documents", "it's mine"])
def test_a_blank_is_gone_round_by_a_link(make, monkeypatch, tmp_path, folder):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / folder / "obafgkm"
    root.mkdir(parents=True)
    for _ in range(2):
        link = make["plain"](root)
        assert " " not in str(link)
        assert link.resolve() == root
    assert make["plain"](tmp_path / folder) != link
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / folder))
    with pytest.raises(SystemExit, match="obafgkm: the path holds"):
        make["plain"](root)


@pytest.fixture
def read_only(monkeypatch, tmp_path):
    """A folder that cannot be written, also where the tests run as root."""
    folder = tmp_path / "read_only"
    folder.mkdir(mode=0o555)
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: folder != Path(path) and access(path, mode))
    return folder


def test_the_home_directory_is_used_where_it_can_be(make, monkeypatch, tmp_path):
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert make["homes"]() == {}


@pytest.mark.parametrize("missing", [False, True])
def test_nothing_goes_to_a_home_directory_that_cannot_be_written(make, monkeypatch, read_only, missing):
    monkeypatch.setenv("HOME", str(read_only / "gone" if missing else read_only))
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "MPLCONFIGDIR", "KERAS_HOME"):
        monkeypatch.delenv(name, raising=False)
        assert Path(make["environment"]()[name]).is_relative_to(MAKE.parent / ".cache")


def test_what_the_user_says_of_caches_stands_where_it_can(make, monkeypatch, read_only, tmp_path):
    monkeypatch.setenv("HOME", str(read_only))
    monkeypatch.setenv("MPLCONFIGDIR", str(read_only / "mpl"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    environment = make["environment"]()
    assert environment["XDG_CACHE_HOME"] == str(tmp_path / "cache")
    assert not Path(environment["MPLCONFIGDIR"]).is_relative_to(read_only)


@pytest.mark.parametrize(("lacking", "python"), [((), None), (("pip",), ".uv/python/bin/python")])
def test_a_python_without_pip_makes_itself_one(make, monkeypatch, tmp_path, lacking, python):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name in lacking else find(name) or 1
    )
    monkeypatch.setitem(make["main"].__globals__, "UV", tmp_path / ".uv")
    make["uv"]("--version")
    expected = tmp_path / python if python else sys.executable
    assert [command[0] for command in make["calls"]][-2:] == [expected, tmp_path / ".uv/bin/uv"]
    assert len(make["calls"]) == (3 if python else 2)


def test_a_python_with_nothing_to_install_with_says_so(make, monkeypatch, tmp_path):
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    monkeypatch.setitem(make["main"].__globals__, "UV", tmp_path / ".uv")
    with pytest.raises(SystemExit, match="no pip and no ensurepip"):
        make["uv"]("--version")


@pytest.mark.parametrize(
    ("arguments", "where"),
    [
        (["sharma"], ""),
        (["--directory", "here", "sharma"], "here"),
        (["--directory=here"], "here"),
        (["sharma", "-d", "here", "--cores", "2"], "here"),
        (["-dhere"], "here"),
        (["--directory=/there"], "/there"),
    ],
)
def test_recovery_looks_where_the_workflow_runs(make, monkeypatch, tmp_path, arguments, where):
    monkeypatch.chdir(tmp_path)  # Snakemake runs in the repository, whatever the caller's folder is
    monkeypatch.setattr(Path, "glob", lambda *_: [])  # of processes: other tests start Snakemake there
    looked = []
    monkeypatch.setitem(make["main"].__globals__, "orphans", lambda directory: looked.append(directory))
    make["clear_up"](arguments)
    assert looked == [(MAKE.parent / where).resolve()]
    assert make["calls"][-1][1:] == (*arguments, "--unlock")


@pytest.fixture
def unsupported(monkeypatch, tmp_path):
    """Names of ``make.py``, run by an unsupported Python where nothing is set up; uv fails."""
    names = runpy.run_path(str(MAKE))
    (tmp_path / ".uv/bin").mkdir(parents=True)
    (tmp_path / ".uv/bin/uv").write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\nexit 3\n')
    (tmp_path / ".uv/bin/uv").chmod(0o755)
    monkeypatch.setitem(names["main"].__globals__, "UV", tmp_path / ".uv")
    monkeypatch.setitem(names["main"].__globals__, "VENV", tmp_path / ".venv")
    monkeypatch.setitem(names["main"].__globals__, "SUPPORTED", ((3, 97), (3, 99)))
    return names


def test_any_supported_python_will_do_and_without_one_a_sentence_says_so(unsupported, tmp_path):
    with pytest.raises(
        SystemExit, match=r"^Python 3.97 to 3.99 is needed, none was found.*python3.99 make.py"
    ):
        unsupported["set_up"]()
    assert "--python >=3.97,<3.100 " in (tmp_path / "asked").read_text()
