# What several rule files need.

import hashlib
import json
import os
import sys

# The workflow and its jobs use this copy of the library; jobs find the Python that runs the workflow.
sys.path.insert(0, str(ROOT / "workflow"))
# Every job, on whatever node, reads the configuration and with it this file: so all train alike.
os.environ.update(
    OBAFGKM_SCALE=config["ledger"]["scale"],
    OBAFGKM_TRAINING=json.dumps(config["training"]),
    PATH=os.path.dirname(sys.executable) + os.pathsep + os.getenv("PATH", ""),
    PYTHONPATH=str(ROOT / "workflow"),
)

from obafgkm.archives.libraries import LIBRARIES
from obafgkm.documents.sharma.samples import SHARMA_LIBRARIES
from obafgkm.errors import MissingDatasetError

SOURCES = {config["datasets"][library]["source"] for library in SHARMA_LIBRARIES}
# Rules of a workflow that uses this one as a module.
OTHERS = set(workflow.rules)
# A text, not a list of one, so that a script gets a path.
NODES = "resources/nodes/stellar_nodes.npz" if config["simulated_archives"]["nodes"] == "computed" else []
MIRROR = config["archives"]["mirror"] or os.getenv("OBAFGKM_MIRROR", "")
DATASETS = str(ROOT / "config" / "datasets.csv")
# Files to fetch; their checksums stand beside the table.
ADDRESSES = config["archives"]["datasets"] or DATASETS
REPORT = ROOT / "workflow" / "report"
SURVEY = config["survey"]["spectra"] or (
    "resources/survey/catalogue.csv" if config["survey"]["query"] else ""
)


wildcard_constraints:
    library="|".join(LIBRARIES),


def contents(paths):
    """One checksum over the contents of files, for rules whose inputs lie in the repository.

    Their paths and times change with the place of the repository, and rerun nothing.
    """
    texts = [path.read_bytes() for path in sorted(map(Path, paths))]
    return hashlib.sha256(b"".join(hashlib.sha256(text).digest() for text in texts)).hexdigest()


def provenance(library):
    """The record that stands for a library's archive files, from the source that the configuration names."""
    source = config["datasets"][library]["source"]
    return f"resources/archives/{source}/{library}/provenance.json"


def mirror_contents(dataset):
    """Paths, sizes and times of a dataset's files in the mirror, so that a change there is noticed."""
    folder = Path(MIRROR or "nowhere") / dataset
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [(str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]


def hammer_photometry(wildcards):
    """The answer of SkyServer, from the source that the configuration names."""
    source = config["datasets"]["hammer"]["source"]
    if source != "mirror":
        return f"resources/archives/{source}/hammer/photometry.csv"
    photometry = Path(MIRROR or "mirror", "hammer", "photometry.csv")
    if not photometry.is_file():
        raise MissingDatasetError("hammer", photometry)
    return str(photometry)


def sdss_archive(sample):
    """The record that stands for a sample's files, from the source that the configuration names."""
    source = config["datasets"][f"sdss_{sample}"]["source"]
    # A mirror's files are few and belong to no sample.
    folder = "sdss" if source == "mirror" else f"sdss_{sample}"
    return f"resources/archives/{source}/{folder}/provenance.json"


def grid_file(grid):
    """The grid from the source that the configuration names, or nothing where the kept one serves."""
    source = config["model_grids"]["sources"][grid]
    return f"resources/grids/{source}/{grid}.npz" if source != "kept" else []


def grid_parts(wildcards):
    """One part a metallicity."""
    n = len(config["model_grids"]["grids"][wildcards.grid]["feh"])
    return expand("resources/grids/{source}/{grid}/{part}.npz", **wildcards, part=range(n))


def grid_archive(archive, grid):
    """The record that stands for the files a grid needs of an archive."""
    access = config["datasets"][archive]["source"]
    return f"resources/archives/{access}/{archive}_{grid}/provenance.json"


def grid_atmospheres(grid):
    """The record of published model atmospheres, or nothing where the package's own serve."""
    archive = config["model_grids"]["atmospheres"]
    return grid_archive(archive, grid) if archive != "own" else []


def grid_archives():
    """The records of all archives that the grids are made of."""
    sources = config["model_grids"]["sources"].items()
    published = [grid_archive(made, grid) for grid, made in sources if made in ("bosz", "phoenix")]
    synthesised = [grid_atmospheres(grid) for grid, made in sources if made == "synthesised"]
    return published + [record for record in synthesised if record]


def survey_spectra(wildcards):
    """What to classify; without it there is nothing to do."""
    if not SURVEY:
        sys.exit(
            "survey: set survey.spectra to a folder, a list of files (.txt), a .tar archive or a catalogue (.csv), or "
            "survey.query to conditions in SQL, in config/config.yaml or by --config 'survey={spectra: PATH}'"
        )
    return SURVEY


def survey_chunks(pattern):
    """A file of each chunk; what chunks there are, the plan says."""

    def files(wildcards):
        from obafgkm.survey.plan import chunk_names

        return expand(pattern, chunk=chunk_names(checkpoints.survey_plan.get().output.plan))

    return files
