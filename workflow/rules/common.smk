# Shared by several rule files.

import hashlib
import json
import os
import sys

# Jobs use this copy of the library, and find the Python that runs the workflow.
# Every job, on any node, reads the configuration and with it this file, so that all train in the same way.
os.environ.update(
    OBAFGKM_SCALE=config["ledger"]["scale"],
    OBAFGKM_TRAINING=json.dumps(config["training"]),
    PATH=os.path.dirname(sys.executable) + os.pathsep + os.getenv("PATH", ""),
    PYTHONPATH=str(ROOT / "workflow"),
)

from obafgkm.archives.libraries import LIBRARIES
from obafgkm.documents.sharma.samples import SHARMA_LIBRARIES
from obafgkm.errors import MissingDatasetError
from obafgkm.workflow.mirror import contents as contents_of_mirror
from obafgkm.workflow.unfinished import mark_unfinished

SOURCES = {config["datasets"][library]["source"] for library in SHARMA_LIBRARIES}
# Prefix of rules in a workflow that uses this one as a module.
OTHERS = set(workflow.rules)
# A string instead of a list with one item, so that a script gets a path.
NODES = "resources/nodes/stellar_nodes.npz" if config["simulated_archives"]["nodes"] == "computed" else []
MIRROR = config["archives"]["mirror"] or os.getenv("OBAFGKM_MIRROR", "")
if {*"{}"} & {*MIRROR}:
    raise WorkflowError(f"{MIRROR}: Snakemake takes braces for wildcards: name the mirror by a link without")
DATASETS = str(ROOT / "config" / "datasets.csv")
# Files to fetch; their checksums are in the file beside the table.
ADDRESSES = config["archives"]["datasets"] or DATASETS
for key, path in (
    ("archives.datasets", config["archives"]["datasets"]),
    ("survey.spectra", config["survey"]["spectra"]),
):
    if path and not os.path.exists(path):
        raise WorkflowError(f"{key}: there is no {path!r}")
    if {*"{}"} & {*path}:
        raise WorkflowError(f"{key}: Snakemake takes braces for wildcards: name {path} by a link without")
REPORT = ROOT / "workflow" / "report"
RELEASED = ROOT / "workflow" / "obafgkm" / "released"
SURVEY = config["survey"]["spectra"] or (
    "resources/survey/catalogue.csv" if config["survey"]["query"] else ""
)


wildcard_constraints:
    library="|".join(LIBRARIES),


def contents(paths):
    """One checksum over the contents of files, for rules whose inputs lie in the repository.

    Their paths and times depend on the location of the repository and must not trigger reruns.
    """
    digests = []
    for path in sorted(map(Path, paths)):
        with path.open("rb") as file:  # a list of files may be larger than the memory
            digests.append(hashlib.file_digest(file, "sha256").digest())
    return hashlib.sha256(b"".join(digests)).hexdigest()


# The registry of checksums beside the table of files to fetch, which may have none.
REGISTRY = contents(Path(ADDRESSES).parent.glob("checksums.txt"))


def provenance(library):
    """The record that represents a library's archive files, from the configured source."""
    source = config["datasets"][library]["source"]
    return f"resources/archives/{source}/{library}/provenance.json"


def mirror_contents(dataset):
    """Checksum over a dataset's files in the mirror, so that changes are noticed."""
    return contents_of_mirror(Path(MIRROR or "nowhere", dataset), ".snakemake/mirror.json")


def hammer_photometry():
    """SkyServer's answer, from the configured source."""
    source = config["datasets"]["hammer"]["source"]
    if source != "mirror":
        return f"resources/archives/{source}/hammer/photometry.csv"
    if not MIRROR:
        raise WorkflowError(
            MissingDatasetError("hammer", "a mirror: archives.mirror and OBAFGKM_MIRROR are empty")
        )
    photometry = Path(MIRROR, "hammer", "photometry.csv")
    if not photometry.is_file():
        raise WorkflowError(MissingDatasetError("hammer", photometry))
    return str(photometry)


# Now, as Snakemake passes over the error of an input function where the output exists: from another source.
HAMMER_PHOTOMETRY = hammer_photometry()


def sdss_archive(sample):
    """The record that represents a sample's files, from the configured source."""
    source = config["datasets"][f"sdss_{sample}"]["source"]
    # A mirror's files are few and belong to no sample.
    folder = "sdss" if source == "mirror" else f"sdss_{sample}"
    return f"resources/archives/{source}/{folder}/provenance.json"


def grid_file(grid):
    """The grid from the configured source, or nothing if the kept one is used."""
    source = config["model_grids"]["sources"][grid]
    return f"resources/grids/{source}/{grid}.npz" if source != "kept" else []


def grid_parts(wildcards):
    """One part per metallicity."""
    n = len(config["model_grids"]["grids"][wildcards.grid]["feh"])
    return expand("resources/grids/{source}/{grid}/{part}.npz", **wildcards, part=range(n))


def grid_archive(archive, grid):
    """The record that represents the files of an archive that a grid needs."""
    access = config["datasets"][archive]["source"]
    return f"resources/archives/{access}/{archive}_{grid}/provenance.json"


def grid_atmospheres(grid):
    """The record of published model atmospheres, or nothing if the package's own are used."""
    archive = config["model_grids"]["atmospheres"]
    return grid_archive(archive, grid) if archive != "own" else []


def grid_archives():
    """The records of all archives from which the grids are made."""
    sources = config["model_grids"]["sources"].items()
    published = [grid_archive(made, grid) for grid, made in sources if made in ("bosz", "phoenix")]
    synthesised = [grid_atmospheres(grid) for grid, made in sources if made == "synthesised"]
    return published + [record for record in synthesised if record]


def survey_spectra(wildcards):
    """The spectra to classify; without this setting there is nothing to do."""
    if not SURVEY:
        sys.exit(
            "survey: set survey.spectra to a folder, a list of files (.txt), a .tar archive or a catalogue (.csv), or "
            "survey.query to conditions in SQL, in config/config.yaml or by --config 'survey={spectra: PATH}'"
        )
    return SURVEY


def survey_chunks(pattern):
    """One file per chunk of the plan."""

    def files(wildcards):
        from obafgkm.survey.plan import chunk_names

        return expand(pattern, chunk=chunk_names(checkpoints.survey_plan.get().output.plan))

    return files
