"""Simulate SkyServer's answer to the photometric query."""

import json
from pathlib import Path

import numpy as np

from obafgkm.archives.sdss import photometry as sdss_photometry
from obafgkm.simulate.nodes import StellarGrid
from obafgkm.simulate.skyserver import simulate_photometry
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        params, output = snakemake.params, snakemake.output
        rng = np.random.default_rng(params.seed)
        table = simulate_photometry(params.counts, params.fraction, StellarGrid.load(), rng)
        sdss_photometry.write(output.photometry, table)
        record = {"dataset": "hammer", "source": "simulated", "seed": params.seed, "rows": len(table)}
        Path(output.provenance).write_text(json.dumps(record, indent=1) + "\n")
