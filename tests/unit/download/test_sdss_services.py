"""The survey's services, played by a local server: SQL in slices, files, and what happens when they fail."""

import http.server
import io
import sqlite3
import threading
import time
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits

from obafgkm.archives.sdss import spectra as sdss
from obafgkm.archives.sdss.sql import SAMPLES, answer_of_labels, read_answer, write_answer
from obafgkm.archives.sdss.urls import spectrum_url
from obafgkm.download import registry
from obafgkm.download.http import Patience
from obafgkm.download.sdss import choose, download
from obafgkm.download.skyserver import ask, slices
from obafgkm.errors import ArchiveFileError, FetchError
from obafgkm.ingest.surveys import pack
from obafgkm.simulate.nodes import StellarGrid
from obafgkm.simulate.sdss import simulate_survey
from obafgkm.spectra import Spectra

QUICK = Patience(connect=5, read=5, attempts=3, backoff=0.005, longest_wait=2)
WAYS = {"pause": 0.0, "patience": QUICK}
PAGE = b"<!DOCTYPE html><html><head><title>503</title></head></html>"
ERROR = b'<?xml version="1.0"?><error_message>Query exceeded the limit of 600 s</error_message>'


@pytest.fixture(scope="module")
def survey():
    """Fourteen simulated spectra of all classes, and their lines."""
    return simulate_survey("csepreghy", {"GALAXY": 6, "QSO": 4, "STAR": 4}, 1, StellarGrid.load())


@pytest.fixture(scope="module")
def catalogue(survey):
    table = answer_of_labels(survey[0].labels)
    table["plate"] += np.arange(len(table)) // 4  # plates of four spectra
    return table


def database(catalogue):
    """SkyServer's tables with the rows of a catalogue, and one row that no sample wants."""
    photometry = [name for name in catalogue if name.startswith("petro")]
    spectra = catalogue.drop(columns=photometry).rename(columns={"objid": "bestObjID"})
    spectra = spectra.assign(waveMin=3800.0, waveMax=9200.0)
    spectra.loc[len(spectra)] = {**spectra.iloc[0], "specObjID": "1", "zWarning": 4}
    base = sqlite3.connect(":memory:", check_same_thread=False)
    for name in ("SpecObjAll", "SpecObj"):
        spectra.to_sql(name, base, index=False)
    catalogue[["specObjID", *photometry]].to_sql("SpecPhotoAll", base, index=False)
    return base


@pytest.fixture
def server(catalogue):
    """SkyServer and SAS; ``answers`` come before the true ones, ``limit`` cuts tables off."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            service.requests.append((time.monotonic(), self.path))
            if service.answers:
                code, body = service.answers.pop(0)
            elif self.path.startswith("/sql"):
                sql = parse_qs(urlsplit(self.path).query)["cmd"][0]
                table = pd.read_sql(sql, service.base)[: service.limit]
                code, body = 200, b"#Table1\n" + table.to_csv(index=False).encode()
            else:
                body = service.files.get(self.path)
                code, body = (200, body) if body else (404, b"")
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.daemon_threads = True
    service.requests, service.answers, service.files, service.limit = [], [], {}, None
    service.base = database(catalogue)
    service.url = f"http://127.0.0.1:{service.server_port}"
    threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield service
    service.shutdown()
    service.server_close()


def test_a_catalogue_comes_in_slices_with_exact_identifiers(server, catalogue, tmp_path):
    path = tmp_path / "catalogue.csv"
    table = ask(SAMPLES["csepreghy"], f"{server.url}/sql", path, rows=5, **WAYS)
    assert len(server.requests) == 1 + 4  # counts, and plates of 4, 4, 4 and 2 rows, two of which exceed five
    expected = catalogue.sort_values(["plate", "specObjID"], ignore_index=True)
    pd.testing.assert_frame_equal(table.sort_values(["plate", "specObjID"], ignore_index=True), expected)
    assert table["specObjID"].str.len().min() == 20
    pd.testing.assert_frame_equal(read_answer("", path.read_bytes()), table)
    assert len((tmp_path / "catalogue.csv.sql").read_text().splitlines()) == 5
    assert not (tmp_path / "catalogue.csv.parts").exists()


def test_the_service_is_asked_with_pauses(server, tmp_path):
    ask(SAMPLES["csepreghy"], f"{server.url}/sql", tmp_path / "a.csv", pause=0.1, patience=QUICK)
    times = [time for time, _ in server.requests]
    assert np.diff(times).min() > 0.09


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        ((200, PAGE), "gave no table, but '<!DOCTYPE html>"),
        ((200, ERROR), "exceeded the limit"),
        ((200, b""), "gave no table"),
        ((200, b"#Table1\nplate,number\n1,2\n"), "columns plate, number, not plate, n"),
        ((200, b"#Table1\nplate,n\n"), "no rows"),
        ((200, b"#Table1\nplate,n\n266,\n"), "values of n that are no whole numbers"),
        ((200, b"#Table1\nplate,n\n266,4\n2x7,4\n"), "values of plate that are no whole numbers"),
        ((200, b"#Table1\nplate,n\n266,4.5\n"), "values of n"),
        ((400, b"bad"), "answered 400"),
    ],
)
def test_a_wrong_answer_is_refused(server, tmp_path, answer, complaint):
    server.answers = [answer]
    with pytest.raises(FetchError, match=complaint):
        ask(SAMPLES["csepreghy"], f"{server.url}/sql", tmp_path / "a.csv", **WAYS)
    assert not (tmp_path / "a.csv").exists()


def test_rows_that_the_service_drops_are_noticed(server, tmp_path):
    server.limit = 5
    with pytest.raises(FetchError, match="answered with 5 rows, not 14"):
        ask(SAMPLES["csepreghy"], f"{server.url}/sql", tmp_path / "a.csv", **WAYS)


def test_a_busy_service_is_asked_again(server, tmp_path):
    server.answers = [(503, b""), (503, b"")]
    assert len(ask(SAMPLES["csepreghy"], f"{server.url}/sql", tmp_path / "a.csv", **WAYS)) == 14


def test_a_second_run_asks_only_for_what_is_lacking(server, tmp_path):
    path = tmp_path / "a.csv"
    server.limit = 4  # the counts and the first slices pass; the last, of 2 + 4 plates, does not
    with pytest.raises(FetchError, match="answered with 4 rows, not 6"):
        ask(SAMPLES["csepreghy"], f"{server.url}/sql", path, rows=6, **WAYS)
    asked = len(server.requests)
    server.limit = None
    assert len(ask(SAMPLES["csepreghy"], f"{server.url}/sql", path, rows=6, **WAYS)) == 14
    assert len(server.requests) == asked + 1
    with pytest.raises(FetchError, match="forbids to ask"):
        ask(SAMPLES["csepreghy"], f"{server.url}/sql", tmp_path / "b.csv", offline=True, **WAYS)


def test_a_part_of_the_catalogue_that_is_damaged_is_asked_for_again(server, tmp_path):
    path = tmp_path / "a.csv"
    server.limit = 4
    with pytest.raises(FetchError):
        ask(SAMPLES["csepreghy"], f"{server.url}/sql", path, rows=6, **WAYS)
    server.limit = None
    parts = sorted((tmp_path / "a.csv.parts").glob("*.csv"))
    for part in parts:
        part.write_bytes(part.read_bytes()[:-20].rpartition(b"\n")[0])
    asked = len(server.requests)
    assert len(ask(SAMPLES["csepreghy"], f"{server.url}/sql", path, rows=6, **WAYS)) == 14
    assert len(server.requests) - asked >= len(parts)


def test_slices_hold_every_plate_once():
    counts = pd.DataFrame({"plate": [3, 1, 2, 9], "n": [4, 5, 1, 20]})
    assert list(slices(counts, 6)) == [(1, 2, 6), (3, 3, 4), (9, 9, 20)]


def test_an_answer_is_read_as_it_was_written(catalogue, tmp_path):
    write_answer(tmp_path / "a.csv", catalogue)
    pd.testing.assert_frame_equal(read_answer("", (tmp_path / "a.csv").read_bytes()), catalogue)
    with pytest.raises(ArchiveFileError, match="gave no table"):
        read_answer("a", PAGE)


def test_a_choice_is_stratified_seeded_and_nested():
    rows = [("GALAXY", "", 600), ("GALAXY", "AGN", 60), ("QSO", "BROADLINE", 30), ("STAR", "F9", 8)]
    table = pd.DataFrame([(c, s) for c, s, n in rows for _ in range(n)], columns=["class", "subClass"])
    table["specObjID"] = [str(10**18 + i) for i in range(len(table))]
    chosen = choose(table, {"GALAXY": 110, "QSO": 10, "STAR": 50}, 1)
    assert chosen["class"].value_counts().to_dict() == {"GALAXY": 110, "QSO": 10, "STAR": 8}
    assert (chosen["subClass"] == "AGN").sum() == 10
    shuffled = choose(table.sample(frac=1, random_state=1), {"GALAXY": 110, "QSO": 10, "STAR": 50}, 1)
    assert set(shuffled["specObjID"]) == set(chosen["specObjID"])
    assert set(chosen["specObjID"]) != set(
        choose(table, {"GALAXY": 110, "QSO": 10, "STAR": 50}, 2)["specObjID"]
    )
    more = choose(table, {"GALAXY": 220, "QSO": 20, "STAR": 50}, 1)
    assert set(chosen["specObjID"]) <= set(more["specObjID"])


@pytest.fixture
def archive(survey, server, tmp_path):
    """The survey's files on the server; the catalogue of them."""
    spectra, lines = survey
    sdss.write(tmp_path / "made", spectra, lines)
    for row in spectra.labels.itertuples():
        url = spectrum_url(16, row.run2d, row.plate, row.mjd, row.fiberid, server="")
        file = tmp_path / "made" / "spectra" / "lite" / f"{row.plate:04d}" / f"spec-{row.name}.fits"
        server.files[url] = file.read_bytes()
    return answer_of_labels(spectra.labels)


def test_two_processes_pack_what_one_packs(survey, tmp_path, monkeypatch):
    monkeypatch.setattr("obafgkm.ingest.surveys._BLOCK", 5)
    sdss.write(tmp_path, *survey)
    (tmp_path / "spec-9999-55555-0001.fits").write_bytes(b"no FITS")
    answers = [
        pack(tmp_path, tmp_path / f"{n}.h5", {"source": "simulated"}, processes=n).to_csv() for n in (1, 2)
    ]
    assert answers[0] == answers[1]
    one, two = (Spectra.read(tmp_path / f"{n}.h5") for n in (1, 2))
    assert np.array_equal(one.flux, two.flux)
    assert one.labels.equals(two.labels)


def test_spectra_are_brought_and_packed(archive, survey, server, tmp_path):
    gone = sorted(server.files)[3]
    del server.files[gone]
    missing, record = download(archive, tmp_path / "a", 16, server=server.url, progress=False, patience=QUICK)
    assert missing["name"].to_list() == [gone[-20:-5]]
    assert missing["reason"].to_list() == ["not on the server: the server answered 404 Not Found"]
    assert (record["files"], record["missing"]) == (13, 1)
    again, _ = download(archive, tmp_path / "a", 16, server=server.url, progress=False, patience=QUICK)
    assert len(server.requests) == 15  # of what is here nothing is asked again
    pd.testing.assert_frame_equal(again, missing)

    asked = archive[archive["specObjID"] != archive["specObjID"].iloc[0]]
    rejected = pack(tmp_path / "a", tmp_path / "a.h5", {"source": "simulated"}, asked, missing)
    assert sorted(rejected["reason"]) == [
        "not in the catalogue of what was asked for",
        "not on the server: the server answered 404 Not Found",
    ]
    assert sorted(rejected["name"]) == ["9001-52000-0001", gone[-20:-5]]
    packed = Spectra.read(tmp_path / "a.h5")
    assert len(packed) == 12
    truth = survey[0].select(survey[0].labels["name"].isin(packed.labels["name"]).to_numpy())
    good = truth.ivar > 0
    np.testing.assert_allclose(packed.flux[good], truth.flux[good], rtol=1e-6)
    for column in ("specobjid", "objid", "class", "subclass", "z", "petromag_u", "zwarning"):
        assert packed.labels[column].to_list() == truth.labels[column].to_list()
    some = Spectra.read(tmp_path / "a.h5", rows=slice(3, 5))
    np.testing.assert_array_equal(some.flux, packed.flux[3:5])
    assert some.labels["name"].to_list() == packed.labels["name"][3:5].to_list()


def test_a_spectrum_that_has_changed_on_the_server_is_refused(archive, server, tmp_path):
    ways = {"server": server.url, "progress": False, "patience": QUICK}
    download(archive, tmp_path / "a", 16, **ways)
    entries = registry.read(tmp_path)
    assert {f"sdss{url}" for url in server.files} == set(entries)
    file = next((tmp_path / "a").rglob("spec-*.fits"))
    file.unlink()
    url = next(url for url in server.files if url.endswith(file.name))
    with fits.open(io.BytesIO(server.files[url])) as hdus:
        hdus[1].data["flux"][7] += 1
        hdus.writeto(changed := io.BytesIO())
    server.files[url] = changed.getvalue()
    with pytest.raises(FetchError, match=r"sha256 is .*, not .* as in .*checksums\.txt"):
        download(archive, tmp_path / "a", 16, **ways)
    assert not file.exists()


def test_the_file_of_another_spectrum_is_refused(archive, server, tmp_path):
    first, second = sorted(server.files)[:2]
    server.files[first] = server.files[second]
    with pytest.raises(FetchError, match="holds the spectrum of spec-9001-52000-0002"):
        download(archive, tmp_path / "a", 16, server=server.url, progress=False, patience=QUICK)
    assert len(list((tmp_path / "a").rglob("spec-*.fits"))) == 13
    server.files[first] = PAGE
    with pytest.raises(FetchError, match="1 of 14 files could not be downloaded"):
        download(archive, tmp_path / "a", 16, server=server.url, progress=False, patience=QUICK)


def test_measured_lines_are_written_and_read(archive, survey, server):
    spectra, lines = survey
    for row, table in zip(spectra.labels.itertuples(), lines, strict=True):
        url = spectrum_url(16, row.run2d, row.plate, row.mjd, row.fiberid, server="")
        back = sdss.read_lines(url, server.files[url])
        assert len(back) == (0 if table is None else len(table))
        if table is not None:
            np.testing.assert_allclose(back["ew"], table["ew"], rtol=1e-6)
            assert back["name"].to_list() == table["name"].to_list()


def test_a_damaged_table_is_named():
    with pytest.raises(ArchiveFileError, match="no FITS file"):
        sdss.read_lines("a.fits", io.BytesIO(PAGE).getvalue())


def test_a_row_that_is_given_twice_is_noticed(server, catalogue, tmp_path):
    twice = catalogue.copy()
    twice.loc[1, "specObjID"] = twice.loc[0, "specObjID"]
    server.base = database(twice)
    with pytest.raises(FetchError, match=f"specObjID {twice['specObjID'][0]} was given twice"):
        ask(SAMPLES["csepreghy"], f"{server.url}/sql", tmp_path / "a.csv", **WAYS)
    assert not (tmp_path / "a.csv").exists()


def test_rare_subclasses_are_chosen_as_often_as_common_ones():
    table = pd.DataFrame({"class": "STAR", "subClass": ["F9"] * 90 + [f"rare {i}" for i in range(10)]})
    table["specObjID"] = [str(10**18 + i) for i in range(100)]
    assert choose(table, {"STAR": 50}, 1)["subClass"].str.startswith("rare").sum() == 5
