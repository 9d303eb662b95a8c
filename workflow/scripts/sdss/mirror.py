"""Link the files of a survey that a local mirror holds."""

from pathlib import Path

from obafgkm.download import datasets
from obafgkm.download.files import fetch_dataset
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake, show_progress=True):
        files = fetch_dataset(
            datasets.expand(datasets.read(snakemake.input.datasets), snakemake.wildcards.survey),
            Path(snakemake.output.provenance).parent,
            source="mirror",
            mirror=snakemake.params.mirror or None,
        )
        print(files["source"].value_counts().to_string())
