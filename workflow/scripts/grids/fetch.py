"""Fetch the files of an archive that a grid needs, from its service or a local mirror."""

from pathlib import Path

from obafgkm.download import datasets
from obafgkm.download.files import fetch_dataset
from obafgkm.simulate.grids import GridDescription
from obafgkm.simulate.published import archive_files
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake, show_progress=True):
        params, archive = snakemake.params, snakemake.wildcards.archive
        names = archive_files(GridDescription.from_dict(params.settings), archive)
        files = fetch_dataset(
            datasets.expand(datasets.read(snakemake.input.datasets), archive, names),
            Path(snakemake.output.provenance).parent,
            source=snakemake.wildcards.access,
            mirror=params.mirror or None,
            offline=params.offline,
            jobs=snakemake.threads,
            checksums=[Path(snakemake.input.datasets).with_name("checksums.txt")],
        )
        print(files["source"].value_counts().to_string())
