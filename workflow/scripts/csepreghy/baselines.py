"""Classify by features alone: what of the mixed-input network's accuracy they explain."""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from obafgkm.documents.csepreghy.sample import feature_table, target
from obafgkm.spectra import read_labels
from obafgkm.training.baselines import majority_class
from obafgkm.workflow.job import job

# Features that each baseline goes without. Widths need the redshift, by which lines are found.
WITHOUT = {
    "z_only": ("widths", "magnitudes"),
    "magnitudes_only": ("widths", "redshift"),
    "all_features": (),
}


def classify(labels, classes, without, seed):
    """Boosted trees on some of the features, trained on what trains and validates the networks.

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


if __name__ == "__main__":
    with job(snakemake):
        labels = read_labels(snakemake.input.sample)
        for name, path in zip(snakemake.params.names, snakemake.output, strict=True):
            task, _, baseline = name.partition("_by_")
            classes = target(labels, task).to_numpy()
            taken = labels[classes != ""].reset_index(drop=True)
            known = classes[classes != ""]
            if baseline == "majority":
                names, number = np.unique(known, return_inverse=True)
                of_training = number[(taken["part"] != "test").to_numpy()]
                predicted = names[majority_class(of_training, len(known))]
            else:
                predicted = classify(taken, known, WITHOUT[baseline], snakemake.params.seed)
            table = taken[["name", "star", "source", "part"]].assign(expected=known, predicted=predicted)
            table.to_csv(path, index=False)
