import os
from pathlib import Path

import pytest

# Checks of a run's results, for `rule science`; by hand: OBAFGKM_RUN=. pytest tests/science
collect_ignore = [] if os.environ.get("OBAFGKM_RUN") else ["science"]


@pytest.fixture(scope="session")
def mirror():
    """Folder of real files, one folder a dataset, in the archives' own layout."""
    if not os.environ.get("OBAFGKM_MIRROR"):
        pytest.skip("OBAFGKM_MIRROR is not set: it names a folder of real archive files")
    return Path(os.environ["OBAFGKM_MIRROR"])


@pytest.fixture(scope="session")
def backend():
    """The backend of networks on one thread; it must be set up before the first network of the session."""
    from obafgkm import training

    training.set_up_backend(0, 1)


@pytest.fixture(scope="session")
def run():
    """Directory of a finished run."""
    return Path(os.environ["OBAFGKM_RUN"]).resolve()
