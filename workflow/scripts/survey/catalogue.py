"""Query SkyServer for the spectra of a survey."""

from dataclasses import replace

from obafgkm.archives.sdss.sql import SAMPLES
from obafgkm.download.skyserver import ask
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        table = ask(
            replace(SAMPLES["sharma"], where=params.query),
            params.service.format(release=params.release),
            snakemake.output.catalogue,
            rows=params.rows,
            offline=params.offline,
        )
        print(f"{len(table)} spectra")
