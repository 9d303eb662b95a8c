"""The synthesis engine (SMElib of pysme-astro): start-up, and loading of one model.

The engine keeps one state per process and is not thread-safe: use processes.
"""

import atexit
import contextlib
import fcntl
import functools
import io
import logging
import os
import stat
import sys
import tempfile
import warnings
from pathlib import Path

import numpy as np

__all__ = ["BOLTZMANN", "initialise_engine", "load_model", "silent_stdout"]

BOLTZMANN = 1.380649e-16  # erg/K
_ATOMIC_MASS = 1.6605e-24  # g


@contextlib.contextmanager
def silent_stdout():
    """Silence the engine's Fortran code, which prints to file descriptor 1."""
    sys.stdout.flush()
    kept, null = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(null)


@functools.cache
def initialise_engine():
    """Import the engine once and return its library.

    The import unpacks 30 MB below HOME, which may be read-only or shared by jobs that start simultaneously;
    here they go to a user-specific directory below the temporary directory, one process at a time.

    Returns
    -------
    pysme.sme_synth.SME_DLL
    """
    # Otherwise the Fortran runtime buffers its messages until after silent_stdout.
    os.environ.setdefault("GFORTRAN_UNBUFFERED_PRECONNECTED", "y")
    home = _private_directory(f"obafgkm-sme-{os.getuid()}")
    real_home = os.environ.get("HOME")
    with open(home / "lock", "w") as lock, contextlib.redirect_stdout(io.StringIO()):
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.environ["HOME"] = str(home)
        try:
            from pysme.sme_synth import SME_DLL
        finally:
            if real_home is None:
                del os.environ["HOME"]
            else:
                os.environ["HOME"] = real_home
    logging.getLogger("pysme").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", message="WARNING: EOS-computed")
    library = SME_DLL()
    # Continuum every 5 Angstrom instead of at every pixel: 3.5 times faster, error at most 1.3e-4.
    library.SetContinuumOpacityGrid(5.0)
    return library


def _private_directory(name):
    """A folder of this name in the temporary directory, if only this user can write to it; else a unique one.

    The name is predictable, so that another user may have created a link or folder with it.
    """
    path = Path(tempfile.gettempdir()) / name
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
    found = path.lstat()
    if stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o022:
        return path
    own = tempfile.TemporaryDirectory(prefix=f"{name}-")
    atexit.register(own.cleanup)
    return Path(own.name)


def load_model(lines, teff, logg, metallicity, layers, microturbulence=2.0):
    """Load lines, a plane-parallel structure and abundances, and solve the equation of state.

    Parameters
    ----------
    lines : pysme LineList
    teff, logg, metallicity : float
        K, log cm/s^2, [M/H] relative to Asplund et al. 2009.
    layers : obafgkm.simulate.atmosphere.Structure
        At most 288 layers.
    microturbulence : float
        km/s.
    """
    from pysme.abund import Abund
    from pysme.atmosphere.atmosphere import Atmosphere

    particles = layers.pressure / (BOLTZMANN * layers.temperature)
    model = Atmosphere(
        teff=teff, logg=logg, vturb=microturbulence, depth="RHOX", interp="RHOX", geom="PP", method="embedded"
    )
    model.rhox = model.tau = layers.column
    model.temp = layers.temperature
    model.xne, model.xna = layers.electrons * particles, (1 - layers.electrons) * particles
    model.rho = model.xna * 1.3 * _ATOMIC_MASS
    model.wlstd, model.opflag = 5000.0, np.ones(20, int)
    library = initialise_engine()
    library.InputLineList(lines)
    library.InputModel(teff, logg, microturbulence, model)
    library.InputAbund(Abund(metallicity, "asplund2009"))
    with silent_stdout():
        # 7: atom and electron numbers and density from the equation of state
        library.Ionization(7)
    library.SetVWscale(1.0)
    library.SetH2broad(True)
