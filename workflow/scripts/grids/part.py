"""Synthesise the nodes of one metallicity of a grid."""

from obafgkm.job import job
from obafgkm.simulate.grids import GridDescription, compute_part

if __name__ == "__main__":
    with job(snakemake):
        description = GridDescription.from_dict(snakemake.params.settings)
        compute_part(description, int(snakemake.wildcards.part), snakemake.output.part)
