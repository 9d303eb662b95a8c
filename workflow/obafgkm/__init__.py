"""Neural networks for the spectra of stars, galaxies and quasars."""

__version__ = "0.1.0"

import os

# Before anything imports Keras: keep TensorFlow's remarks on the processor out of the log, and let JAX
# allocate GPU memory as needed, as `backend` tells TensorFlow to.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
