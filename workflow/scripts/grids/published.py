"""Take the nodes of one metallicity from a published grid."""

from pathlib import Path

from obafgkm.download.files import check_dataset
from obafgkm.simulate.grids import GridDescription
from obafgkm.simulate.published import compute_published_part
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        check_dataset(Path(snakemake.input.provenance).parent)
        compute_published_part(
            GridDescription.from_dict(snakemake.params.settings),
            int(snakemake.wildcards.part),
            snakemake.wildcards.archive,
            Path(snakemake.input.provenance).parent,
            snakemake.output.part,
        )
