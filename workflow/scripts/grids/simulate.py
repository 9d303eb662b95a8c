"""Simulate the files of an archive that a grid needs, in the archive's format."""

import json
from pathlib import Path

from obafgkm.simulate.grids import GridDescription, SyntheticGrid
from obafgkm.simulate.published import archive_files, write_archive
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        description = GridDescription.from_dict(snakemake.params.settings)
        archive, grid = snakemake.wildcards.archive, snakemake.wildcards.grid
        record = Path(snakemake.output.provenance)
        write_archive(description, archive, record.parent, SyntheticGrid.load(grid))
        files = archive_files(description, archive)
        record.write_text(json.dumps({"dataset": archive, "source": "simulated", "files": len(files)}) + "\n")
