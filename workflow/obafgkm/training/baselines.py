"""Baselines for networks: the commonest class, the nearest training spectrum, linear fits."""

import numpy as np

__all__ = ["linear_classifier", "majority_class", "nearest_template", "ridge"]


def majority_class(training_class, n):
    """The commonest training class, `n` times."""
    return np.full(n, np.bincount(training_class).argmax())


def nearest_template(training_flux, training_class, flux):
    """Class of the training spectrum with the smallest χ² after the best scaling.

    With equal errors, the scale that minimises ``|flux - a * template|²`` leaves
    ``|flux|² - (flux · template)² / |template|²``, so that the nearest template is the one with the largest
    cosine.

    Parameters
    ----------
    training_flux : array (n_train, n_pix)
    training_class : array (n_train,) or (n_train, n_labels)
        Classes, or any other labels.
    flux : array (n_spec, n_pix)

    Returns
    -------
    array (n_spec,) or (n_spec, n_labels)
    """
    templates = training_flux / np.linalg.norm(training_flux, axis=1, keepdims=True)
    return np.asarray(training_class)[np.argmax(flux @ templates.T, axis=1)]


def linear_classifier(components, seed):
    """Logistic regression on principal components: a linear classifier of flux.

    The components are not scaled to unit variance, because the regression would then fit the noise in the
    faint ones.

    Parameters
    ----------
    components : int
    seed : int
        Seed of the randomised decomposition.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Unfitted.
    """
    from sklearn.decomposition import PCA
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    decomposition = PCA(components, svd_solver="randomized", random_state=seed)
    return make_pipeline(decomposition, LogisticRegression(max_iter=500))


def ridge(training, validation, x, strengths):
    """Ridge regression, with the penalty for each label chosen on the validation spectra.

    Parameters
    ----------
    training, validation : tuple of arrays (n, n_pix), (n, n_labels)
        Spectra and their labels.
    x : array (n_spec, n_pix)
    strengths : sequence of float
        Penalties to choose from.

    Returns
    -------
    array (n_spec, n_labels)
    """
    from sklearn.linear_model import Ridge

    fits = [Ridge(strength).fit(*training) for strength in strengths]
    errors = [((fit.predict(validation[0]) - validation[1]) ** 2).mean(axis=0) for fit in fits]
    best = np.argmin(errors, axis=0)
    return np.stack([fits[i].predict(x)[:, label] for label, i in enumerate(best)], axis=1)
