import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def mirror():
    """Folder of real files, one folder a dataset, in the archives' own layout."""
    if "OBAFGKM_MIRROR" not in os.environ:
        pytest.skip("OBAFGKM_MIRROR is not set: it names a folder of real archive files")
    return Path(os.environ["OBAFGKM_MIRROR"])
