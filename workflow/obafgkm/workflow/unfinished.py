"""Results that a failed job has left out of date.

Snakemake removes the output of a failed job, yet records the job's new parameters as if it had finished
(https://github.com/snakemake/snakemake/issues/3808). It does not miss an intermediate file while everything
made of it exists: the next run would find nothing to do, and the former results would pass for those of the
new parameters.
"""

from pathlib import Path

__all__ = ["mark_unfinished"]


def mark_unfinished(dag, persistence):
    """Mark results still to be remade from missing files as unfinished, so that the next run remakes them.

    They stay where they are until then.

    Parameters
    ----------
    dag : snakemake.dag.DAG
        The jobs of a run that has ended.
    persistence : snakemake.persistence.PersistenceBase
        The records of the same run.
    """
    for job in dag.needrun_jobs():
        if not all(Path(path).exists() for path in job.input):
            persistence.started(job)
