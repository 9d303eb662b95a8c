"""The scikit-learn models of Sharma et al. 2020, section 4.1: random forests and multi-layer perceptrons.

Classifiers learn class numbers, regressors spectral codes (Eq. 10). With the solver ``lbfgs``, which both of
the paper's perceptrons use, scikit-learn has neither batches nor learning rates nor early stopping: the
paper's "batch size = 80", "batch size of 200", "learning rate = adaptive" and patience have no effect.
"""

import numpy as np
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor

from obafgkm.mk import N_CLASSES, class_from_code, spectral_code
from obafgkm.training.splits import held_out_stars

__all__ = ["build_estimator", "class_probabilities", "held_back", "predict_class", "target"]

_ESTIMATORS = {
    "forest_classifier": RandomForestClassifier,
    "forest_regressor": RandomForestRegressor,
    "mlp_classifier": MLPClassifier,
    "mlp_regressor": MLPRegressor,
}


def build_estimator(model, settings, seed, threads=1):
    """An unfitted model.

    Parameters
    ----------
    model : {'forest_classifier', 'forest_regressor', 'mlp_classifier', 'mlp_regressor'}
    settings : dict
        scikit-learn's parameters, by name.
    seed, threads : int
    """
    parallel = {"n_jobs": threads} if model.startswith("forest") else {}
    return _ESTIMATORS[model](random_state=seed, **parallel, **settings)


def held_back(model, stars, validation, seed):
    """Mask of the training spectra on which a model is not fitted but scored.

    The paper fits both perceptrons on 85 % of its training spectra and validates on the others, although
    these neither stop nor select anything (section 4.1). It does not say so of the forests.

    Parameters
    ----------
    model : str
    stars : array-like of str (n_spec,)
        Star of each spectrum; spectra of one star stay together.
    validation : float
        Fraction of the stars.
    seed : int

    Returns
    -------
    array of bool (n_spec,)
    """
    return held_out_stars(stars, validation if model.startswith("mlp") else 0.0, seed)


def target(model, labels):
    """Targets of a model: class numbers, or spectral codes in thousands.

    Thousands are used because a perceptron starts near zero: with plain codes, L-BFGS spends its iterations
    on fitting the mean.

    Parameters
    ----------
    model : str
    labels : DataFrame
        Columns ``mk_class`` and ``luminosity``.
    """
    if model.endswith("classifier"):
        return labels["mk_class"].to_numpy()
    return spectral_code(labels["mk_class"], labels["luminosity"]) / 1000


def predict_class(model, fitted, flux):
    """Class numbers (n,) predicted by a fitted model; those of a regressor need not be integers."""
    predicted = fitted.predict(flux)
    return predicted if model.endswith("classifier") else class_from_code(1000 * predicted)


def class_probabilities(fitted, flux):
    """Probability (n, 70) of each class from a fitted classifier; zero for classes absent from training."""
    probability = np.zeros((len(flux), N_CLASSES))
    probability[:, fitted.classes_] = fitted.predict_proba(flux)
    return probability
