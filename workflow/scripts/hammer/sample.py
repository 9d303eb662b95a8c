"""Read SkyServer's answer, and divide its stars into training, validation and test sets."""

import numpy as np
import pandas as pd

from obafgkm.archives.sdss import photometry as sdss_photometry
from obafgkm.mk import MAIN_CLASSES
from obafgkm.training.splits import held_out_stars
from obafgkm.workflow.job import job


def divide(stars, validation, test, seed):
    """Add ``main`` (0 ... 6), ``unfitted``, ``contradicted`` and ``part``; each star is in only one part."""
    held_out = held_out_stars(stars["bestObjID"], validation + test, seed)
    tested = np.zeros(len(stars), bool)
    tested[held_out] = held_out_stars(stars["bestObjID"][held_out], test / (validation + test), seed)
    return stars.assign(
        main=stars["label"].map(MAIN_CLASSES.index),
        unfitted=sdss_photometry.unfitted(stars),
        contradicted=sdss_photometry.contradicted(stars),
        part=np.select([tested, held_out], ["test", "validation"], "training"),
    )


if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        stars, rejected = sdss_photometry.read(snakemake.input.photometry)
        sample = divide(stars, params.validation, params.test, params.seed).assign(source=params.source)
        sample.to_csv(snakemake.output.sample, index=False)
        rejected.to_csv(snakemake.output.rejected, index=False)
        print(f"{len(stars) + len(rejected)} rows: {len(stars)} used, {len(rejected)} rejected")
        print(pd.crosstab(sample["label"], [sample["unfitted"], sample["contradicted"]]))
