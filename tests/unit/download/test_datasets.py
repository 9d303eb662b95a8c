"""The table of datasets: every row is valid, and errors in it are found."""

from urllib.parse import urlsplit

import pandas as pd
import pytest
from conftest import ROOT

from obafgkm.download.datasets import expand, read
from obafgkm.errors import ObafgkmError

TABLE = ROOT / "config" / "datasets.csv"


@pytest.fixture(scope="module")
def table():
    return read(TABLE)


def test_every_address_is_https(table):
    addresses = [url for url in [*table["primary_url"], *table["second_url"]] if url]
    assert addresses
    for url in addresses:
        assert urlsplit(url).scheme == "https"
        assert urlsplit(url).netloc


def test_ids_and_paths_are_unique(table):
    assert table["id"].is_unique
    assert not table.duplicated(["dataset", "path"]).any()


def test_second_address_is_another_one(table):
    both = table[table["second_url"] != ""]
    assert (both["primary_url"] != both["second_url"]).all()


def test_every_dataset_has_spectra_that_can_be_downloaded(table):
    for dataset in ("jhc", "miles", "cflib", "elodie"):
        files = expand(table, dataset)
        needed = files[(files["role"] == "spectra") & ~files["optional"].astype(bool)]
        assert len(needed) > 0
        assert needed["urls"].map(len).min() >= 1


def test_families_are_expanded(table):
    jhc = expand(table, "jhc").set_index("path")
    assert [f"jc_{n}.fits" for n in range(1, 162)] == list(jhc.index[:161])
    assert jhc.loc["jc_161.fits", "urls"][0].endswith("/jacobi/jc_161.fits")
    elodie = expand(table, "elodie").set_index("path")
    assert elodie.loc["ll/00007.fits", "urls"][0].endswith("III/251/ll/00007.fits")
    assert (elodie["role"] == "spectra").sum() == 1959


def test_a_grid_of_spectra_is_expanded_to_the_files_that_are_wanted(table):
    wanted = "rorig/m+0.00/bosz.txt.gz"
    (bosz,) = expand(table, "bosz", [wanted]).itertuples()
    assert bosz.path == wanted
    assert bosz.urls == ("https://archive.stsci.edu/hlsps/bosz/bosz2024/rorig/m%2B0.00/bosz.txt.gz",)
    phoenix = expand(table, "phoenix", ["a.fits", "b.fits"])
    assert phoenix["path"].tolist() == ["WAVE_PHOENIX-ACES-AGSS-COND-2011.fits", "a.fits", "b.fits"]


def test_single_file(table):
    parameters = expand(table, "miles").set_index("path").loc["paramsMILES_v9.1.txt"]
    assert parameters["expects"] == ("Name", "MILES", "SpT", "Teff")
    assert not parameters["optional"]
    assert len(parameters["urls"]) == 2


def test_unknown_dataset(table):
    with pytest.raises(ObafgkmError, match="'pickles' is not in the table of datasets, which has jhc, miles"):
        expand(table, "pickles")


@pytest.mark.parametrize(
    ("row", "column", "value", "sentence"),
    [
        ("jhc-spectra", "primary_url", "http://a.org/jc_{n}.fits", "line 2.*column 'primary_url'"),
        ("jhc-spectra", "range", "1-161", "column 'range'"),
        ("jhc-spectra", "range", "", "disagree"),
        ("jhc-types", "range", "1..5", "disagree"),
        ("miles-spectra", "content", "zip", "column 'content'"),
        ("miles-spectra", "method", "ftp", "column 'method'"),
        ("miles-spectra", "method", "", "needs a method"),
        ("atlas9-models", "expects", "", "needs words in `expects`"),
        ("miles-spectra", "licence", "", "column 'licence'"),
        ("miles-spectra", "citation", "", "column 'citation'"),
        ("miles-spectra", "primary_url", "", "must be optional"),
        ("miles-spectra", "path", "/etc/passwd", "column 'path'"),
        ("miles-spectra", "id", "jhc-types", "'jhc-types' stands on two rows"),
        ("cflib-text", "optional", "no", "must be optional"),
        ("cflib-text", "dataset", "indo-us", "column 'dataset'"),
    ],
)
def test_errors_are_found(table, tmp_path, row, column, value, sentence):
    changed = table.copy()
    changed.loc[changed["id"] == row, column] = value
    path = tmp_path / "datasets.csv"
    changed.to_csv(path, index=False)
    with pytest.raises(ObafgkmError, match=sentence) as caught:
        read(path)
    assert str(path) in str(caught.value)


def test_missing_and_unknown_columns(table, tmp_path):
    path = tmp_path / "datasets.csv"
    table.drop(columns="licence").to_csv(path, index=False)
    with pytest.raises(ObafgkmError, match="'licence' is a required property"):
        read(path)
    table.assign(colour="red").to_csv(path, index=False)
    with pytest.raises(ObafgkmError, match="'colour' was unexpected"):
        read(path)


@pytest.mark.parametrize("content", [None, b"", b"a,b\n1,2,3\n4,5,6,7\n", b"\xff\xfe\x00"])
def test_unreadable_table(tmp_path, content):
    path = tmp_path / "datasets.csv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ObafgkmError, match=r"datasets\.csv"):
        read(path)


def test_written_table_is_what_is_read(table):
    assert table.equals(pd.read_csv(TABLE, dtype=str, keep_default_na=False))
    assert table.notna().all(axis=None)
