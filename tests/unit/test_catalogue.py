"""What the Snakemake workflow catalogue (github.com/snakemake/snakemake-workflow-catalog) asks for."""

from pathlib import Path

import jsonschema
import yaml

ROOT = Path(__file__).parents[2]
WAYS = ["conda", "apptainer", "apptainer+conda", "report"]
SCHEMA = {
    "type": "object",
    "required": ["usage"],
    "additionalProperties": False,
    "properties": {
        "usage": {
            "type": "object",
            "required": ["software-stack-deployment"],
            "additionalProperties": False,
            "properties": {
                "mandatory-flags": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"desc": {"type": "string"}, "flags": {"type": "string"}},
                },
                "software-stack-deployment": {
                    "type": "object",
                    "required": WAYS,
                    "additionalProperties": False,
                    "properties": {way: {"type": "boolean"} for way in WAYS},
                },
            },
        }
    },
}


def test_the_catalogue_can_read_how_the_workflow_is_used():
    described = yaml.safe_load((ROOT / ".snakemake-workflow-catalog.yml").read_text())
    jsonschema.validate(described, SCHEMA)
    ways = described["usage"]["software-stack-deployment"]
    assert not ways["conda"] or "pip:" in (ROOT / "envs/cpu.yaml").read_text()


def test_the_repository_is_found_by_the_catalogue():
    readme = (ROOT / "README.md").read_text().lower()
    assert "snakemake" in readme
    assert "workflow" in readme
    assert (ROOT / "workflow/Snakefile").exists()
    assert (ROOT / "config/README.md").exists()
    assert list((ROOT / "workflow/rules").glob("*.smk"))
