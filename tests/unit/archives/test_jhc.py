"""The index of JHC, as damaged copies have it."""

import pytest

from obafgkm.archives import jhc
from obafgkm.errors import ArchiveFileError

INDEX = "number,file,name,spectral_type,luminosity_class\n1,jc_1.fits,HD 1,O5,V\n"


def test_a_file_that_is_listed_twice_alike_is_listed(tmp_path):
    (tmp_path / "jhc_index.csv").write_text(INDEX + INDEX.splitlines()[1])
    (tmp_path / "jc_1.fits").write_bytes(b"")
    _, rejected = jhc.read(tmp_path)
    assert "jhc_index.csv" not in rejected["reason"].item()


def test_a_file_with_two_types_is_named(tmp_path):
    (tmp_path / "jhc_index.csv").write_text(INDEX + "1,jc_1.fits,HD 1,M5,V\n")
    with pytest.raises(ArchiveFileError, match=r"jhc_index\.csv: lists jc_1\.fits more than once"):
        jhc.read(tmp_path)
