"""Synthesise the spectra of one library and write them in the format of its archive."""

import json
import shutil
from pathlib import Path

from obafgkm.archives.libraries import LIBRARIES
from obafgkm.download.damage import total
from obafgkm.simulate.libraries import simulate_library
from obafgkm.simulate.nodes import StellarGrid
from obafgkm.workflow.job import job


def simulate_archive(library, seed, fraction, nodes, directory):
    """Write a simulated library into a directory, with a record of how it was made.

    Parameters
    ----------
    library : str
    seed : int
    fraction : float
        Fraction of the library's spectra.
    nodes : path or None
        Model spectra; None for those in the package.
    directory : path
    """
    spectra = simulate_library(library, seed, fraction, StellarGrid.load(nodes))
    shutil.rmtree(directory, ignore_errors=True)  # files of another sky must not be mixed with these
    LIBRARIES[library].write(directory, spectra)
    record = {
        "dataset": library,
        **spectra.provenance,
        "spectra": len(spectra),
        "nodes": str(nodes or "kept"),
        "total": total(directory),
    }
    (Path(directory) / "provenance.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    with job(snakemake):
        simulate_archive(
            snakemake.wildcards.library,
            snakemake.params.seed,
            snakemake.params.fraction,
            snakemake.input.nodes or None,
            Path(snakemake.output.provenance).parent,
        )
