"""A survey: what is listed, in which chunks, what they leave, and what it adds up to."""

import io
import json
import os
import re
import runpy
import tarfile
import time
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from astropy.io import fits
from conftest import ROOT
from pyarrow import dataset, parquet

from obafgkm import barrier
from obafgkm.archives.sdss import spectra as sdss
from obafgkm.classify import answers
from obafgkm.classify.printable import printable
from obafgkm.errors import ArchiveFileError
from obafgkm.mk import MAIN_CLASSES
from obafgkm.simulate.nodes import StellarGrid
from obafgkm.simulate.sdss import simulate_survey
from obafgkm.survey import chunk, fetching, merging, pages, plan, summary
from obafgkm.survey.entries import read_entries
from obafgkm.survey.pipelines import family, said_in_file


def write_tar(path, members):
    with tarfile.open(path, "w") as archive:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))


def test_a_folder_gives_its_fits_files_and_the_members_of_its_tar_archives_in_order(tmp_path):
    (tmp_path / "b").mkdir()
    for name in ("b/2.fits", "b/1.fits.gz", "a.fit", "notes.txt", ".hidden.fits"):
        (tmp_path / name).write_bytes(b"")
    write_tar(tmp_path / "c.tar", {"deep/x.fits": b"one", "README": b"-", "y.fits": b"second"})
    found = list(read_entries(tmp_path))
    names = [Path(entry.get("member", entry["file"])).name for entry in found]
    assert names == ["a.fit", "x.fits", "y.fits", "1.fits.gz", "2.fits"]
    content = (tmp_path / "c.tar").read_bytes()
    inside = [content[entry["offset"] :][: entry["size"]] for entry in found if "member" in entry]
    assert inside == [b"one", b"second"]


def test_a_link_in_a_tar_archive_is_rejected_not_passed_over(tmp_path):
    """tar packs the second name of a hard-linked file so."""
    (tmp_path / "x.fits").write_bytes(b"one")
    (tmp_path / "y.fits").hardlink_to(tmp_path / "x.fits")
    with tarfile.open(tmp_path / "s.tar", "w") as archive:
        archive.add(tmp_path / "x.fits", "x.fits")
        archive.add(tmp_path / "y.fits", "y.fits")
    entries = list(read_entries(tmp_path / "s.tar"))
    assert [("problem" in entry, "offset" in entry) for entry in entries] == [(False, True), (True, False)]
    output, receipt = classified(tmp_path, entries[1:])
    assert receipt["rejected"] == 1
    assert parquet.read_table(output)["file"].to_pylist() == [f"{tmp_path}/s.tar/y.fits"]


def test_a_list_names_files_beside_it(tmp_path):
    (tmp_path / "list.txt").write_text("# stars\none.fits\n\n/data/two.txt\n")
    assert [entry["file"] for entry in read_entries(tmp_path / "list.txt")] == [
        str(tmp_path / "one.fits"),
        "/data/two.txt",
    ]


def test_a_catalogue_of_sdss_or_lamost_names_its_spectra(tmp_path):
    rows = "#Table1\nplate,MJD,fiberID,run2d,class,ra\n266,51602,31,26,STAR,146.7\n"
    (tmp_path / "sdss.csv").write_text(rows)
    (entry,) = read_entries(tmp_path / "sdss.csv")
    assert (entry["name"], entry["class"], entry["ra"]) == ("0266-51602-0031", "STAR", "146.7")
    (tmp_path / "lamost.csv").write_text("lmjd,planid,spid,fiberid\n58575,HD1036B01,3,2\n")
    assert next(read_entries(tmp_path / "lamost.csv"))["name"] == "58575-HD1036B01_sp03-002"


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("other.csv", "ra,dec\n1,2\n", "needs the columns plate, mjd, fiberID, run2d or"),
        ("open.csv", 'plate,mjd,fiberID,run2d\n1,2,3,"26\n4,5,6,26\n', "no catalogue in CSV"),
        ("lines.csv", 'plate,mjd,fiberID,run2d\n1,2,3,"26\n4,5,6,26"\n', "row 1 has a cell of several lines"),
        ("latin.csv", b"plate,mjd,fiberID,run2d\n1,2,3,\xe9\n", "no catalogue in CSV and UTF-8"),
        ("utf16.txt", "a.fits\n".encode("utf-16"), "in UTF-16"),
        ("spectrum.dat", "", "neither a folder"),
    ],
)
def test_what_is_no_survey_is_refused_by_its_name(tmp_path, name, content, told):
    (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ArchiveFileError, match=f"{name}.*{told}"):
        list(read_entries(tmp_path / name))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("266,,31,26", "266, , 31, 26"),
        ("266,51602", "266, 51602, , "),
        (f"{10**22},1,2,26", f"{10**22}, 1, 2"),
    ],
)
def test_a_row_that_names_no_spectrum_costs_itself(tmp_path, row, said):
    (tmp_path / "c.csv").write_text(f"plate,mjd,fiberID,run2d\n{row}\n266,51602,31,26\n")
    bad, good = read_entries(tmp_path / "c.csv")
    assert bad["problem"].startswith(f"row 1 of the catalogue names no spectrum: {said}")
    assert good["name"] == "0266-51602-0031"
    found = fetching.fetch_chunk([bad], tmp_path, release=17, server="https://nowhere", offline=True)
    assert found == [bad]


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (lambda body: body[:1027] + bytes([body[1027] ^ 255]) + body[1028:], "truncated after 1 members"),
        (lambda body: body[:1024], "truncated after 1 members"),
        (lambda body: body[:1700], "after 2 members"),
        (lambda body: body[:100], "no readable tar archive"),
        (lambda _: b"", "no readable tar archive"),
        (lambda _: b"x" * 600, "no readable tar archive"),
    ],
)
def test_what_a_damaged_tar_archive_loses_is_a_row(tmp_path, damage, told):
    (tmp_path / "a.fits").write_bytes(b"")
    write_tar(tmp_path / "t.tar", {f"{name}.fits": b"one" for name in "xyz"})
    body = (tmp_path / "t.tar").read_bytes()
    (tmp_path / "t.tar").write_bytes(damage(body))
    entries = list(read_entries(tmp_path))
    assert entries[0]["file"] == str(tmp_path / "a.fits")
    assert re.search(told, entries[-1]["problem"])
    assert all("problem" not in entry for entry in entries[:-1])


def test_members_of_a_tar_archive_that_was_packed_anew_are_not_mistaken(tmp_path):
    write_tar(tmp_path / "t.tar", {"a.fits": b"one", "b.fits": b"two"})
    entries = list(read_entries(tmp_path / "t.tar"))
    write_tar(tmp_path / "t.tar", {"b.fits": b"two", "a.fits": b"one"})
    os.utime(tmp_path / "t.tar", ns=(0, 1))
    with pytest.raises(ArchiveFileError, match=r"t\.tar.*--forcerun survey_plan"):
        classified(tmp_path, entries)


def test_a_replaced_file_is_in_another_chunk(tmp_path):
    (tmp_path / "s").mkdir()
    for name in ("a", "b"):
        (tmp_path / "s" / f"{name}.fits").write_bytes(b"one")
    plan.write_plan(read_entries(tmp_path / "s"), tmp_path / "first", 1)
    (tmp_path / "s" / "a.fits").write_bytes(b"other")
    plan.write_plan(read_entries(tmp_path / "s"), tmp_path / "second", 1)
    first, second = (plan.chunk_names(tmp_path / name) for name in ("first", "second"))
    assert first[0] != second[0]
    assert first[1] == second[1]


def test_a_file_of_equal_size_and_time_is_another(tmp_path):
    for name, content in (("a.fits", b"one"), ("new", b"two")):
        (tmp_path / name).write_bytes(content)
        os.utime(tmp_path / name, ns=(0, 0))  # as of a reproducible archive
    (before,) = read_entries(tmp_path)
    os.replace(tmp_path / "new", tmp_path / "a.fits")
    (after,) = read_entries(tmp_path)
    assert before["stamp"] != after["stamp"]


def test_links_that_loop_lead_to_each_file_once(tmp_path):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.fits").write_bytes(b"")
    for link in (tmp_path / "l", tmp_path / "deep" / "m", tmp_path / "deep" / "n"):
        link.symlink_to(tmp_path)
    (entry,) = read_entries(tmp_path)
    assert Path(entry["file"]).samefile(tmp_path / "deep" / "a.fits")


def test_a_folder_that_cannot_be_read_is_a_row(tmp_path, monkeypatch):
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.fits").write_bytes(b"")
    scandir = os.scandir

    def forbidden(path):
        if Path(path).name == "sub":
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr("os.scandir", forbidden)
    good, bad = read_entries(tmp_path)
    assert Path(good["file"]).name == "a.fits"
    assert bad == {
        "file": str(tmp_path / "sub"),
        "problem": "a folder that cannot be read (Permission denied)",
    }


@pytest.mark.parametrize("name", ["x\r.fits", "x\n.fits", "sp\udce9c.fits", 'q",.fits', "é.fits"])
def test_a_plan_holds_names_of_any_bytes(tmp_path, name):
    path = tmp_path / "s" / name
    path.parent.mkdir()
    path.write_bytes(b"")
    plan.write_plan(read_entries(path.parent), tmp_path / "plan", 5)
    (chunk_name,) = plan.chunk_names(tmp_path / "plan")
    (entry,) = plan.read_planned(tmp_path / "plan" / f"{chunk_name}.csv")
    assert entry["file"] == str(path)
    output, receipt = classified(tmp_path, [entry])
    assert receipt["rows"] == 1
    assert parquet.read_table(output)["file"].to_pylist() == [printable(str(path))]


@pytest.mark.parametrize(
    "damage", [lambda text: text[:40], lambda text: re.sub(r'"000001-\w+",\n', "", text), lambda _: "[1]"]
)
def test_a_damaged_list_of_chunks_is_named(tmp_path, damage):
    plan.write_plan([{"file": f"{i}.fits"} for i in range(9)], tmp_path / "plan", 3)
    path = tmp_path / "plan" / "plan.json"
    assert len(plan.chunk_names(path.parent)) == 3
    path.write_text(damage(path.read_text()))
    with pytest.raises(ArchiveFileError, match=r"plan\.json: not the file that was .*run again"):
        plan.chunk_names(path.parent)


def test_a_pipe_says_nothing(tmp_path):
    os.mkfifo(tmp_path / "p.fits")
    assert said_in_file(tmp_path / "p.fits") == {}


def test_a_sky_without_positions_is_drawn_empty(tmp_path):
    script = runpy.run_path(str(ROOT / "workflow/scripts/survey/exhibits.py"))
    empty = SimpleNamespace(sky=np.zeros((36, 18)), class_sum=np.zeros((36, 18)))
    titles = {axes.get_title() for axes in script["fig_sky"](empty).axes}
    assert titles == {"no typed spectrum has a position"}


def test_no_file_says_what_to_set(tmp_path):
    with pytest.raises(ArchiveFileError, match=r"survey\.spectra"):
        list(read_entries(tmp_path / "absent"))


def test_every_entry_is_in_one_chunk_and_names_stand_for_content(tmp_path):
    entries = [{"file": f"{i}.fits", "offset": i} for i in range(10)]
    plan.write_plan(entries, tmp_path / "a", 4)
    names = plan.chunk_names(tmp_path / "a")
    read = [entry for name in names for entry in plan.read_chunk(tmp_path / "a" / f"{name}.csv")]
    assert read == [{"file": f"{i}.fits", "offset": str(i)} for i in range(10)]
    plan.write_plan([*entries, {"file": "more.fits"}], tmp_path / "b", 4)
    grown = plan.chunk_names(tmp_path / "b")
    assert grown[:2] == names[:2]
    assert grown[2] != names[2]
    with pytest.raises(ArchiveFileError, match="no spectra"):
        plan.write_plan([], tmp_path / "c", 4)


@pytest.mark.parametrize(
    "damage",
    [
        lambda body: body[: body.index(b"\n", 40) + 1],  # at the end of a line: still a table
        lambda body: body.replace(b"3.fits", b"2.fits"),
        lambda _: bytes(range(256)),
    ],
)
def test_a_damaged_chunk_of_the_plan_loses_no_spectra_silently(tmp_path, damage):
    plan.write_plan([{"file": f"{i}.fits"} for i in range(10)], tmp_path / "plan", 10)
    path = tmp_path / "plan" / f"{plan.chunk_names(tmp_path / 'plan')[0]}.csv"
    assert len(plan.read_planned(path)) == 10
    body = path.read_bytes()
    path.write_bytes(damage(body))
    assert path.read_bytes() != body
    with pytest.raises(ArchiveFileError, match=r"not the file that was .*: delete .*/plan and run again"):
        plan.read_planned(path)


def fake(paths):
    """Answers without a network: a file of two spectra, one that is odd, one that cannot be read."""
    for path in paths:
        row = answers.unreadable(path, Path(path).stem, "")
        if "bad" in path:
            yield row | {"problem": "damaged"}
        elif "odd" in path:
            yield row | {"flags": "outlier,untyped", "outlier": float(len(path)), "snr": 20.0}
        else:
            good = {"type": "G2V", "class_number": 42.0, "flags": "", "snr": 50.0}
            yield row | good
            if "two" in path:
                yield row | good | {"type": "K0III", "flags": "low_snr"}


def classified(folder, entries, name="000000-0"):
    output = folder / f"{name}.parquet"
    chunk.classify_chunk(entries, output, output.with_suffix(".json"), fake)
    return output, json.loads(output.with_suffix(".json").read_text())


def test_what_goes_in_comes_out_or_is_rejected_with_a_reason(tmp_path):
    said = {"ra": "10", "dec": "-5", "class": "STAR", "subClass": "G0"}
    entries = [{"file": "two.fits", **said}, {"file": "bad.fits"}, {"name": "0266-1-1", "problem": "absent"}]
    output, receipt = classified(tmp_path, entries)
    rows = parquet.read_table(output).to_pandas()
    assert list(rows.columns)[: len(answers.COLUMNS)] == list(answers.COLUMNS)
    assert (receipt["entries"], receipt["rows"], receipt["rejected"]) == (3, 4, 2)
    assert rows["file"].tolist() == ["two.fits", "two.fits", "bad.fits", "0266-1-1"]
    assert rows["problem"].tolist() == ["", "", "damaged", "absent"]
    assert rows["pipeline_family"].tolist() == ["G", "G", "not said", "not said"]
    assert rows["ra"].tolist()[:2] == [10, 10]
    assert not output.with_name(f"{output.name}.part").exists()


def laborious(paths, lost, watch):
    """Answers of a worker that needs half a second of CPU time."""
    began = time.process_time()
    while time.process_time() < began + 0.5:
        pass
    for row in fake(paths):
        yield 0, row


def test_what_a_catalogue_says_prevails_over_the_file_and_the_file_over_nothing(tmp_path):
    header = fits.Header({"PLUG_RA": 150.5, "PLUG_DEC": -20.25})
    fits.PrimaryHDU(header=header).writeto(tmp_path / "sdss.fits")
    fits.PrimaryHDU().writeto(tmp_path / "other.fits")
    files = [str(tmp_path / name) for name in ("sdss.fits", "other.fits")]

    def classify(paths):
        return [answers.unreadable(path, "", "") | {"ra": 5.0, "dec": 6.0} for path in paths]

    for said, expected in (({}, [150.5, 5.0]), ({"ra": "10", "dec": "-5"}, [10.0, 10.0])):
        entries = [{"file": file, **said} for file in files]
        chunk.classify_chunk(entries, tmp_path / "c.parquet", tmp_path / "c.json", classify)
        assert parquet.read_table(tmp_path / "c.parquet")["ra"].to_pylist() == expected


def test_a_receipt_counts_the_cpu_time_of_the_workers(tmp_path):
    def classify(paths):
        return barrier.run(laborious, [paths])

    chunk.classify_chunk([{"file": "a.fits"}], tmp_path / "a.parquet", tmp_path / "a.json", classify)
    assert json.loads((tmp_path / "a.json").read_text())["cpu_seconds"] >= 0.5


def test_a_file_without_an_answer_is_noticed_and_leaves_no_chunk(tmp_path):
    output = tmp_path / "x.parquet"
    with pytest.raises(AssertionError, match=r"lost\.fits"):
        chunk.classify_chunk([{"file": "lost.fits"}], output, tmp_path / "x.json", lambda paths: iter(()))
    assert not output.exists()


def test_members_of_a_tar_archive_are_classified_under_their_own_names(tmp_path, monkeypatch):
    """Two of one name, from different folders, are two; and nothing stays in the temporary folder."""
    write_tar(tmp_path / "s.tar", {"a/x.fits": b"first", "b/x.fits": b"second"})
    monkeypatch.setenv("TMPDIR", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr("tempfile.tempdir", None)
    contents = []

    def reading(paths):
        contents.extend(Path(path).read_bytes() for path in paths)
        return fake(paths)

    output = tmp_path / "t.parquet"
    chunk.classify_chunk(list(read_entries(tmp_path / "s.tar")), output, tmp_path / "t.json", reading)
    assert contents == [b"first", b"second"]
    assert parquet.read_table(output)["file"].to_pylist() == [
        f"{tmp_path}/s.tar/a/x.fits",
        f"{tmp_path}/s.tar/b/x.fits",
    ]
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.fixture
def merged(tmp_path):
    """Two chunks as one dataset."""
    first = classified(tmp_path, [{"file": f"two{i}.fits"} for i in range(3)], "000000-0")[0]
    second = classified(tmp_path, [{"file": "odd.fits"}, {"file": "odder.fits"}, {"file": "bad.fits"}], "1")[
        0
    ]
    chunks = [first, second]
    merging.merge(chunks, tmp_path / "types", [path.with_suffix(".json") for path in chunks])
    return tmp_path / "types", chunks


def test_the_dataset_has_every_row_in_the_partition_of_its_class(merged):
    folder, chunks = merged
    table = dataset.dataset(folder, partitioning="hive").to_table().to_pandas()
    assert Counter(table["main_class"]) == {"G": 3, "K": 3, "untyped": 2, "unreadable": 1}
    assert {path.name for path in folder.iterdir()} == {
        f"main_class={name}" for name in ("G", "K", "untyped", "unreadable")
    }
    whole = pd.concat([parquet.read_table(path).to_pandas() for path in chunks])
    assert sorted(table["file"]) == sorted(whole["file"])
    assert (table.loc[table["main_class"] == "K", "type"] == "K0III").all()


def test_a_chunk_that_lost_rows_stops_the_merge(merged, tmp_path):
    _, chunks = merged
    receipts = [path.with_suffix(".json") for path in chunks]
    receipts[0].write_text(json.dumps({"rows": 7}))
    with pytest.raises(AssertionError, match="10 rows in the chunks and 9"):
        merging.merge(chunks, tmp_path / "again", receipts)


def test_the_summary_counts_compares_and_lists_the_oddest_first(merged):
    folder, _ = merged
    found = summary.summarise(folder)
    counts = found.count_table().set_index("class")
    assert counts.loc[["G", "K", "untyped", "unreadable"], "spectra"].tolist() == [3, 3, 2, 1]
    assert counts["share"].sum() == pytest.approx(1)
    assert (counts.loc["K", "low_snr"], counts.loc["untyped", "outlier"]) == (3, 2)
    assert found.outlier_table()["file"].tolist() == ["odder.fits", "odd.fits"]
    assert summary.summarise(folder, most=1).outlier_table()["file"].tolist() == ["odder.fits"]


def test_agreement_is_the_share_of_typed_spectra_with_the_pipelines_class():
    rows = pd.DataFrame(
        {
            "pipeline_family": ["G", "G", "G", "QSO"],
            "main_class": ["G", "K", "untyped", "untyped"],
            "type": ["G2V", "K0V", "", ""],
            "flags": "",
            "outlier": 0.0,
            "class_number": [42.0, 50.0, np.nan, np.nan],
            "ra": [10.0, 370.0, np.nan, 1.0],
            "dec": [0.0, 0.0, np.nan, 1.0],
            **{name: "" for name in ("file", "name", "pipeline_class", "pipeline_subclass")},
            "snr": 1.0,
            "coverage": 1.0,
        }
    )
    total = summary.Summary()
    total.add(rows)
    total.add(rows)
    table = total.agreement_table().set_index("pipeline")
    assert table.loc["G", ["spectra", "same", "G", "K", "untyped"]].tolist() == [6, 0.5, 2, 2, 2]
    assert np.isnan(table.loc["QSO", "same"])
    assert total.sky.sum() == 4
    assert np.count_nonzero(total.sky) == 1  # 370 degrees are 10
    assert total.class_sum.sum() == 2 * (42 + 50)


def test_the_oddest_spectra_of_all_batches_are_listed():
    names = [*summary._COLUMNS]
    total = summary.Summary(most=3)
    for scores in ([5.0, 1.0, 4.0], [3.0, 6.0, 2.0]):
        rows = pd.DataFrame({name: "" for name in names}, index=range(3))
        total.add(
            rows.assign(flags="outlier,untyped", outlier=scores, ra=np.nan, dec=np.nan, class_number=0.0)
        )
    assert total.outlier_table()["outlier"].tolist() == [6, 5, 4]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (("STAR", "G0 (G_101-29)"), "G"),
        (("STAR", "dM1"), "M"),
        (("STAR", "gM"), "M"),
        (("STAR", "WDhotter"), "other star"),
        (("STAR", "Carbon"), "other star"),
        (("STAR", ""), "other star"),
        (("GALAXY", "STARFORMING"), "GALAXY"),
        (("", ""), "not said"),
    ],
)
def test_the_pipelines_class_is_sorted_into_families(said, expected):
    assert family(*said) == expected


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdss")
    spectra, lines = simulate_survey("sharma", {"STAR": 2}, 1, StellarGrid.load())
    sdss.write(folder, spectra, lines)
    return folder, spectra.labels


def test_a_file_of_sdss_says_where_and_what(simulated):
    folder, labels = simulated
    for label in labels.to_dict("records"):
        path = next(folder.glob(f"**/spec-{label['name']}.fits"))
        said = said_in_file(path)
        assert (said["ra"], said["dec"]) == pytest.approx((label["ra"], label["dec"]), abs=1e-6)
        assert (said["class"], said["subClass"]) == (label["class"], label["subclass_text"])


def test_real_files_say_what_astropy_reads(mirror):
    for survey, module in (("sdss/spectra/lite", "sdss.spectra"), ("lamost", "lamost")):
        paths = sorted((mirror / survey).rglob("spec-*.fits"))[:20]
        reader = __import__(f"obafgkm.archives.{module}", fromlist=["read_spectrum"]).read_spectrum
        for path in paths:
            labels, said = reader(path.name, path.read_bytes())[0], said_in_file(path)
            assert (said["ra"], said["dec"]) == pytest.approx((labels["ra"], labels["dec"]), abs=1e-9)
            assert said["class"].upper() == (labels["class"] or "UNKNOWN")


def test_other_files_say_nothing(tmp_path):
    (tmp_path / "text").write_text("5000 1.0\n")
    assert said_in_file(tmp_path / "text") == said_in_file(tmp_path / "absent") == {}


def test_rows_of_a_catalogue_come_from_the_mirror_first(simulated, tmp_path, monkeypatch):
    folder, labels = simulated
    own, absent, gone = ({**row} for row in labels.iloc[[0, 1, 1]].to_dict("records"))
    (tmp_path / "mirror").mkdir()
    (tmp_path / "mirror/sdss").symlink_to(folder)
    gone["fiberid"] = absent["fiberid"] = 999
    gone["plate"] = 77
    rows = [f"{row['plate']},{row['mjd']},{row['fiberid']},{row['run2d']}" for row in (own, absent, gone)]
    (tmp_path / "c.csv").write_text("\n".join(["plate,mjd,fiberID,run2d", *rows]))
    entries = list(read_entries(tmp_path / "c.csv"))
    asked = []

    def download(catalogue, directory, release, **ways):
        asked.extend(catalogue["fiberID"])
        return pd.DataFrame({"name": [entries[2]["name"]], "reason": ["not on the server"]}), {}

    monkeypatch.setattr(fetching, "download", download)
    found = fetching.fetch_chunk(
        entries, tmp_path / "here", mirror=tmp_path / "mirror", release=17, server="https://example.org"
    )
    assert asked == [999, 999]
    assert Path(found[0]["file"]).is_file()
    assert (
        found[1]["file"]
        == f"{tmp_path}/here/spectra/lite/{absent['plate']:04d}/spec-{entries[1]['name']}.fits"
    )
    assert found[2]["problem"] == "not on the server"
    assert "file" not in found[2]


def test_rows_of_lamost_that_the_mirror_lacks_are_rejected(tmp_path):
    (tmp_path / "lamost/a").mkdir(parents=True)
    (tmp_path / "lamost/a/spec-5-P_sp03-002.fits.gz").write_bytes(b"")
    (tmp_path / "c.csv").write_text("lmjd,planid,spid,fiberid\n5,P,3,2\n5,P,3,4\n")
    entries = list(read_entries(tmp_path / "c.csv"))
    here, absent = fetching.fetch_chunk(entries, tmp_path, mirror=tmp_path, release=17, server="")
    assert here["file"].endswith("a/spec-5-P_sp03-002.fits.gz")
    assert "mirror" in absent["problem"]


def test_pages_find_members_of_tar_archives(tmp_path, monkeypatch):
    write_tar(tmp_path / "s.tar", {"a/x.fits": b"first"})
    seen = []

    def stream(paths, plot, standards):
        seen.extend(Path(path).read_bytes() for path in paths)
        return [{"problem": ""} for _ in paths]

    monkeypatch.setattr(pages, "stream", stream)
    (tmp_path / "y.fits").write_bytes(b"other")
    drawn = pages.draw_pages([f"{tmp_path}/s.tar/a/x.fits", f"{tmp_path}/y.fits"], tmp_path / "pages")
    assert drawn == 2
    assert seen == [b"first", b"other"]


def test_partitions_are_all_main_classes_and_what_has_none():
    assert [*MAIN_CLASSES, "untyped", "unreadable"] == merging.PARTITIONS
