"""Every exhibit of every document with its caption, as a table."""

from pathlib import Path

import pandas as pd

from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        captions = Path(snakemake.scriptdir).resolve().parents[1] / "report"
        table = pd.DataFrame(snakemake.params.exhibits)
        table["about"] = [
            " ".join((captions / document / f"{exhibit}.rst").read_text(encoding="utf-8").split())
            for document, exhibit in zip(table["document"], table["exhibit"], strict=True)
        ]
        table.to_csv(snakemake.output[0], index=False)
