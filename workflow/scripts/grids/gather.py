"""Store the nodes of a grid as principal components."""

from obafgkm.simulate.grids import GridDescription, gather_parts
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        description = GridDescription.from_dict(snakemake.params.settings)
        rms = gather_parts(description, snakemake.input.parts, snakemake.output.grid)
        print(f"the principal components leave out {rms:.1e} (rms of the normalised flux)")
