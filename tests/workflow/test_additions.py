"""What a further document and a further library need, and that they leave everything else as it is.

CONTRIBUTING.md lists these files.
"""

import hashlib
import shutil

import pandas as pd
import pytest
from conftest import ROOT, TINY, snakemake

from obafgkm.spectra import Spectra

pytestmark = pytest.mark.slow

FIGURE = '''"""Spectra of each library in the training sample."""

from obafgkm.report.plots import new_figure, save_figure
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        training = Spectra.read(snakemake.input.training)
        figure, axes = new_figure()
        axes.hist(training.labels["library"])
        axes.set(ylabel="Spectra")
        save_figure(figure, snakemake.output, training.source)
'''
ROW = """EXHIBITS["cannon"] = {
    "fig1": dict(about="spectra of each library", input=dict(training="resources/sharma/training.h5")),
}
"""


@pytest.fixture
def copy(tmp_path):
    """A copy of the repository, to add to."""
    left_out = shutil.ignore_patterns(".git", ".venv", ".uv", ".snakemake", "resources", "results")
    return shutil.copytree(ROOT, tmp_path / "repository", ignore=left_out)


def write(copy, path, text):
    (copy / path).parent.mkdir(exist_ok=True)
    (copy / path).write_text(text)


def insert(copy, path, *changes):
    """Put text before a place in a file that is there."""
    text = (copy / path).read_text()
    for place, added in changes:
        assert text.count(place) == 1, place
        text = text.replace(place, added + place)
    (copy / path).write_text(text)


def checksums(directory):
    """SHA-256 of every file, by its path in the directory."""
    files = (path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_a_further_document_is_three_files_and_a_row(copy, tiny_run, tmp_path):
    described = "title: Cannon & Pickering 1918, subject: types, regenerated: nothing"
    insert(copy, "config/documents.yaml", ("sharma:\n", f"cannon: {{{described}}}\n"))
    write(copy, "workflow/exhibits/cannon.smk", ROW)
    write(copy, "workflow/scripts/cannon/fig1.py", FIGURE)
    write(copy, "workflow/report/cannon/fig1.rst", "Spectra of each library.\n")
    run = shutil.copytree(tiny_run, tmp_path / "run")
    before = checksums(run / "results")
    done = snakemake(run, "cannon", "results/exhibits.csv", "--configfile", TINY, root=copy)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "Drawing fig1 of Cannon & Pickering 1918: spectra of each library" in done.stdout
    after = checksums(run / "results")
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == {"cannon/fig1.png", "cannon/fig1.pdf", "exhibits.csv"}
    dry = snakemake(run, "--configfile", TINY, "--dry-run", root=copy)
    jobs = dry.stdout.partition("Job stats:")[2].partition("total")[0]
    after_all = {"science", "paper_numbers", "paper", "record_provenance", "crate", "archive_report"}
    after_all |= {"everything"}
    assert {line.split()[0] for line in jobs.splitlines() if line[-1:].isdigit()} == after_all


def test_a_further_library_is_one_module_and_five_rows(copy, tiny_run, tmp_path):
    module = (copy / "workflow/obafgkm/archives/jhc.py").read_text()
    write(copy, "workflow/obafgkm/archives/indous.py", module.replace('collect("jhc"', 'collect("indous"'))
    insert(
        copy,
        "workflow/obafgkm/archives/libraries.py",
        ("jhc, miles\n", "indous, "),
        ("}\n", ', "indous": indous'),
    )
    insert(
        copy,
        "workflow/obafgkm/simulate/libraries.py",
        ("jhc, miles\n", "indous, "),
        (
            "}\n\n\ndef simulate_library",
            '    "indous": Library(indous.WAVE, 1.2, 100.0, True, "jc_{number}.fits", _jhc_spectra),\n',
        ),
    )
    schema = "      jhc: {$ref: "
    insert(copy, "workflow/schemas/config.schema.yaml", (schema, '      indous: {$ref: "#/$defs/dataset"}\n'))
    insert(copy, "config/config.yaml", ("  jhc: {source: simulated}\n", "  indous: {source: simulated}\n"))
    table = pd.read_csv(copy / "config/datasets.csv", dtype=str)
    row = table[table["dataset"] == "jhc"].iloc[:1].assign(dataset="indous")
    pd.concat([table, row]).to_csv(copy / "config/datasets.csv", index=False)

    run = tmp_path / "run"
    kept = [f"resources/sharma/{part}.h5" for part in ("training", "test")]
    done = snakemake(run, *kept, "resources/homogenised/indous.h5", "--configfile", TINY, root=copy)
    assert done.returncode == 0, done.stdout[-3000:]
    assert len(Spectra.read(run / "resources/homogenised/indous.h5")) > 5
    for library in ("jhc", "elodie", "miles", "cflib"):
        archive = f"resources/archives/simulated/{library}"
        assert checksums(run / archive) == checksums(tiny_run / archive)
    for sample in kept:
        ours, theirs = Spectra.read(run / sample), Spectra.read(tiny_run / sample)
        assert (ours.flux == theirs.flux).all()
        assert ours.labels.equals(theirs.labels)
