"""The workflow: products, reruns, and what a user meets when something is wrong."""

import json
import shutil

import pandas as pd
import pytest
from astropy.table import Table
from conftest import ROOT, TINY, snakemake
from PIL import Image

from obafgkm.spectra import Spectra

pytestmark = pytest.mark.slow

FIGURES = [path.stem for path in (ROOT / "workflow/report/sharma").glob("fig*.rst")]
TABLES = [path.stem for path in (ROOT / "workflow/report/sharma").glob("table*.rst")]
LIBRARIES = ["jhc", "elodie", "miles", "cflib"]


@pytest.mark.parametrize("figure", [f"sharma/{name}" for name in FIGURES] + ["libraries/fig_spectra"])
def test_figures_are_pictures_with_something_on_them(tiny_run, figure):
    with Image.open(tiny_run / "results" / f"{figure}.png") as picture:
        assert min(picture.size) > 200
        assert len(picture.convert("L").getcolors()) > 20
    assert (tiny_run / "results" / f"{figure}.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize("table", TABLES)
def test_tables_have_rows_and_a_latex_twin(tiny_run, table):
    assert len(pd.read_csv(tiny_run / "results" / "sharma" / f"{table}.csv"))
    assert r"\bottomrule" in (tiny_run / "results" / "sharma" / f"{table}.tex").read_text()


def test_no_star_is_on_both_sides_of_the_split(tiny_run):
    stars = [
        set(Spectra.read(tiny_run / f"resources/sharma/{part}.h5").labels["star"])
        for part in ("training", "test")
    ]
    assert all(stars)
    assert not stars[0] & stars[1]


def test_counts_in_are_counts_out_and_rejected(tiny_run):
    table = pd.read_csv(tiny_run / "results/sharma/table1.csv")
    parts = ["rejected", "no luminosity class", "star in CFLIB", "selected"]
    assert (table["files"] == table[parts].sum(axis=1)).all()
    assert (table["selected"] > 0).all()


def test_every_number_names_its_source(tiny_run):
    for table in ["table1", "table2", "table3", "table_luminosity_counts"]:
        assert (pd.read_csv(tiny_run / "results" / "sharma" / f"{table}.csv")["source"] == "simulated").all()


def test_the_released_catalogue_is_whole_and_describes_its_columns(tiny_run):
    catalogue = Table.read(tiny_run / "results/sharma/table5.fits")
    test = Spectra.read(tiny_run / "resources/sharma/test.h5")
    assert len(catalogue) == len(test)
    described = Table.read(tiny_run / "results/sharma/table5.ecsv")
    assert described["flag"].description
    assert set(described["identifier"].astype(str)) == set(test.labels["name"])


def test_intervals_hold_their_numbers(tiny_run):
    table = pd.read_csv(tiny_run / "results/sharma/table3.csv")
    for metric in ["main_class_accuracy", "sigma", "mad_sigma"]:
        assert (table[f"{metric}_low"] <= table[metric] + 1e-9).all()
        assert (table[metric] <= table[f"{metric}_high"] + 1e-9).all()


def test_a_second_run_does_nothing(tiny_run):
    again = snakemake(tiny_run, "--configfile", TINY, "--dry-run")
    assert again.returncode == 0
    assert "Nothing to be done" in again.stdout


def test_a_changed_exhibit_reruns_alone(tiny_run, tmp_path):
    copy = tmp_path / "repository"
    shutil.copytree(
        ROOT,
        copy,
        ignore=shutil.ignore_patterns(".git", ".venv", ".uv", ".snakemake", "resources", "results"),
    )
    run = tmp_path / "run"
    shutil.copytree(tiny_run, run)
    script = copy / "workflow/scripts/sharma/fig01.py"
    script.write_text(script.read_text() + "\n# changed\n")
    dry = snakemake(run, "--configfile", TINY, "--dry-run", "--quiet", "rules", root=copy)
    assert dry.returncode == 0, dry.stdout
    changed = snakemake(run, "--configfile", TINY, "--dry-run", root=copy).stdout
    assert "fig01" in changed
    assert "train_ann" not in changed
    assert "fig02" not in changed.split("job ")[-1].split("total")[0]


def test_the_dag_of_the_published_scale_is_complete(tmp_path):
    dry = snakemake(tmp_path, "--configfile", ROOT / "config" / "published.yaml", "--dry-run")
    assert dry.returncode == 0, dry.stdout[-2000:]


def test_an_unknown_key_is_named(tmp_path):
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("sharma: {ann: {epoch: 5}}\n")
    done = snakemake(tmp_path, "--configfile", wrong, "--dry-run")
    assert done.returncode != 0
    assert "epoch" in done.stdout


@pytest.mark.parametrize("mirror", ["", "empty"])
def test_a_missing_mirror_is_an_error_that_names_the_ways_on(tmp_path, mirror):
    (tmp_path / "empty").mkdir()
    config = tmp_path / "mirror.yaml"
    config.write_text("datasets: {jhc: {source: mirror}}\n")
    done = snakemake(
        tmp_path,
        "resources/ingested/jhc.h5",
        "--configfile",
        config,
        OBAFGKM_MIRROR=str(tmp_path / mirror) if mirror else "",
    )
    assert done.returncode != 0
    for word in ["jhc", "remote", "simulated", "mirror"]:
        assert word in done.stdout


def test_offline_a_download_is_refused_with_the_ways_on(tmp_path):
    config = tmp_path / "offline.yaml"
    config.write_text("datasets: {jhc: {source: remote}}\narchives: {offline: true}\n")
    done = snakemake(tmp_path, "resources/ingested/jhc.h5", "--configfile", config)
    assert done.returncode != 0
    assert "offline" in done.stdout
    assert "Traceback" not in done.stdout.split("logs/")[0]


def test_a_truncated_intermediate_file_is_named(tiny_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(tiny_run, run)
    broken = run / "resources/homogenised/miles.h5"
    broken.write_bytes(broken.read_bytes()[:5000])
    done = snakemake(run, "--configfile", TINY)
    assert done.returncode != 0
    assert "miles.h5" in done.stdout
    assert "delete it and run again" in done.stdout


def test_real_spectra_run_through_the_whole_chain(mirror, tmp_path):
    overlay = tmp_path / "mirror.yaml"
    overlay.write_text(TINY.read_text())
    done = snakemake(
        tmp_path, "--configfile", ROOT / "config" / "mirror.yaml", TINY, OBAFGKM_MIRROR=str(mirror)
    )
    assert done.returncode == 0, done.stdout[-4000:]
    table = pd.read_csv(tmp_path / "results/sharma/table1.csv").set_index("library")
    assert table.loc["JHC Atlas", ["files", "rejected"]].tolist() == [161, 3]
    assert table.loc["MILES", "files"] == 985
    assert table.loc["CFLIB", "files"] == 118
    assert table.loc["ELODIE 3.1", ["files", "selected"]].tolist() == [0, 0]
    counts = pd.read_csv(tmp_path / "results/sharma/table_luminosity_counts.csv")
    jhc = counts[(counts["library"] == "jhc") & (counts["sample"] == "ingested")]
    assert jhc[["I", "II", "III", "IV", "V"]].to_numpy().tolist() == [[45, 8, 44, 4, 57]]
    provenance = json.loads((tmp_path / "resources/archives/mirror/jhc/provenance.json").read_text())
    assert provenance["source"] == "mirror"
