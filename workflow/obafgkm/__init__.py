"""Neural networks for the spectra of stars, galaxies and quasars."""

__version__ = "0.1.0"

import os

# Before anything imports Keras: TensorFlow's notes on the processor are not for the log, and JAX shall take
# the memory of a GPU as it needs it, as TensorFlow is told in `backend`.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
