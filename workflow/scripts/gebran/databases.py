"""Project the spectra of the training databases on their principal components."""

from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.documents.gebran.databases import make_database
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        params, output = snakemake.params, snakemake.output
        curves = []
        for path in map(Path, output.databases):
            name, _, kind = path.stem.partition("_")
            database, errors = make_database(
                *snakemake.input,
                params.databases[name],
                kind == "augmented",
                **params.settings,
                seed=params.seed,
            )
            database.write(path)
            curves.append(
                pd.DataFrame(
                    {
                        "database": path.stem,
                        "components": np.arange(len(errors)),
                        "error": errors,
                        "source": database.source,
                    }
                )
            )
        pd.concat(curves).to_csv(output.errors, index=False)
