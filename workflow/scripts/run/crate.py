"""The run as a Workflow Run RO-Crate: code, settings and results with authors, dates and licences."""

import json
from importlib.metadata import version
from pathlib import Path

import yaml
from rocrate.rocrate import ROCrate

from obafgkm.workflow.job import job

PROFILES = [
    "https://w3id.org/ro/wfrun/process/0.5",
    "https://w3id.org/ro/wfrun/workflow/0.5",
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0",
]
SPECIFICATION = "1.1"  # version of RO-Crate on which these profiles are based
KEPT = ["README.md", "LICENSE", "CITATION.cff", "pyproject.toml", "requirements.lock", "make.py"]
LICENCE = "https://spdx.org/licenses/{}"


def crate(root, record, results):
    """Describe a run.

    Parameters
    ----------
    root : path
        The repository.
    record : dict
        Provenance of the run.
    results : dict of str to str
        Paths and descriptions of the result files included in the crate.

    Returns
    -------
    ROCrate
    """
    root = Path(root)
    citation = yaml.safe_load((root / "CITATION.cff").read_text())
    made = ROCrate(version=SPECIFICATION)
    made.name, made.description = citation["title"], citation["message"]
    made.license = LICENCE.format(citation["license"])
    made.datePublished = record["written"]
    made.root_dataset["conformsTo"] = [
        made.add_jsonld({"@id": profile, "@type": "CreativeWork"}) for profile in PROFILES
    ]
    authors = [author_entity(made, author) for author in citation["authors"]]
    made.creator = authors
    workflow = made.add_workflow(
        root / "Snakefile", "Snakefile", main=True, lang="snakemake", lang_version=version("snakemake")
    )
    workflow.append_to("creator", authors)
    workflow["license"], workflow["name"] = made.license, citation["title"]
    for name in KEPT:
        made.add_file(root / name, name)
    for path in sorted([*root.glob("config/*"), *root.glob("workflow/**/*")]):
        if path.is_file() and path.suffix not in (".pyc", ".npz"):
            made.add_file(path, str(path.relative_to(root)))
    data = [
        made.add_jsonld(
            {
                "@id": f"#data/{name}",
                "@type": "Dataset",
                "name": name,
                "description": json.dumps(known, sort_keys=True),
                "sha256": known["sha256"],
            }
        )
        for name, known in record["data"].items()
    ]
    config = made.add_jsonld(
        {"@id": "#config", "@type": "PropertyValue", "name": "config", "value": json.dumps(record["config"])}
    )
    products = [
        made.add_file(path, path, properties={"name": Path(path).name, "description": text})
        for path, text in results.items()
    ]
    made.add_action(
        workflow,
        identifier="#run",
        object=[*data, config],
        result=products,
        properties={"name": "Run of the workflow", "endTime": record["written"]},
    )
    return made


def author_entity(made, author):
    """An author of the citation file: a person with both names, or a group."""
    name = author.get("name") or f"{author['given-names']} {author['family-names']}"
    kind = "Organization" if "name" in author else "Person"
    identifier = author.get("orcid", f"#{name.replace(' ', '-')}")
    return made.add_jsonld({"@id": identifier, "@type": kind, "name": name})


if __name__ == "__main__":
    with job(snakemake):
        given, root = snakemake.input, Path(snakemake.scriptdir).resolve().parents[2]
        record = json.loads(Path(given.provenance).read_text())
        described = {
            given.claims: "Every number printed in the documents, beside the number from this run",
            given.page: "The same as a page that filters and sorts",
            given.checks: "What was checked of the results",
            given.provenance: "Versions, machine, code, data, seeds, settings and times of the run",
        }
        crate(root, record, described).write_zip(snakemake.output[0])
