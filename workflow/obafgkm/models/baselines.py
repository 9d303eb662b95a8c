"""What a network has to beat: the commonest class, the nearest training spectrum, a linear classifier."""

import numpy as np

__all__ = ["linear_classifier", "majority_class", "nearest_template"]


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
    training_class : array (n_train,)
    flux : array (n_spec, n_pix)

    Returns
    -------
    array (n_spec,)
    """
    templates = training_flux / np.linalg.norm(training_flux, axis=1, keepdims=True)
    return np.asarray(training_class)[np.argmax(flux @ templates.T, axis=1)]


def linear_classifier(components, seed):
    """Logistic regression on principal components: a linear classifier of flux.

    The components keep their own variance: at one variance the faint ones are noise that the regression fits.

    Parameters
    ----------
    components : int
    seed : int
        Of the randomised decomposition.

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
