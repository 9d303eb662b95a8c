"""The report of a run: Snakemake's own, as an archive of static pages."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake), tempfile.TemporaryDirectory() as scratch:
        given, root = snakemake.input, Path(snakemake.scriptdir).resolve().parents[2]
        verdicts = pd.read_csv(given.claims)["verdict"].value_counts()
        files = {
            # The whole configuration, however it was passed to the run.
            "config.json": snakemake.config,
            # With such a table, the report opens with its description instead of the rule graph.
            "front.json": {f"Numbers in the ledger: {verdict}": int(n) for verdict, n in verdicts.items()},
        }
        for name, content in files.items():
            Path(scratch, name).write_text(json.dumps(content, indent=1))
        command = [sys.executable, "-m", "snakemake", "--snakefile", root / "Snakefile", "--directory", "."]
        command += ["--profile", "none", "--workflow-profile", "none"]
        command += ["--configfile", Path(scratch, "config.json"), "--report", snakemake.output[0]]
        command += ["--report-metadata", Path(scratch, "front.json")]
        command += ["--report-stylesheet", root / "workflow" / "report" / "style.css", "--", *given]
        subprocess.run([str(word) for word in command], check=True)
