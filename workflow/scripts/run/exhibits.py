"""Every exhibit of every document, as a table."""

import pandas as pd

from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        pd.DataFrame(snakemake.params.exhibits).to_csv(snakemake.output[0], index=False)
