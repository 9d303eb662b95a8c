"""Send the photometric query to SkyServer."""

from obafgkm.archives.sdss.photometry import QUERY
from obafgkm.download.skyserver import ask
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        service = params.service.format(release=params.release)
        ask(QUERY, service, snakemake.output.photometry, rows=params.rows, offline=params.offline)
