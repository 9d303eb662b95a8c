"""All typed stars of the libraries, and simulated ones beside real ones, on the classifier's own grid."""

import pandas as pd

from obafgkm.classify.conditions import FINE, on_fine_grid
from obafgkm.spectra import Spectra, concatenate
from obafgkm.workflow.job import job


def typed_stars(path, identities, simulated_beside_real):
    """Typed spectra of an ingested library on `FINE`, and the reasons why others are not among them."""
    spectra = Spectra.read(path)
    flux, problems = on_fine_grid(spectra)
    labels = spectra.labels.assign(fwhm=spectra.fwhm, problem=problems)
    labels.loc[labels["mk_class"] < 0, "problem"] = "no type"
    if simulated_beside_real:
        labels["library"] = "simulated"
        labels["star"] = [f"simulated {star}" for star in labels["star"]]
    else:
        names = labels[["library", "file"]].merge(identities, how="left", on=["library", "file"])
        labels["star"] = names["star"].to_numpy()
    on_grid = Spectra(
        FINE, flux, (flux == flux).astype("f4"), labels, "air", spectra.fwhm, spectra.provenance
    )
    good = (labels["problem"] == "").to_numpy()
    return on_grid.select(good), labels.loc[~good, ["library", "file", "problem"]]


if __name__ == "__main__":
    with job(snakemake):
        inputs, output = snakemake.input, snakemake.output
        identities = pd.read_csv(inputs.identities)[["library", "file", "star"]]
        pairs = [typed_stars(path, identities, False) for path in inputs.libraries]
        pairs += [typed_stars(path, identities, True) for path in inputs.simulated]
        stars = concatenate([stars for stars, _ in pairs if len(stars)])
        stars.write(output.stars)
        rejected = pd.concat([rejected for _, rejected in pairs])
        rejected.to_csv(output.rejected, index=False)
        print(stars.labels["library"].value_counts().to_string(), f"\n{len(rejected)} left out")
