"""Ask SkyServer the photometric query."""

from obafgkm.archives.sdss_photometry import QUERY
from obafgkm.job import job
from obafgkm.survey.query import ask

if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        service = params.service.format(release=params.release)
        ask(QUERY, service, snakemake.output.photometry, rows=params.rows, offline=params.offline)
