"""Fetch the files of one dataset, from their services or a local mirror."""

from pathlib import Path

from obafgkm.download import datasets
from obafgkm.download.files import fetch_dataset
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake, show_progress=True):
        files = fetch_dataset(
            datasets.expand(datasets.read(snakemake.input.datasets), snakemake.wildcards.library),
            Path(snakemake.output.provenance).parent,
            source=snakemake.wildcards.source,
            mirror=snakemake.params.mirror or None,
            missing=snakemake.params.missing,
            offline=snakemake.params.offline,
            jobs=snakemake.threads,
            checksums=[Path(snakemake.input.datasets).with_name("checksums.txt")],
        )
        print(files["source"].value_counts().to_string())
