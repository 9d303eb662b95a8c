"""Tables 2 and 4: precision, recall, F1-score and population of each main class for a model."""

import pandas as pd

from obafgkm.evaluation.metrics import classification_report
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        predictions = pd.read_csv(snakemake.input.predictions)
        report = classification_report(predictions["expected"], predictions["predicted"])
        write_table(report.assign(source=predictions["source"][0]), *snakemake.output)
