#!/usr/bin/env python3
"""Set up and run OBAFGKM with nothing but Python and pip.

    python3 make.py run  [snakemake arguments]   set up, then run the workflow
    python3 make.py recover [the same]           after Snakemake itself was killed: clear up, then run
    python3 make.py rehearse [the same]          set up, then rehearse the published run, in rehearsal/
    python3 make.py test [pytest arguments]      set up, then run the tests
    python3 make.py lint                         set up, then check style and build the documentation
    python3 make.py docs                         set up, then build the documentation: docs/_build/index.html
    python3 make.py lock                         renew requirements.lock from pyproject.toml

Everything is installed into .venv beside this file, from requirements.lock, every hash checked; a second
call installs nothing. uv is used because it enforces the hashes, installs in seconds and, where this Python
is too new or too old for a dependency, finds a supported one on the path or downloads it.
"""

import argparse
import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
UV = ROOT / ".uv"
CACHE = ROOT / ".cache"
LOCK = ROOT / "requirements.lock"
JOBS = "obafgkm_"  # begins the names of our jobs, see profiles/slurm/config.yaml
ODD = re.compile(r"[^\w@%+=,./-]")  # what a shell may take for more than a letter
SUPPORTED = ((3, 11), (3, 13))  # pysme-astro and tensorflow publish wheels for these


def call(*command, advice=None):
    """Run `command` in the repository; if it fails, stop with its exit status, or with advice.

    Ctrl-C reaches the command too, which ends in its own time: Snakemake cancels jobs and unlocks. SIGTERM,
    which schedulers send, is passed on to it.
    """
    process = subprocess.Popen([str(part) for part in command], cwd=ROOT, env=environment())
    before = signal.signal(signal.SIGTERM, lambda number, _: process.send_signal(number))
    status = None
    while status is None:
        with contextlib.suppress(KeyboardInterrupt):
            status = process.wait()
    signal.signal(signal.SIGTERM, before)
    if status:
        sys.exit(advice or (status if status > 0 else 128 - status))


def plain(root):
    """The path of the repository, or of a link to it, that Snakemake can hand to a shell unquoted.

    It does so with the Python of .venv; elsewhere blanks and quotes do no harm.
    """
    odd = ODD.search(str(root))
    if not odd:
        return root
    link = cache() / "obafgkm" / hashlib.sha256(os.fsencode(root)).hexdigest()[:12]
    others = ODD.search(re.sub("[ ']", "", str(root)))
    if others or ODD.search(str(link)) or not is_writable(link.parent):
        sys.exit(
            f"{root}: the path holds {(others or odd)[0]!r}, with which Snakemake cannot start a job. Move "
            "this folder to a path of letters, digits and - _ . only"
        )
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink() or link.resolve() != root:
        link.unlink(missing_ok=True)
        link.symlink_to(root)
    return link


def cache():
    """The user's folder of caches."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path(os.path.expanduser("~")) / ".cache")


def is_writable(path):
    """Whether a file could be written below `path`, which need not exist."""
    while not os.path.lexists(path) and path != path.parent:  # a link into nowhere cannot be written
        path = path.parent
    return path.is_dir() and os.access(path, os.W_OK | os.X_OK)


def homes():
    """Where programs keep caches and settings, if they cannot in the home directory; else nothing.

    In a container, or on a node of a batch system, the home directory may be missing or read-only. Snakemake
    then fails, and Keras and Matplotlib take folders of everybody's in the temporary directory.
    """
    home = Path(os.path.expanduser("~"))
    if home.is_absolute() and all(map(is_writable, (home, cache(), cache() / "snakemake"))):
        return {}
    ours = {
        "XDG_CACHE_HOME": "",
        "XDG_CONFIG_HOME": "",
        "XDG_DATA_HOME": "data",
        "MPLCONFIGDIR": "matplotlib",
        "KERAS_HOME": "keras",
    }
    given = {name for name in ours if os.environ.get(name) and is_writable(Path(os.environ[name]))}
    if given != ours.keys() and not is_writable(CACHE):
        sys.exit(f"neither {home} nor {CACHE} can be written: set HOME to a folder that can be")
    return {name: str(CACHE / folder) for name, folder in ours.items() if name not in given}


VENV = plain(ROOT) / ".venv"
BIN = VENV / "bin"


def environment():
    """The caller's environment with .venv first on the path, so that every job finds the same Python."""
    env = dict(os.environ, VIRTUAL_ENV=str(VENV), UV_NO_PROGRESS="1", **homes())
    env["PATH"] = str(BIN) + os.pathsep + env.get("PATH", "")
    env.pop("PYTHONHOME", None)
    env.pop("PYTHONDONTWRITEBYTECODE", None)  # or every job takes 13 s, not 5, to load TensorFlow
    return env


def uv(*arguments, **options):
    """Run uv, installing it into .uv first; for the options see `call`."""
    if not (UV / "bin" / "uv").exists():
        call(
            python_with_pip(),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--root-user-action=ignore",
            "--require-hashes",
            "--target",
            UV,
            "-r",
            ROOT / "envs" / "uv.lock",
        )
    call(UV / "bin" / "uv", *arguments, **options)


def python_with_pip():
    """This Python, or one made of it where it has no pip."""
    if importlib.util.find_spec("pip"):
        return sys.executable
    if not importlib.util.find_spec("ensurepip"):
        sys.exit(
            f"{sys.executable} has no pip and no ensurepip: install them (on Debian and Ubuntu the packages "
            "python3-pip and python3-venv), or run make.py with another Python"
        )
    call(sys.executable, "-m", "venv", UV / "python")
    return UV / "python" / "bin" / "python"


def set_up():
    """Create .venv and install the locked dependencies and the package, unless that has been done."""
    stamp = VENV / "installed"
    # Its programs name its path, so that it must be made anew where the repository was moved.
    made_of = (LOCK.read_bytes(), (ROOT / "pyproject.toml").read_bytes(), os.fsencode(VENV.resolve()))
    wanted = hashlib.sha256(b"".join(made_of)).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("Setting up .venv (once, about half a minute and 3.1 GB) ...", flush=True)
    (oldest, newest), supported = SUPPORTED, SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]
    # uv takes the first supported Python on the path, and downloads one only if there is none.
    python = sys.executable if supported else f">=3.{oldest[1]},<3.{newest[1] + 1}"
    advice = (
        f"Python 3.{oldest[1]} to 3.{newest[1]} is needed, none was found, and none could be downloaded: "
        f"install one, for example with your system's package manager or conda, and run "
        f"`python3.{newest[1]} make.py ...` with it"
    )
    uv("venv", "--quiet", "--clear", "--python", python, VENV, advice=None if supported else advice)
    install = ("pip", "install", "--quiet", "--python", BIN / "python")
    uv(*install, "--require-hashes", "-r", LOCK)
    uv(*install, "--no-deps", "--no-build-isolation", "--editable", ".")
    stamp.write_text(wanted)


def memory():
    """Memory of this machine in MB."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 10**6


def run_folder(arguments):
    """The folder of a run, from the arguments of Snakemake."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("-d", "--directory", default=".")
    return (ROOT / parser.parse_known_args(arguments)[0].directory).resolve()


def refuse_unreadable(arguments):
    """Refuse a configuration that is absent or not UTF-8, on which Snakemake ends with a traceback."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)  # --config is another option
    parser.add_argument("--configfile", "--configfiles", nargs="+", action="extend", default=[])
    for name in parser.parse_known_args(arguments)[0].configfile:
        try:
            (ROOT / name).read_text("utf-8")
        except UnicodeDecodeError as error:
            sys.exit(f"{name}: byte {error.start} is not UTF-8: save it again in that encoding")
        except OSError as error:
            if "://" not in name:  # an address, from which Snakemake can also read one
                sys.exit(f"{name}: the configuration cannot be read ({error.strerror}): see --configfile")


def orphans(directory):
    """Jobs of a run in `directory` that are still in SLURM's queue; none where there is no SLURM."""
    if not shutil.which("squeue"):
        return []
    try:
        queue = subprocess.check_output(["squeue", "--me", "--noheader", "--format=%A|%j|%Z"], text=True)
    except subprocess.CalledProcessError:
        if not (directory / ".snakemake" / "slurm_logs").exists():  # it never ran there
            return []
        sys.exit(
            f"squeue fails, so that jobs of {directory} may still run: try again when it answers; if none "
            f"does run, {BIN / 'snakemake'} --directory {directory} --unlock"
        )
    jobs = {tuple(line.split("|")) for line in queue.splitlines()}
    return sorted(job for job, name, where in jobs if name.startswith(JOBS) and where == str(directory))


def clear_up(arguments):
    """Cancel the jobs that a killed Snakemake left in the queue, wait for their end, unlock its directory.

    Two jobs would write one file if the workflow ran again before.
    """
    where = run_folder(arguments)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, its = (process / "cmdline").read_bytes(), (process / "cwd").resolve()
            job = b"SLURM_JOB_ID=" in (process / "environ").read_bytes() or b"--target-jobs" in command
        except OSError:  # it has ended, or is somebody else's
            continue
        if b"snakemake" in command and its == where and not job:
            sys.exit(f"Snakemake still runs in {where} (process {process.name}): stop it first, with Ctrl-C")
    while jobs := orphans(where):
        print("Cancelling", *jobs, flush=True)
        call("scancel", *jobs)
        time.sleep(2)
    call(BIN / "snakemake", *arguments, "--unlock")


def docs(*arguments):
    """Build the documentation; a warning, such as a link that leads nowhere, is an error."""
    call(BIN / "sphinx-build", "-b", "html", "-W", "--keep-going", "-q", "docs", "docs/_build", *arguments)


def lock():
    """Write requirements.lock (every platform, every hash, no registry address) and envs/*.yaml."""
    uv(
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--generate-hashes",
        "--no-header",
        "--extra",
        "workflow",
        "--extra",
        "dev",
        "pyproject.toml",
        "--output-file",
        LOCK,
    )
    for name, text in environments().items():
        (ROOT / "envs" / name).write_text(text)


def environments():
    """Text of the conda environments: of processors, and with TensorFlow's build for GPUs in its place."""
    import tomllib  # here, because an older Python can still run the rest

    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    pins = extras["workflow"]
    others = [pin for pin in pins if not pin.startswith("tensorflow")]
    return {"cpu.yaml": environment_file(pins), "gpu.yaml": environment_file(others + extras["gpu"])}


def environment_file(pins):
    """A conda environment that pip fills with these packages."""
    lines = [
        "# Written by: python3 make.py lock. For snakemake --software-deployment-method conda.",
        "channels: [conda-forge, nodefaults]",
        "dependencies:",
        f"  - python={SUPPORTED[1][0]}.{SUPPORTED[1][1]}",
        "  - pip",
        "  - pip:",
        *(f'      - "{pin}"' for pin in pins),
    ]
    return "\n".join(lines) + "\n"


def main(arguments):
    task, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if task not in {"run", "recover", "rehearse", "test", "lint", "docs", "lock"}:
        sys.exit(__doc__ or f"{task or 'nothing'} is no task: see the head of make.py")
    if task == "lock":
        return lock()
    set_up()
    if task in {"run", "recover"}:
        refuse_unreadable(rest)
        if task == "recover":
            clear_up(rest)
        if not is_writable(run_folder(rest)):
            sys.exit(f"--directory {run_folder(rest)}: not a folder in which files can be written")
        # Jobs here wait for memory as they wait for cores; on a cluster the scheduler sees to that.
        given = ("--profile", "--workflow-profile", "--executor", "--resources")
        here = not any(word.startswith(given) for word in rest)
        # Behind the user's words, because it takes all that follow up to the next option.
        options = rest.index("--") if "--" in rest else len(rest)
        own = ["--resources", f"mem_mb={memory()}"] if here else []
        call(BIN / "snakemake", *rest[:options], *own, *rest[options:])
    elif task == "rehearse":
        call(BIN / "python", ROOT / "tests" / "workflow" / "rehearse.py", *rest)
    elif task == "test":
        call(BIN / "pytest", "-n", "3", *rest)  # on two cores: one worker mostly waits for SLURM
    elif task == "docs":
        docs(*rest)
    else:
        call(BIN / "ruff", "check", ".")
        call(BIN / "ruff", "format", "--check", ".")
        call(BIN / "snakefmt", "--check", "Snakefile", "workflow")
        call(BIN / "snakemake", "--lint")
        docs()


if __name__ == "__main__":
    main(sys.argv[1:])
