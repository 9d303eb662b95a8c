"""Choose spectra from a sample's catalogue and download their files."""

import json
from pathlib import Path

from obafgkm.archives.sdss.sql import read_answer, write_answer
from obafgkm.download.sdss import choose, download
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake, show_progress=True):
        params, directory = snakemake.params, Path(snakemake.output.provenance).parent
        path = Path(snakemake.input.catalogue)
        chosen = choose(read_answer(str(path), path.read_bytes()), params.counts, params.seed)
        missing, record = download(
            chosen,
            directory,
            params.release,
            server=params.server,
            jobs=snakemake.threads,
            offline=params.offline,
        )
        write_answer(directory / "catalogue.csv", chosen)
        missing.to_csv(directory / "missing.csv", index=False)
        record = {"dataset": f"sdss_{snakemake.wildcards.sample}", "source": "remote", **record}
        record |= {"release": params.release, "server": params.server, "seed": params.seed}
        Path(snakemake.output.provenance).write_text(json.dumps(record, indent=1) + "\n")
        print(f"{record['files']} files, {record['missing']} not on the server")
