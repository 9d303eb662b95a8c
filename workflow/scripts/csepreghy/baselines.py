"""Baselines for the networks: classification by features alone, and by flux without a network."""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from obafgkm.documents.csepreghy.sample import feature_table, shaped, takes_part, target
from obafgkm.spectra import Spectra
from obafgkm.training.baselines import majority_class
from obafgkm.workflow.job import job

# Features omitted by each baseline. Widths need the redshift, which locates the lines.
WITHOUT = {
    "z_only": ("widths", "magnitudes"),
    "magnitudes_only": ("widths", "redshift"),
    "all_features": (),
}


def by_features(labels, classes, without, seed):
    """Boosted trees on some of the features, trained on the networks' training and validation spectra.

    Parameters
    ----------
    labels : DataFrame
        Of the prepared sample.
    classes : array of str (n_spec,)
    without : sequence of str
        Groups of `obafgkm.documents.csepreghy.sample.FEATURES`.
    seed : int

    Returns
    -------
    array of str (n_spec,)
    """
    x = feature_table(labels, without)
    training = (labels["part"] != "test").to_numpy()
    model = HistGradientBoostingClassifier(max_iter=40, min_samples_leaf=10, random_state=seed)
    return model.fit(x[training], classes[training]).predict(x)


def by_flux(flux, labels, classes):
    """Logistic regression on the CNN's input, standardised in the same way, trained on the same spectra.

    Parameters
    ----------
    flux : array (n_spec, n_pixels)
    labels, classes
        See `by_features`.

    Returns
    -------
    array of str (n_spec,)
    """
    training = (labels["part"] != "test").to_numpy()
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    return model.fit(flux[training], classes[training]).predict(flux)


if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        sample = Spectra.read(snakemake.input.sample)
        flux = shaped(sample.flux, 0, params.binning)
        for name, path in zip(params.names, snakemake.output, strict=True):
            task, _, baseline = name.partition("_by_")
            taken = takes_part(sample.labels, task, params.drawn, params.seed)
            labels = sample.labels[taken].reset_index(drop=True)
            known = target(labels, task).to_numpy()
            if baseline == "majority":
                names, number = np.unique(known, return_inverse=True)
                of_training = number[(labels["part"] != "test").to_numpy()]
                predicted = names[majority_class(of_training, len(known))]
            elif baseline == "flux":
                predicted = by_flux(flux[taken], labels, known)
            else:
                predicted = by_features(labels, known, WITHOUT[baseline], params.seed)
            table = labels[["name", "star", "source", "part"]].assign(expected=known, predicted=predicted)
            table.to_csv(path, index=False)
