"""Form the training and test samples of Sharma et al. 2020 from the homogenised libraries."""

import pandas as pd

from obafgkm.documents.sharma.samples import TEST_LIBRARY, sharma_samples
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job


def form_samples(library_paths, stars_path):
    """Read the libraries, assign every spectrum to its star, and divide them.

    Parameters
    ----------
    library_paths : dict of str to path
        Homogenised spectra per library.
    stars_path : path
        Table ``library, file, name, star`` that resolves names across the libraries.

    Returns
    -------
    training, test : Spectra
    left_out : DataFrame
    """
    stars = pd.read_csv(stars_path, dtype=str, keep_default_na=False)
    libraries = {library: Spectra.read(path) for library, path in library_paths.items()}
    star_of = stars[stars["file"] != ""].set_index(["library", "file"])["star"]
    for spectra in libraries.values():
        spectra.labels["star"] = star_of.reindex(
            pd.MultiIndex.from_frame(spectra.labels[["library", "file"]])
        ).array
    return sharma_samples(libraries, set(stars.loc[stars["library"] == TEST_LIBRARY, "star"]))


if __name__ == "__main__":
    with job(snakemake):
        libraries = dict(zip(snakemake.params.libraries, snakemake.input.libraries, strict=True))
        training, test, left_out = form_samples(libraries, snakemake.input.stars)
        training.write(snakemake.output.training)
        test.write(snakemake.output.test)
        left_out.to_csv(snakemake.output.left_out, index=False)
        print(f"training: {len(training)}, test: {len(test)}, left out: {len(left_out)}")
