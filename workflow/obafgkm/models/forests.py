"""The random forests of Sharma et al. 2020, section 4.1."""

from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

__all__ = ["build_forest"]


def build_forest(task, seed, threads, *, trees, **settings):
    """Random forest on fluxes.

    Parameters
    ----------
    task : {'classifier', 'regressor'}
        On class numbers with Gini impurity, or on spectral codes (Eq. 10) with squared error.
    seed, threads : int
    trees : int
        Number of trees.
    **settings
        Handed to scikit-learn under their own names.
    """
    forest = {"classifier": RandomForestClassifier, "regressor": RandomForestRegressor}[task]
    return forest(trees, random_state=seed, n_jobs=threads, **settings)
