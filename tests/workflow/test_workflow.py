"""The workflow: products, reruns, and what a user meets when something is wrong."""

import json
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from astropy.table import Table
from conftest import ROOT, TINY, snakemake

from obafgkm.archives import vald
from obafgkm.documents.sharma.estimators import build_estimator, predict_class, target
from obafgkm.evaluation.metrics import class_metrics
from obafgkm.simulate.engine import initialise_engine
from obafgkm.simulate.lines import atomic_lines
from obafgkm.spectra import Spectra

pytestmark = pytest.mark.slow

AFTER = {
    "science",
    "paper_numbers",
    "paper",
    "record_provenance",
    "crate",
    "archive_report",
}  # what goes with any change of results


def test_every_check_of_the_results_passes(tiny_run):
    page = (tiny_run / "results/science.html").read_text()
    assert page.count('class="passed"') > 250
    assert 'class="failed"' not in page


def test_every_exhibit_has_a_caption_and_a_place_in_the_report(tiny_run):
    listed = pd.read_csv(tiny_run / "results/exhibits.csv")
    captions = {path.relative_to(ROOT / "workflow/report") for path in ROOT.glob("workflow/report/*/*.rst")}
    # Drawn where a mirror holds the spectra.
    real_only = {
        Path("sharma", f"{name}.rst") for name in ("table_repeats", "fig_pretraining", "table_pretraining")
    }
    real_only |= {
        Path("csepreghy", f"{name}.rst")
        for name in (
            *("fig_simulated", "table_simulated", "table_surveys", "fig_latent", "table_latent"),
            *("table_cross_validation", "table_cross_validation_classes"),
            *("table_sdss_cnn", "table_sdss_mixed", "table_outliers"),
        )
    }
    real_only.add(Path("classifier", "table_cluster.rst"))
    assert {Path(row.document, f"{row.exhibit}.rst") for row in listed.itertuples()} | real_only == captions
    with zipfile.ZipFile(tiny_run / "results/report.zip") as archive:
        shown = archive.read("report/report.html").decode()
    for row in listed.itertuples():
        suffix = "png" if row.exhibit.startswith("fig") else "csv"
        assert f"results/{row.document}/{row.exhibit}.{suffix}" in shown


@pytest.mark.parametrize(
    ("broken", "content", "told"),
    [
        ("sharma/fig07.png", b"\x89PNG", "a figure is a picture with something on it [sharma/fig07]"),
        (
            "sharma/table_pairs.csv",
            b"model,source\n",
            "a table has rows and a latex twin [sharma/table_pairs]",
        ),
    ],
)
def test_a_broken_exhibit_fails_the_run_by_its_name(tiny_run, tmp_path, broken, content, told):
    run = tmp_path / "run"
    shutil.copytree(tiny_run, run)
    (run / "results" / broken).write_bytes(content)
    done = snakemake(run, "results/science.html", "--configfile", TINY)
    assert done.returncode != 0
    assert told in done.stdout


def test_the_released_catalogue_is_whole_and_describes_its_columns(tiny_run):
    catalogue = Table.read(tiny_run / "results/sharma/table5.fits")
    test = Spectra.read(tiny_run / "resources/sharma/test.h5")
    assert len(catalogue) == len(test)
    described = Table.read(tiny_run / "results/sharma/table5.ecsv")
    assert described["flag"].description
    assert set(described["identifier"].astype(str)) == set(test.labels["name"])


def test_a_second_run_does_nothing(tiny_run):
    again = snakemake(tiny_run, "--configfile", TINY, "--dry-run")
    assert again.returncode == 0
    assert "Nothing to be done" in again.stdout


def to_rerun(run, repository):
    """Rules that a dry run would execute."""
    dry = snakemake(run, "--configfile", TINY, "--dry-run", root=repository)
    assert dry.returncode == 0, dry.stdout
    stats = dry.stdout.partition("Job stats:")[2].partition("total")[0]
    return {line.split()[0] for line in stats.splitlines() if line[-1:].isdigit()} - {"all", "everything"}


@pytest.mark.parametrize(
    ("changed", "rerun"),
    [
        ("scripts/sharma/fig01.py", {"sharma_fig01"}),
        (
            "obafgkm/report/plots/networks.py",
            {f"sharma_fig{number}" for number in ("04", "05", "08", "09", "10")}
            | {"csepreghy_curves", "csepreghy_layers"}
            | {"gebran_fig3", "hammer_fig_curves", "saldic_fig_curves"},
        ),
    ],
)
def test_a_change_reruns_what_rests_on_it_and_nothing_else(tiny_run, tmp_path, changed, rerun):
    copy, run = tmp_path / "repository", tmp_path / "run"
    left_out = shutil.ignore_patterns(".git", ".venv", ".uv", ".snakemake", "resources", "results")
    shutil.copytree(ROOT, copy, ignore=left_out)
    shutil.copytree(tiny_run, run)
    file = copy / "workflow" / changed
    file.write_text(file.read_text() + "\n# changed\n")
    assert to_rerun(run, copy) == rerun | AFTER


def test_a_commit_reruns_nothing(tiny_run, tmp_path):
    copy, run = tmp_path / "repository", tmp_path / "run"
    left_out = shutil.ignore_patterns(".git", ".venv", ".uv", ".snakemake", "resources", "results")
    shutil.copytree(ROOT, copy, ignore=left_out)
    shutil.copytree(tiny_run, run)
    git = ["git", "-C", copy, "-c", "user.name=Annie Cannon", "-c", "user.email=cannon@example.org"]
    for command in (["init", "-q"], ["add", "README.md"], ["commit", "-q", "-m", "Change nothing that runs"]):
        subprocess.run([*git, *command], check=True)
    assert to_rerun(run, copy) == set()


def test_a_new_clone_with_old_results_does_nothing(tiny_run, tmp_path):
    """Every file of the clone, and every input and intermediate, is newer than what was made of it."""
    copy, run = tmp_path / "repository", tmp_path / "run"
    left_out = shutil.ignore_patterns(".git", ".venv", ".uv", ".snakemake", "resources", "results")
    shutil.copytree(tiny_run, run)
    shutil.copytree(ROOT, copy, ignore=left_out, copy_function=shutil.copy)
    for file in sorted(run.glob("resources/**/*"), reverse=True):
        os.utime(file)
    assert to_rerun(run, copy) == set()


def test_an_older_script_reruns_what_rests_on_it_too(tiny_run, tmp_path):
    copy, run = tmp_path / "repository", tmp_path / "run"
    left_out = shutil.ignore_patterns(".git", ".venv", ".uv", ".snakemake", "resources", "results")
    shutil.copytree(ROOT, copy, ignore=left_out)
    shutil.copytree(tiny_run, run)
    script = copy / "workflow/scripts/sharma/fig01.py"
    script.write_text(script.read_text() + "\n# changed\n")
    os.utime(script, (0, 0))
    assert to_rerun(run, copy) == {"sharma_fig01"} | AFTER


def test_a_number_changed_by_hand_changes_the_ledger_and_the_paper_and_nothing_else(tiny_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(tiny_run, run)
    path, before = run / "results/sharma/table3.csv", pd.read_csv(run / "results/claims.csv")
    paper, numbers = run / "results/paper.pdf", run / "results/paper/numbers.json"
    paper_before, numbers_before = paper.read_bytes(), json.loads(numbers.read_text())
    table = pd.read_csv(path)
    # Within their intervals, and not an accuracy that is recomputed, or the checks would notice.
    ours = {}
    for model, column in (("Keras ANN", "r2"), ("MLP regressor", "main_class_accuracy")):
        row = table["model"] == model
        ours[column] = table.loc[row, [f"{column}_low", f"{column}_high"]].mean(axis=1).round(3).item()
        table.loc[row, column] = ours[column]
    table.to_csv(path, index=False)
    assert to_rerun(run, ROOT) == {"ledger", "paper_numbers"} | AFTER
    assert snakemake(run, "--configfile", TINY).returncode == 0
    numbers_after = json.loads(numbers.read_text())
    differing = {name for name in numbers_after if numbers_after[name] != numbers_before[name]}
    assert differing == {"sharma.regressor.accuracy"}
    assert numbers_after["sharma.regressor.accuracy"]["text"] == f"{100 * ours['main_class_accuracy']:.1f}%"
    assert paper.read_bytes() != paper_before
    after = pd.read_csv(run / "results/claims.csv")
    changed = after[(after["ours"] != before["ours"]) & after["ours"].notna()]
    assert dict(zip(changed["quantity"], changed["ours"], strict=True)) == {
        "Keras ANN: R²": ours["r2"],
        "MLP regressor: main-class accuracy": pytest.approx(100 * ours["main_class_accuracy"]),
    }


def test_a_broken_exhibit_makes_the_run_fail_and_is_named(tiny_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(tiny_run, run)
    figure = run / "results/sharma/fig_reddening.pdf"
    figure.write_bytes(figure.read_bytes()[:2000])
    done = snakemake(run, "--configfile", TINY)
    assert done.returncode != 0
    assert "fig_reddening" in done.stdout
    figure.unlink()
    assert to_rerun(run, ROOT) == {"sharma_fig_reddening"} | AFTER


def test_a_row_that_is_gone_makes_the_run_fail_and_is_named(tiny_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(tiny_run, run)
    path = run / "results/hammer/table_answers.csv"
    table = pd.read_csv(path)
    table[table["question"] != "Photometry alone"].to_csv(path, index=False)
    done = snakemake(run, "--configfile", TINY)
    assert done.returncode != 0
    assert "hammer.photometry: 0 rows of hammer/table_answers.csv match" in done.stdout


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


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("seed: &a [*a]", "the configuration contains itself"),
        (f"seed: 0x{'f' * 5000}", "the configuration cannot be read (Exceeds the limit"),
        ("survey: {spectra: /nowhere.csv}", "survey.spectra: there is no '/nowhere.csv'"),
        ("archives: {datasets: /nowhere.csv}", "archives.datasets: there is no '/nowhere.csv'"),
    ],
)
def test_a_configuration_that_leads_nowhere_is_refused_in_a_sentence(setting, sentence, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text(setting)
    done = snakemake(tmp_path, "hammer", "--dry-run", "--configfile", config)
    assert done.returncode != 0
    assert sentence in done.stdout
    assert "Traceback" not in done.stdout


@pytest.mark.parametrize(
    ("mirror", "place"),
    [
        ("/nonexistent", "/nonexistent/hammer/photometry.csv"),
        ("", "a mirror: archives.mirror and OBAFGKM_MIRROR are empty"),
    ],
)
def test_a_mirror_without_photometry_is_an_error_that_names_the_ways_on(mirror, place, tmp_path):
    config = tmp_path / "config.yaml"
    config.write_text("datasets: {hammer: {source: mirror}}\n")
    done = snakemake(tmp_path, "hammer", "--dry-run", "--configfile", config, OBAFGKM_MIRROR=mirror)
    assert done.returncode != 0
    assert f"dataset 'hammer' was not found in {place}. Put its files there" in done.stdout
    assert "InputFunctionException" not in done.stdout  # which passes unheard where earlier results exist


@pytest.mark.parametrize("held", [True, False])
def test_repeated_nights_are_compared_only_where_a_mirror_holds_lamost(tmp_path, held):
    """Whether an empty folder is enough is found out when its spectra are linked."""
    own = tmp_path / "mirror"
    (own / ("lamost" if held else "sdss")).mkdir(parents=True)
    done = snakemake(tmp_path, "sharma", "--dry-run", "--configfile", TINY, OBAFGKM_MIRROR=str(own))
    assert done.returncode == 0, done.stdout[-2000:]
    assert ("sharma_table_repeats" in done.stdout) == ("classify_lamost" in done.stdout) == held
    assert "sharma_table_survey_classes" in done.stdout


@pytest.mark.parametrize("held", [True, False])
def test_a_cluster_is_classified_only_where_a_mirror_holds_its_spectra(tmp_path, held):
    bundle = tmp_path / "mirror" / "sdss" / "m67_giants" / "m67_giants.npz"
    bundle.parent.mkdir(parents=True)
    if held:
        bundle.touch()
    arguments = ["classifier", "--dry-run", "--configfile", ROOT / "config" / "mirror.yaml"]
    done = snakemake(tmp_path, *arguments, OBAFGKM_MIRROR=str(tmp_path / "mirror"))
    assert done.returncode == 0, done.stdout[-2000:]
    assert ("table_cluster" in done.stdout) == held
    assert "classifier_table_doubtful" in done.stdout


@pytest.mark.parametrize(("held", "source"), [(True, "mirror"), (True, "simulated"), (False, "mirror")])
def test_real_spectra_are_studied_only_where_a_mirror_of_both_surveys_is_asked_for(tmp_path, held, source):
    own = tmp_path / "mirror"
    (own / "sdss").mkdir(parents=True)
    if held:
        (own / "lamost").mkdir()
    overlay = tmp_path / "overlay.yaml"
    samples = "".join(f"  sdss_{name}: {{source: {source}}}\n" for name in ("csepreghy", "sharma"))
    overlay.write_text(f"datasets:\n{samples}")
    targets = ["csepreghy", "sharma", "--dry-run", "--configfile", TINY, overlay]
    done = snakemake(tmp_path, *targets, OBAFGKM_MIRROR=str(own))
    assert done.returncode == 0, done.stdout[-2000:]
    drawn = held and source == "mirror"
    assert ("csepreghy_survey_tables" in done.stdout) == ("train_surveys" in done.stdout) == drawn
    assert ("sharma_pretraining_curve" in done.stdout) == ("Pre-training on growing" in done.stdout) == drawn
    assert "fit_templates" not in done.stdout  # this mirror holds none


@pytest.mark.parametrize("random_bytes", [False, True])
def test_a_damaged_table_on_the_way_is_named_and_made_anew(tiny_run, tmp_path, random_bytes):
    run, table = tmp_path / "run", "resources/hammer/sample.csv"
    shutil.copytree(tiny_run, run)
    whole = (run / table).read_bytes()
    cut = whole[: whole.index(b"\n", len(whole) // 2) + 1]  # a table still
    (run / table).write_bytes(np.random.default_rng(1).bytes(30_000) if random_bytes else cut)
    (run / "results/hammer/table_dummy.csv").unlink()
    arguments = ["results/hammer/table_dummy.csv", "--configfile", TINY]
    done = snakemake(run, *arguments)
    assert done.returncode != 0
    assert f"{table}: not the file that was written" in done.stdout
    assert "run again, and it will be recreated" in done.stdout
    done = snakemake(run, *arguments)
    assert done.returncode == 0, done.stdout[-2000:]
    assert (run / table).read_bytes() == whole


def test_offline_a_download_is_refused_with_the_ways_on(tmp_path):
    config = tmp_path / "offline.yaml"
    config.write_text("datasets: {jhc: {source: remote}}\narchives: {offline: true}\n")
    done = snakemake(tmp_path, "resources/ingested/jhc.h5", "--configfile", config)
    assert done.returncode != 0
    assert "offline" in done.stdout
    assert "Traceback" not in done.stdout.split("logs/")[0]


def test_spectra_of_another_sky_do_not_stay(tiny_run, tmp_path):
    run, other = tmp_path / "run", tmp_path / "other.yaml"
    shutil.copytree(tiny_run, run)
    other.write_text("simulated_archives: {fraction: 0.04}\nseed: 5\n")
    done = snakemake(run, "resources/ingested/elodie.h5", "--configfile", TINY, other)
    assert done.returncode == 0, done.stdout[-2000:]
    record = json.loads((run / "resources/archives/simulated/elodie/provenance.json").read_text())
    rejected = pd.read_csv(run / "resources/ingested/elodie_rejected.csv")
    assert len(Spectra.read(run / "resources/ingested/elodie.h5")) + len(rejected) == record["spectra"]


GRID = {
    "teff": [4000, 5000, 6000, 7000],
    "feh": [-1.5, -0.5, 0, 0.5],
    "lowest_logg": [[4000, 3]],
    "highest_logg": 5,
    "n_logg": 4,
    "wave": [4997, 5403],
    "step": 3,
}


def grid_config(path, grid, source, nodes, **synthesis):
    """A configuration whose `grid` comes from another source, of which the archive's files are simulated."""
    archives = {name: {"source": "simulated"} for name in ("bosz", "phoenix", "atlas9")}
    sections = {"sources": {grid: source}, "grids": {grid: nodes}, **synthesis}
    path.write_text(json.dumps({"datasets": archives, "model_grids": sections}))
    return path


@pytest.mark.parametrize(
    ("grid", "source", "nodes", "spectra"),
    [
        ("fgk_stars", "bosz", GRID, "resources/gebran/fgk_stars_test.h5"),
        (
            "saldic",
            "phoenix",
            GRID
            | {
                "teff": [3500, 5000, 7000, 9800],
                "feh": [-3, -1, 0, 0.5],
                "lowest_logg": [[6000, 0], [7500, 0.5], [9750, 2]],
                "wave": [5045, 5365],
            },
            "resources/saldic/spectra.h5",
        ),
    ],
)
def test_spectra_can_come_from_a_published_grid(tmp_path, grid, source, nodes, spectra):
    config = grid_config(tmp_path / "grid.yaml", grid, source, nodes)
    ranges = tmp_path / "ranges.yaml"
    ranges.write_text("gebran: {fgk_stars: {ranges: {feh: [-1.5, 0.5]}}}\n")
    done = snakemake(tmp_path / "run", spectra, "--cores", 1, "--configfile", TINY, config, ranges)
    assert done.returncode == 0, done.stdout[-3000:]
    assert f"resources/grids/{source}/{grid}.npz" in done.stdout
    stars = Spectra.read(tmp_path / "run" / spectra)
    assert 0.5 < stars.flux.mean() < 1
    assert stars.flux.std(axis=0).max() > 0.05


def test_nodes_can_be_synthesised_with_published_atmospheres_and_lines(tmp_path):
    initialise_engine()
    part, lines = "resources/grids/synthesised/fgk_stars/2.npz", tmp_path / "lines.vald"
    nodes = GRID | {"teff": [5000, 5500, 6000, 6500], "wave": [5160, 5200]}
    config = grid_config(
        tmp_path / "grid.yaml", "fgk_stars", "synthesised", nodes, atmospheres="atlas9", lines=str(lines)
    )
    within = tmp_path / "within.yaml"  # of the grid
    ranges = "{teff: [5000, 6500], logg: [3, 5], feh: [-1.5, 0.5], vsini: [0, 100]}"
    within.write_text(f"gebran: {{fgk_stars: {{first: 5160, pixels: 800, ranges: {ranges}}}}}\n")
    arguments = [tmp_path / "run", part, "--cores", 1, "--configfile", TINY, config, within]
    done = snakemake(*arguments)
    assert done.returncode != 0
    assert "registered users only" in done.stdout
    table = atomic_lines()
    vald.write(lines, table[table["wlcent"].between(5155, 5205)].sort_values("wlcent"))
    done = snakemake(*arguments)
    assert done.returncode == 0, done.stdout[-3000:]
    with np.load(tmp_path / "run" / part) as nodes:
        depth = 1 - nodes["flux"].mean(axis=-1)
    assert np.all(np.diff(depth, axis=0) < 0)  # metal lines weaken from 5000 to 6500 K
    assert 0.03 < depth.mean() < 0.5


def test_a_resolution_that_a_library_lacks_is_named(tiny_run, tmp_path):
    run, fine = tmp_path / "run", tmp_path / "fine.yaml"
    shutil.copytree(tiny_run, run)
    fine.write_text("homogenise: {fwhm: 4.0}\n")
    done = snakemake(run, "resources/homogenised/jhc.h5", "--configfile", TINY, fine)
    assert done.returncode != 0
    assert "homogenise.fwhm is 4.0" in done.stdout


def test_a_file_that_comes_into_the_mirror_is_noticed(mirror, tmp_path):
    own, run = tmp_path / "mirror", tmp_path / "run"
    shutil.copytree(mirror / "jhc", own / "jhc")
    missing = own / "jhc" / "jc_7.fits"
    content = missing.read_bytes()
    missing.unlink()
    arguments = ["resources/ingested/jhc.h5", "--configfile", ROOT / "config" / "mirror.yaml"]
    snakemake(run, *arguments, OBAFGKM_MIRROR=str(own))
    before = len(Spectra.read(run / "resources/ingested/jhc.h5"))
    missing.write_bytes(content)
    snakemake(run, *arguments, OBAFGKM_MIRROR=str(own))
    assert len(Spectra.read(run / "resources/ingested/jhc.h5")) == before + 1
    os.utime(missing)  # as if the mirror had been copied anew
    done = snakemake(run, *arguments, "--dry-run", OBAFGKM_MIRROR=str(own))
    assert "Nothing to be done" in done.stdout, done.stdout[-2000:]


def test_a_library_that_the_mirror_lacks_is_gone_without(tmp_path):
    (tmp_path / "mirror").mkdir()
    done = snakemake(
        tmp_path,
        "resources/homogenised/miles.h5",
        "--configfile",
        ROOT / "config" / "mirror.yaml",
        OBAFGKM_MIRROR=str(tmp_path / "mirror"),
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert len(Spectra.read(tmp_path / "resources/homogenised/miles.h5")) == 0


def test_a_truncated_intermediate_file_is_named_and_made_anew(tiny_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(tiny_run, run)
    broken, sample = run / "resources/homogenised/miles.h5", "resources/sharma/training.h5"
    whole = broken.read_bytes()
    broken.write_bytes(whole[:5000])
    done = snakemake(run, sample, "--configfile", TINY)
    assert done.returncode != 0
    assert "miles.h5" in done.stdout
    assert "run again, and it will be recreated" in done.stdout
    done = snakemake(run, sample, "--configfile", TINY)
    assert done.returncode == 0, done.stdout[-2000:]
    assert np.array_equal(Spectra.read(run / sample).flux, Spectra.read(tiny_run / sample).flux)


def test_after_a_failed_job_the_next_run_remakes_all_that_rests_on_it(tiny_run, tmp_path):
    run = tmp_path / "run"
    shutil.copytree(tiny_run, run)
    (run / "results/gebran/sweep/0.jsonl").mkdir()  # so that the job can neither read nor write it
    (tmp_path / "changed.yaml").write_text("gebran: {rates: {adam: 0.002}}")
    changed = ("--configfile", TINY, tmp_path / "changed.yaml", "--")
    assert snakemake(run, *changed, "results/gebran/sweep.csv").returncode != 0
    (run / "results/gebran/sweep/0.jsonl").rmdir()
    planned = snakemake(run, "--dry-run", *changed, "results/gebran/sweep.csv").stdout
    assert "Varying the hyper-parameters of Gebran et al." in planned
    assert "Gathering the sweep of Gebran et al." in planned


def test_a_full_disk_is_named_and_costs_nothing_that_had_finished(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if os.geteuid() or subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1100k", "none", disk]).returncode:
        pytest.skip("only root can mount a small disk")
    try:
        ingested = "resources/ingested/jhc.h5"
        done = snakemake(disk, ingested, "--configfile", TINY)
        assert done.returncode != 0
        assert "free some space" in done.stdout
        subprocess.run(["mount", "-o", "remount,size=100m", disk], check=True)
        done = snakemake(disk, ingested, "--configfile", TINY)
        assert done.returncode == 0, done.stdout[-2000:]
    finally:
        subprocess.run(["umount", "-l", disk], check=True)


def test_real_spectra_run_through_the_whole_chain(mirror, tmp_path):
    tables = [f"results/sharma/{name}.csv" for name in ("table1", "table3", "table_luminosity_counts")]
    arguments = [*tables, "--configfile", ROOT / "config" / "mirror.yaml", TINY]
    done = snakemake(tmp_path, *arguments, OBAFGKM_MIRROR=str(mirror))
    assert done.returncode == 0, done.stdout[-4000:]
    table = pd.read_csv(tmp_path / "results/sharma/table1.csv").set_index("library")
    assert table.loc["JHC Atlas", ["files", "rejected"]].tolist() == [161, 3]
    assert table.loc["MILES", "files"] == 985
    assert table.loc["CFLIB", "files"] == 118
    assert table.loc["ELODIE 3.1", ["files", "selected"]].tolist() == [0, 0]
    counts = pd.read_csv(tmp_path / "results/sharma/table_luminosity_counts.csv")
    jhc = counts[(counts["library"] == "jhc") & (counts["sample"] == "ingested")]
    assert jhc[["I", "II", "III", "IV", "V"]].to_numpy().tolist() == [[45, 8, 44, 4, 57]]
    models = pd.read_csv(tmp_path / "results/sharma/table3.csv")
    assert (models["spectra"] == 117).all()
    assert len(models) == 11
    assert models["source"].str.contains("mirror").all()
    training = Spectra.read(tmp_path / "resources/sharma/training.h5")
    test = Spectra.read(tmp_path / "resources/sharma/test.h5")
    forest = build_estimator("forest_regressor", {"n_estimators": 100}, 1, threads=2)
    forest.fit(training.flux, target("forest_regressor", training.labels))
    metrics = class_metrics(test.labels["mk_class"], predict_class("forest_regressor", forest, test.flux))
    # A plain forest is known to reach 0.87, 2.3 and 1.6; other seeds move these by 0.02, 0.1 and 0.1.
    assert metrics["main_class_accuracy"] > 0.83
    assert metrics["sigma"] < 2.6
    assert metrics["mad_sigma"] < 1.9
    provenance = json.loads((tmp_path / "resources/archives/mirror/jhc/provenance.json").read_text())
    assert provenance["source"] == "mirror"
