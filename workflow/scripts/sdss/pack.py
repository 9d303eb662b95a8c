"""Collect the spectra of one sample of a survey in one file."""

import json
from pathlib import Path

import pandas as pd

from obafgkm.archives.sdss.sql import read_answer
from obafgkm.download.damage import check_dataset
from obafgkm.ingest.surveys import pack
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        record = Path(snakemake.input.provenance)
        check_dataset(record.parent)
        catalogue, missing = record.with_name("catalogue.csv"), record.with_name("missing.csv")
        provenance = json.loads(record.read_text())
        for name in ("fetched", "total"):  # the same files, fetched again, give the same bytes
            provenance.pop(name, None)
        rejected = pack(
            record.parent,
            snakemake.output.spectra,
            provenance,
            read_answer(str(catalogue), catalogue.read_bytes()) if catalogue.is_file() else None,
            pd.read_csv(missing) if missing.is_file() else None,
            snakemake.threads,
            snakemake.params.survey,
        )
        rejected.to_csv(snakemake.output.rejected, index=False)
        print(rejected["reason"].value_counts().to_string())
