"""The command: what it prints and writes, its exit codes; many spectra need no more memory than few."""

import functools
import io
import pickle
import signal
import subprocess
import sys
import time
import tomllib
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from astropy import units
from astropy.table import Table
from conftest import ROOT

from obafgkm.barrier.limits import Limits, Watch
from obafgkm.classify import classify, classify_files, rows, streaming
from obafgkm.classify.answers import COLUMNS, class_set
from obafgkm.classify.command import main
from obafgkm.errors import ArchiveFileError
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.wavelengths import airtovac

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
RUN = [sys.executable, "-c", "import sys; from obafgkm.classify.command import main; sys.exit(main())"]


def star(seed=0, n=2100):
    """Wavelengths and flux of something like a star."""
    wave = np.linspace(3750, 7050, n)
    rng = np.random.default_rng(seed)
    flux = (wave / 5000) ** rng.uniform(-4, 2) * (1 + rng.normal(0, 0.02, n))
    return wave, flux * (1 - rng.uniform(0, 0.7) * np.exp(-0.5 * ((wave - 4861) / 8) ** 2))


@pytest.fixture
def files(tmp_path):
    """Forty spectra; three of the files are bad."""
    paths = []
    for i in range(40):
        paths.append(tmp_path / f"star {i}.txt")
        np.savetxt(paths[-1], np.stack(star(i), axis=1), fmt="%.5g")
    paths[7].write_text("<html>404</html>")
    paths[8].write_text("10000 1\n" * 10)  # says in Å what it covers
    paths[35].unlink()
    return [str(path) for path in paths]


def test_bad_files_are_listed_and_do_not_stop_the_rest(files, tmp_path, capsys):
    assert main(["classify", *files, "--output", str(tmp_path / "types.csv"), "--jobs", "1"]) == 1
    printed = capsys.readouterr()
    table = pd.read_csv(io.StringIO(printed.out), sep=r"\s+")
    assert len(table) == len(files)
    assert table["flags"].eq("unreadable").sum() == 3
    assert "star 7.txt: an HTML page" in printed.err
    assert "star 35.txt: there is no such file" in printed.err
    assert "3 of 40" in printed.err
    written = pd.read_csv(tmp_path / "types.csv", keep_default_na=False)
    assert list(written) == list(COLUMNS)
    assert written["file"].tolist() == files
    assert [i for i, problem in enumerate(written["problem"]) if problem] == [7, 8, 35]


def test_every_real_spectrum_gets_a_row(mirror):
    patterns = ("jhc/*.fits", "miles/*.tar.gz", "cflib/BINTABLE.tgz", "cflib/TEXT/*.txt", "sdss/dr7/*.fit")
    patterns += ("sdss/spectra/**/*.fits", "sdss/skyserver_csv/*.csv")
    paths = [path for pattern in patterns for path in sorted(mirror.glob(pattern))]
    table = classify_files(paths)
    rows = table.groupby("file", sort=False)["name"].agg(["size", "nunique"])
    assert rows.index.to_list() == list(map(str, paths))
    assert (rows["size"] == rows["nunique"]).all()
    in_archives = rows.index.str.endswith("gz")
    assert (rows.loc[~in_archives, "size"] == 1).all()
    assert (rows.loc[in_archives, "size"] > 100).all()
    assert (table["problem"] == "").all()


def test_processes_do_not_change_the_answers_or_their_order(files, monkeypatch):
    monkeypatch.setattr(streaming, "_WORTH_A_PROCESS", 1)
    one, two = (classify_files([*files, *files], jobs=jobs) for jobs in (1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert one["file"].tolist() == [*files, *files]


@pytest.mark.parametrize("ending", [".csv", ".ecsv", ".fits", ".vot"])
def test_every_table_holds_the_answers_with_units_and_meanings(files, ending, tmp_path):
    output = tmp_path / f"types{ending}"
    assert main(["classify", *files[:10], "--output", str(output), "--quiet"]) == 1
    expected = classify_files(files[:10])
    if ending == ".fits":
        expected["problem"] = expected["problem"].str.replace("Å", "Angstrom")
    read = pd.read_csv(output, keep_default_na=False) if ending == ".csv" else Table.read(output)
    for key, column in COLUMNS.items():
        if column.kind is str:
            assert [str(value) for value in np.ma.filled(read[key], "")] == expected[key].tolist(), key
        else:
            values = pd.to_numeric(pd.Series(np.ma.filled(read[key], np.nan)), errors="coerce")
            np.testing.assert_allclose(values, expected[key], rtol=1e-5)
        if ending != ".csv":
            assert (read[key].unit or "") == (units.Unit(column.unit) if column.unit else "")
            assert " ".join(read[key].description.split()) == column.meaning  # VOTable is wrapped
            assert read[key].meta["ucd"] == column.ucd
    assert not output.with_name(output.name + ".part").exists()


def test_exit_codes(files, tmp_path, capsys):
    assert main(["classify", files[0]]) == 0
    assert main(["classify", files[7]]) == 1
    assert main(["classify", files[0], "--output", str(tmp_path / "types.xls")]) == 2
    assert ".csv, .ecsv, .fits, .vot" in capsys.readouterr().err
    assert main(["classify", files[0], "--output", str(tmp_path / "none" / "types.csv")]) == 2
    for wrong in (["--medium", "water", files[0]], ["--jobs", "0", files[0]], []):
        with pytest.raises(SystemExit) as caught:
            main(["classify", *wrong])
        assert caught.value.code == 2


def test_the_module_is_the_command_and_says_its_version():
    run = subprocess.run([sys.executable, "-m", "obafgkm", "--version"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split() == ["obafgkm", PROJECT["version"]]


def test_a_list_of_files(files, tmp_path, capsys):
    listed = tmp_path / "list.txt"
    listed.write_text("\n".join(files[:5]))
    assert main(["classify", f"@{listed}"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 6


def test_a_list_may_have_a_byte_order_mark_blank_lines_and_comments(files, tmp_path, capsys):
    listed = tmp_path / "list.txt"
    listed.write_text(
        f"\ufeff{files[0]}\n\n# the second night\n  {files[1]}  \r\n", encoding="utf-8", newline=""
    )
    assert main(["classify", f"@{listed}"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_reading_is_shown_without_typing_and_written(files, tmp_path, capsys):
    wave, flux = star(3)
    table = Table(
        {"wavelength_vac": airtovac(wave) / 10, "flux": flux, "sky": flux}, units={"wavelength_vac": "nm"}
    )
    table.write(tmp_path / "hd1.fits")
    assert main(["read", str(tmp_path / "hd1.fits"), files[7], "-o", str(tmp_path)]) == 1
    printed = capsys.readouterr()
    for said in ("wavelength_vac (nm)", "vacuum", "column sky", "flux_assumed", "hd1_read.ecsv"):
        assert said in printed.out
    assert "HTML page" in printed.err
    read = Table.read(tmp_path / "hd1_read.ecsv")
    np.testing.assert_allclose(read["wave"], airtovac(wave))
    np.testing.assert_allclose(read["flux"], flux)
    assert (read.meta["AIRORVAC"], read["wave"].unit) == ("vacuum", units.AA)


def test_every_row_says_how_it_was_read(files, tmp_path):
    wave, flux = star(3)
    Table({"loglam": np.log10(wave), "flux": flux, "ivar": 400 + 0 * wave}).write(tmp_path / "star.fits")
    row = classify_files(tmp_path / "star.fits").iloc[0]
    assert (row["read_wave"], row["read_error"]) == (
        "column loglam (log10 Angstrom)",
        "column ivar (inverse variance)",
    )
    assert (row["medium"], row["read_medium"]) == ("air", "not said, air assumed")
    assert row["flags"].endswith("medium_assumed,flux_assumed")


def test_the_reader_of_a_pipe_may_stop(files):
    command = subprocess.run(
        f"{{ {' '.join(map(repr, RUN))} classify {' '.join(map(repr, files[:5]))}; echo $? >&2; }} | head -1",
        shell=True,
        capture_output=True,
        text=True,
    )
    assert command.stdout.startswith("type")
    assert "Traceback" not in command.stderr


@pytest.mark.parametrize(
    ("end", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_an_interruption_keeps_the_rows_so_far(files, tmp_path, end, status):
    output = tmp_path / "types.csv"
    many = [path for path in files if Path(path).exists()] * 50
    (tmp_path / "list.txt").write_text("\n".join(many))
    command = [*RUN, "classify", f"@{tmp_path}/list.txt", "--output", str(output), "--jobs", "2", "--quiet"]
    # A shell's background jobs ignore Ctrl-C, and so would what they start.
    heeding = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    running = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heeding)
    part = tmp_path / "types.csv.part"
    while running.poll() is None and (not part.exists() or part.read_text().count("\n") < 10):
        time.sleep(0.05)
    running.send_signal(end)
    _, err = running.communicate(timeout=60)
    assert running.returncode == status
    assert "Traceback" not in err
    assert "types.csv.part" in err
    assert not output.exists()
    assert 10 <= len(pd.read_csv(part)) < len(many)


@pytest.fixture
def stand_in(monkeypatch):
    """In place of the released model, one that answers at once."""

    def answer(flux, ivar=None):
        classes = np.eye(70)[(np.abs(flux[:, 100]) * 10).astype(int) % 70]
        luminosity, nothing = np.eye(5)[[4] * len(flux)], np.zeros(len(flux))
        return SimpleNamespace(
            temperature=classes,
            luminosity=luminosity,
            outlier=nothing,
            flagged=nothing > 0,
            sets=classes > 0,
            has_lines=nothing == 0,
        )

    model = SimpleNamespace(wave=np.linspace(3800, 7000, 3000), classify=answer)
    monkeypatch.setattr(rows, "load_model", lambda folder=None: model)


def test_memory_does_not_grow_with_the_number_of_spectra(stand_in, tmp_path):
    def peak(n):
        wave, flux = star(n=800)
        labels = pd.DataFrame({"name": [f"star {i}" for i in range(n)]})
        Spectra(wave, np.tile(flux, (n, 1)), np.ones((n, wave.size)), labels).write(tmp_path / "many.h5")
        tracemalloc.start()
        watch = Watch(Limits(), lambda number: None)
        assert sum(1 for _ in rows.rows_of([(tmp_path / "many.h5", "many")], {}, watch)) == n
        high = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return high

    peak(64)
    assert peak(2000) < 1.2 * peak(600)


def test_classifying_a_file_imports_nothing_slow(files):
    slow = ["tensorflow", "keras", "snakemake", "specutils", "pandas", "matplotlib", "astropy.table", "scipy"]
    program = "import sys; from obafgkm.classify.command import main; main()\n"
    program += f"print([name for name in {slow} if name in sys.modules], file=sys.stderr)"
    run = subprocess.run(
        [sys.executable, "-c", program, "classify", files[0]], capture_output=True, text=True
    )
    assert run.stderr.splitlines()[-1] == "[]"


def test_arrays_files_and_media_give_the_same_answers(tmp_path):
    wave, flux = star(3)
    np.savetxt(tmp_path / "star.txt", np.stack([wave, flux], axis=1), fmt="%.12g")
    apart = {"file", "name", "flags", "medium", *(key for key in COLUMNS if key.startswith("read_"))}
    columns = [key for key in COLUMNS if key not in apart]
    from_file = classify_files(tmp_path / "star.txt")[columns]
    from_arrays = classify(wave, flux, medium="air")[columns]
    in_vacuum = classify(airtovac(wave), flux, medium="vacuum")[columns]
    for other in (from_arrays, in_vacuum):
        pd.testing.assert_frame_equal(from_file, other, rtol=1e-3)
    assert len(classify(wave, np.tile(flux, (5, 1)))) == 5


def test_a_spectrum_of_specutils_is_classified():
    import specutils

    wave, flux = star(3)
    spectrum = specutils.Spectrum(flux=flux * units.Unit("erg / (s cm2 AA)"), spectral_axis=wave * units.AA)
    assert classify(spectrum)["type"].tolist() == classify(wave, flux)["type"].tolist()


def test_pages_are_drawn_one_a_spectrum(files, tmp_path):
    classify_files([files[0], files[0], files[7]], plot=tmp_path)
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["star 0-2.png", "star 0.png"]


def test_the_documentation_describes_every_column():
    page = (ROOT / "docs" / "classify.md").read_text()
    for key, column in COLUMNS.items():
        unit = f" ({column.unit})" if column.unit else ""
        assert f"| `{key}` | {column.meaning}{unit} |" in page


def test_an_error_passes_from_process_to_process():
    error = pickle.loads(pickle.dumps(ArchiveFileError("star.fits", "empty")))
    assert (str(error), error.problem) == ("star.fits: empty", "empty")


def test_sets_are_written_as_runs():
    members = np.zeros(70, bool)
    assert class_set(members) == ""
    members[[0, 39, 40, 41, 69]] = True
    assert class_set(members) == "O0 F9-G1 M9"
