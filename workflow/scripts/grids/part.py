"""Synthesise the nodes of one metallicity of a grid."""

from pathlib import Path

from obafgkm.download.damage import check_dataset
from obafgkm.simulate.grids import GridDescription, compute_part
from obafgkm.simulate.synthesis import Physics
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        record, params = snakemake.input.get("atmospheres"), snakemake.params
        directory = Path(record).parent if record else None  # resources/archives/<source>/<archive>_<grid>
        if record:
            check_dataset(directory)
        compute_part(
            GridDescription.from_dict(params.settings),
            int(snakemake.wildcards.part),
            snakemake.output.part,
            Physics(
                str(directory) if record else None,
                params.lines or None,
                simulated=bool(record) and directory.parent.name == "simulated",
            ),
        )
