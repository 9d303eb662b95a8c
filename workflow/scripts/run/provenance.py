"""The record of a run: code, machine, data and times."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from obafgkm.report.run_record import archive, code, machine, one_file, trainings, versions
from obafgkm.workflow.job import job


def provenance(root, config, data, results, benchmarks):
    """The record.

    Parameters
    ----------
    root : path
        The repository.
    config : dict
        The whole configuration.
    data : dict of dict
        Information on each dataset's files, by ``<source>/<folder>``.
    results, benchmarks : path
        Directories.

    Returns
    -------
    dict
    """
    times = {
        path.stem: pd.read_csv(path, sep="\t").iloc[-1] for path in sorted(Path(benchmarks).glob("*.tsv"))
    }
    return {
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "code": code(root),
        "machine": machine(),
        **versions(),
        "seed": config["seed"],
        "trainings": trainings(results),
        "data": data,
        "jobs": {
            name: {
                "seconds": float(time["s"]),
                "cpu_seconds": float(time["cpu_time"]),
                "memory_mb": time["max_rss"],
            }
            for name, time in times.items()
        },
        "config": config,
    }


if __name__ == "__main__":
    with job(snakemake):
        root = Path(snakemake.scriptdir).resolve().parents[2]
        given, config = snakemake.input, snakemake.config
        source = config["datasets"]["hammer"]["source"]
        data = {"/".join(Path(path).parts[-3:-1]): archive(path) for path in given.archives}
        data[f"{source}/hammer"] = one_file(given.photometry, "hammer", source)
        record = provenance(root, config, data, "results", "benchmarks/results")
        Path(snakemake.output[0]).write_text(json.dumps(record, indent=1, default=str) + "\n")
