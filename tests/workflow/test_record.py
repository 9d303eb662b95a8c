"""What goes with the results of a run: cards of the models, provenance, RO-Crate."""

import importlib.metadata
import json
import subprocess
import zipfile

import pytest
import yaml
from conftest import ROOT
from rocrate.rocrate import ROCrate

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def record(tiny_run):
    return json.loads((tiny_run / "results/provenance.json").read_text())


def test_the_record_names_code_machine_versions_and_data(tiny_run, record):
    head = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True
    ).stdout.strip()
    assert record["code"]["commit"] == (head or None)
    assert record["packages"]["keras"] == importlib.metadata.version("keras")
    assert record["machine"]["cores"] >= 1
    assert record["config"]["sharma"]["ann"]["epochs"] == 5
    published_grids = {"bosz", "phoenix", "atlas9"}  # which kept grids do without
    asked = record["config"]["datasets"].keys() - published_grids
    assert set(record["data"]) == {f"simulated/{name}" for name in asked}
    assert all(len(known["sha256"]) == 64 for known in record["data"].values())
    assert record["jobs"]["train_cnn"]["cpu_seconds"] > 0


def test_the_record_has_the_seed_of_every_training(tiny_run, record):
    cards = {
        str(path.parent.relative_to(tiny_run / "results"))
        for path in tiny_run.glob("results/*/models/*/card.json")
    }
    assert set(record["trainings"]) == cards
    assert record["trainings"]["sharma/models/ann"]["seed"] == record["seed"]


def test_the_crate_describes_the_workflow_its_authors_and_the_run(tiny_run):
    crate = ROCrate(tiny_run / "results/crate.zip")
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    workflow = crate.mainEntity
    assert workflow.id == "Snakefile"
    assert "ComputationalWorkflow" in workflow.type
    assert workflow["programmingLanguage"]["name"] == "Snakemake"
    assert str(crate.license).endswith(citation["license"])
    assert len(crate.get_by_type("Person")) + len(crate.get_by_type("Organization")) == len(
        citation["authors"]
    )
    (run,) = crate.get_by_type("CreateAction")
    assert run["instrument"] is workflow
    assert {"results/claims.csv", "results/provenance.json"} <= {product.id for product in run["result"]}
    assert any(given.id == "#data/simulated/jhc" for given in run["object"])
    assert crate.dereference("config/README.md")
    # Tables, code and settings, and no product larger than the model that the code carries.
    files = zipfile.ZipFile(tiny_run / "results/crate.zip").infolist()
    carried = "workflow/obafgkm/released/"
    assert sum(file.compress_size for file in files if not file.filename.startswith(carried)) < 5e6


def test_each_kept_model_has_a_card(tiny_run):
    models = [path.parent for path in tiny_run.glob("results/*/models/*/model.*")]
    assert len(models) > 20
    for model in models:
        text = (model / "card.md").read_text()
        for heading in [
            "Range",
            "Training",
            "Errors on test spectra",
            "Known failures",
            "Licence and citation",
        ]:
            assert f"## {heading}\n" in text, model
        assert "simulated" in text
        assert "nan" not in text, model
