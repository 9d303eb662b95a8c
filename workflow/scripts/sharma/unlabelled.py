"""Unlabelled stellar spectra of SDSS to pre-train the autoencoder on (Sharma et al. 2020, section 4.2)."""

import numpy as np

from obafgkm.spectra import Spectra, concatenate
from obafgkm.workflow.job import job


def unlabelled(samples, number, seed):
    """Spectra to pre-train on: `number` of them, all of the first sample before any of the next.

    Parameters
    ----------
    samples : list of Spectra
        Homogenised stars.
    number : int
    seed : int

    Returns
    -------
    Spectra
        In random order.
    """
    rng = np.random.default_rng([seed, 7])
    parts = []
    for sample in samples:
        lacking = max(0, number - sum(map(len, parts)))
        parts.append(sample.select(rng.permutation(len(sample))[:lacking]))
    return concatenate(parts)


if __name__ == "__main__":
    with job(snakemake):
        sample = unlabelled(
            [Spectra.read(path) for path in snakemake.input], snakemake.params.spectra, snakemake.params.seed
        )
        sample.write(snakemake.output.spectra)
        print(sample.labels["source"].value_counts().to_string())
