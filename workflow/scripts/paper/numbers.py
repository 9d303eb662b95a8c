"""The numbers and words of the paper, by name."""

import json
from pathlib import Path

from obafgkm.report.claims import read_claims
from obafgkm.report.declaration import read_declaration
from obafgkm.report.paper import gather
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        root = Path(snakemake.scriptdir).resolve().parents[2]
        declaration = read_declaration(root / "paper" / "numbers.yaml")
        claims = read_claims(root / "config" / "claims.yaml")
        params = snakemake.params
        numbers = gather(declaration, claims, params.settings, "results", params.scale, params.absent)
        text = json.dumps(numbers, indent=1, sort_keys=True, ensure_ascii=False)
        Path(snakemake.output[0]).write_text(text + "\n")
