"""Read the nodes of one metallicity from a published grid."""

from pathlib import Path

from obafgkm.download.damage import check_dataset
from obafgkm.simulate.grids import GridDescription
from obafgkm.simulate.published import compute_published_part
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        directory = Path(snakemake.input.provenance).parent
        check_dataset(directory)
        compute_published_part(
            GridDescription.from_dict(snakemake.params.settings),
            int(snakemake.wildcards.part),
            snakemake.wildcards.archive,
            directory,
            snakemake.output.part,
            source=directory.parent.name,  # resources/archives/<source>/<archive>_<grid>
        )
