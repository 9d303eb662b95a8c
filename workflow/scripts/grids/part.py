"""Synthesise the nodes of one metallicity of a grid."""

from pathlib import Path

from obafgkm.download.files import check_dataset
from obafgkm.simulate.grids import GridDescription, compute_part
from obafgkm.simulate.synthesis import Physics
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        record, params = snakemake.input.get("atmospheres"), snakemake.params
        if record:
            check_dataset(Path(record).parent)
        compute_part(
            GridDescription.from_dict(params.settings),
            int(snakemake.wildcards.part),
            snakemake.output.part,
            Physics(str(Path(record).parent) if record else None, params.lines or None),
        )
