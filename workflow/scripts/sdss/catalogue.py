"""Query SkyServer for the catalogue of one SDSS sample."""

from obafgkm.archives.sdss.sql import SAMPLES
from obafgkm.download.skyserver import ask
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        table = ask(
            SAMPLES[snakemake.wildcards.sample],
            snakemake.params.service.format(release=snakemake.params.release),
            snakemake.output.catalogue,
            rows=snakemake.params.rows,
            offline=snakemake.params.offline,
        )
        print(table.groupby("class")["subClass"].value_counts().to_string())
