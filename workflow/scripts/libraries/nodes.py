"""Compute the model spectra between which the simulation interpolates."""

from obafgkm.simulate.nodes import compute_nodes
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        rms = compute_nodes(snakemake.output.nodes, snakemake.threads)
        print(f"the principal components leave out {rms:.1e} (rms of the normalised flux)")
