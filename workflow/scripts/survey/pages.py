"""Draw the pages of a survey's strongest outliers."""

import pandas as pd

from obafgkm.survey.pages import draw_pages
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        table = pd.read_csv(snakemake.input.outliers, dtype={"file": str}, nrows=snakemake.params.pages)
        drawn = draw_pages(table["file"].to_list(), snakemake.output[0], snakemake.params.standards or None)
        print(f"{drawn} pages")
