"""The record of a run passes the validator of the RO-Crate community for the profile that it claims."""

import runpy

import pytest
from conftest import ROOT
from rocrate_validator import models, services
from rocrate_validator.utils import document_loader

# In place of the context at its own address, which the network would bring: the terms that a run uses.
CONTEXT = {
    "@vocab": "http://schema.org/",
    "conformsTo": {"@id": "http://purl.org/dc/terms/conformsTo"},
    "File": "http://schema.org/MediaObject",
    "ComputationalWorkflow": "https://bioschemas.org/ComputationalWorkflow",
}
NEED_THE_NETWORK = ["ro-crate-1.1_3.1", "ro-crate-1.1_3.2"]  # the context, fetched


@pytest.fixture
def validate(monkeypatch):
    monkeypatch.setattr(document_loader, "_fetch_json_ld", lambda url: {"@context": CONTEXT})

    def issues(crate):
        settings = services.ValidationSettings(
            rocrate_uri=str(crate),
            profile_identifier="workflow-run-crate-0.5",
            requirement_severity=models.Severity.REQUIRED,
            abort_on_first=False,
            skip_availability_check=True,
            skip_checks=NEED_THE_NETWORK,
        )
        return [issue.message for issue in services.validate(settings).get_issues()]

    return issues


@pytest.fixture
def crate(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    record = {
        "written": "2026-11-28T12:00:00+00:00",
        "data": {"simulated/jhc": {"sha256": "0" * 64, "files": 161}},
        "config": {"seed": 1},
    }
    (tmp_path / "claims.csv").write_text("quantity,ours\n")
    make = runpy.run_path(str(ROOT / "workflow/scripts/run/crate.py"))["crate"]
    return make(ROOT, record, {"claims.csv": "Published numbers beside ours"})


def test_the_crate_of_a_run_is_valid(crate, validate, tmp_path):
    crate.write(tmp_path / "crate")
    assert validate(tmp_path / "crate") == []


def test_the_validator_sees_a_missing_licence(crate, validate, tmp_path):
    del crate.root_dataset["license"]
    crate.write(tmp_path / "crate")
    assert validate(tmp_path / "crate")
