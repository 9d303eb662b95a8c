"""Simulate one SDSS sample: its catalogue as from SkyServer, and its spectra as spec-lite files."""

import json
import shutil
from pathlib import Path

import numpy as np

from obafgkm.archives.sdss import spectra as sdss
from obafgkm.archives.sdss.sql import answer_of_labels, write_answer
from obafgkm.download.damage import total
from obafgkm.simulate.nodes import StellarGrid
from obafgkm.simulate.sdss import simulate_survey
from obafgkm.workflow.job import job

ABSENT = 200  # one file in this many is missing on the real server


def simulate_sample(sample, counts, seed, nodes, directory):
    """Write a simulated sample into a directory, with a record of how it was made.

    As on the real server, one spectrum in `ABSENT` has a row in the catalogue but no file.
    """
    spectra, lines = simulate_survey(sample, counts, seed, StellarGrid.load(nodes))
    shutil.rmtree(directory, ignore_errors=True)  # files of another sky must not be mixed with these
    there = np.arange(len(spectra)) % ABSENT != ABSENT // 2
    sdss.write(directory, spectra.select(there), [lines[i] for i in np.flatnonzero(there)])
    write_answer(Path(directory) / "catalogue.csv", answer_of_labels(spectra.labels))
    record = {"dataset": f"sdss_{sample}", **spectra.provenance, "spectra": len(spectra)}
    record |= {"absent": int((~there).sum()), "nodes": str(nodes or "kept"), "total": total(directory)}
    (Path(directory) / "provenance.json").write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    with job(snakemake):
        simulate_sample(
            snakemake.wildcards.sample,
            snakemake.params.counts,
            snakemake.params.seed,
            snakemake.input.nodes or None,
            Path(snakemake.output.provenance).parent,
        )
