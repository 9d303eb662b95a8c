"""All typed stars of the libraries, real and simulated, on the classifier's grid."""

import numpy as np
import pandas as pd

from obafgkm.classify.conditions import FINE, Conditions, observe, on_fine_grid
from obafgkm.classify.inputs import lines_and_continuum
from obafgkm.classify.vetting import vet
from obafgkm.spectra import Spectra, concatenate
from obafgkm.workflow.job import job


def typed_stars(path, identities, simulated_beside_real):
    """Typed spectra of an ingested library on `FINE`, and the reasons for excluding others."""
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


def vetted(stars):
    """Labels of stars with the columns of `obafgkm.classify.vetting.vet`; simulated ones unchanged."""
    labels = stars.labels
    real = (labels["library"] != "simulated").to_numpy()
    fwhm, flux = labels.loc[real, "fwhm"].to_numpy(), stars.flux[real].astype(float)
    seen = observe(flux, fwhm, Conditions.fixed(real.sum()), np.random.default_rng(0))
    found = vet(lines_and_continuum(*seen)[0], labels[real])
    joined = labels.join(found)
    return joined.assign(
        vetted=joined["vetted"].fillna(labels["mk_class"]).astype(int), doubt=joined["doubt"].fillna("")
    )


if __name__ == "__main__":
    with job(snakemake):
        inputs, output = snakemake.input, snakemake.output
        identities = pd.read_csv(inputs.identities)[["library", "file", "star"]]
        pairs = [typed_stars(path, identities, False) for path in inputs.libraries]
        pairs += [typed_stars(path, identities, True) for path in inputs.simulated]
        stars = concatenate([stars for stars, _ in pairs if len(stars)])
        stars.labels = vetted(stars)
        stars.write(output.stars)
        rejected = pd.concat([rejected for _, rejected in pairs])
        rejected.to_csv(output.rejected, index=False)
        print(stars.labels["library"].value_counts().to_string(), f"\n{len(rejected)} left out")
