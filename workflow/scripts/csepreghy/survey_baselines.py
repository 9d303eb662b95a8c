"""Baselines for the networks on the surveys' spectra, on the same folds: see `MODELS`."""

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from obafgkm.archives.sdss.labels import star_family
from obafgkm.documents.csepreghy.sample import FEATURES, feature_table
from obafgkm.documents.csepreghy.surveys import answers, held_out, scaled, survey_target
from obafgkm.spectra import Spectra
from obafgkm.training.baselines import majority_class
from obafgkm.workflow.job import job

# Each task's baselines that train. `survey` knows of a spectrum only who took it.
MODELS = {
    "class": ("majority", "survey", "redshift", "magnitudes", "flux", "flux_and_features"),
    "stars": ("majority", "survey", "flux", "flux_and_features"),
}


def linear():
    """Logistic regression on standardised inputs; what is not known is the training mean, as for networks."""
    unknown = SimpleImputer(keep_empty_features=True)
    return make_pipeline(unknown, StandardScaler(), LogisticRegression(max_iter=1000))


def trees(seed):
    """Boosted trees, which take what is not known as it is."""
    return HistGradientBoostingClassifier(max_iter=40, min_samples_leaf=5, random_state=seed)


class Majority:
    """The commonest training class."""

    def fit(self, x, y):
        """Determine the commonest class."""
        names, number = np.unique(y, return_inverse=True)
        self.answer = names[majority_class(number, 1)[0]]
        return self

    def predict(self, x):
        """Assign that class to every spectrum."""
        return np.full(len(x), self.answer)


def inputs(model, spectra, binning):
    """What a baseline takes (n_spec, n), and which spectra it can say something of."""
    labels, everything = spectra.labels, np.ones(len(spectra), bool)
    if model == "flux":
        return scaled(spectra, binning)[0], everything
    if model == "flux_and_features":
        return np.concatenate([scaled(spectra, binning)[0], feature_table(labels)], axis=1), everything
    if model == "redshift":
        return labels[FEATURES["redshift"]].to_numpy(), everything
    if model == "magnitudes":
        x = labels[FEATURES["magnitudes"]].to_numpy()
        return x, np.isfinite(x).any(axis=1)
    return (labels[["library"]] == "sdss").to_numpy(float), everything


def cross_validate(spectra, settings, seed):
    """Predictions of every baseline of every task: see `obafgkm.documents.csepreghy.surveys.answers`."""
    makers = {name: linear for name in ("flux", "flux_and_features", "survey")} | {"majority": Majority}
    for task, models in MODELS.items():
        expected = survey_target(spectra.labels, task, settings["fewest"]).to_numpy()
        for model in models:
            x, able = inputs(model, spectra, settings["binning"])
            taken = np.flatnonzero(able & (expected != ""))
            x, y, labels = x[taken], expected[taken], spectra.labels.iloc[taken]
            told = {"task": task, "model": model, "trained_on": "real", "share": 1.0}
            for repeat, fold, test in held_out(labels["star"], y, settings, seed):
                fitted = makers.get(model, lambda: trees(seed))().fit(x[~test], y[~test])
                said = fitted.predict(x[test])
                yield answers(labels[test], y[test], said, **told, repeat=repeat, fold=fold)


def from_templates(spectra, fits, settings):
    """Predictions of the eigen-templates, which are not trained here."""
    for task, said in (("class", fits["fitted_class"]), ("stars", fits["star_template"].map(star_family))):
        expected = survey_target(spectra.labels, task, settings["fewest"])
        taken = (expected != "").to_numpy()
        told = {
            "task": task,
            "model": "templates",
            "trained_on": "none",
            "share": 0.0,
            "repeat": 0,
            "fold": 0,
        }
        yield answers(spectra.labels[taken], expected[taken], said.to_numpy()[taken], **told)


def from_simulation(spectra, simulated, settings):
    """Predictions of the logistic regression that trains on simulated flux."""
    for task in MODELS:
        expected = survey_target(spectra.labels, task, settings["fewest"])
        of_simulated = survey_target(simulated.labels, task, 0).to_numpy()
        known = np.isin(of_simulated, expected[expected != ""].unique())
        fitted = linear().fit(scaled(simulated, settings["binning"])[0][known], of_simulated[known])
        taken = (expected != "").to_numpy()
        said = fitted.predict(scaled(spectra, settings["binning"])[0][taken])
        told = {
            "task": task,
            "model": "flux",
            "trained_on": "simulated",
            "share": 0.0,
            "repeat": 0,
            "fold": 0,
        }
        yield answers(spectra.labels[taken], expected[taken], said, **told)


if __name__ == "__main__":
    with job(snakemake):
        inputs_of, params = snakemake.input, snakemake.params
        spectra, simulated = Spectra.read(inputs_of.spectra), Spectra.read(inputs_of.simulated)
        tables = [*cross_validate(spectra, params.settings, params.seed)]
        tables += from_simulation(spectra, simulated, params.settings)
        for path in inputs_of.get("fits", []):
            tables += from_templates(spectra, pd.read_csv(path, keep_default_na=False), params.settings)
        pd.concat(tables).to_csv(snakemake.output.predictions, index=False)
