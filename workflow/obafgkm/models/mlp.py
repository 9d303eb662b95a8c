"""The multi-layer perceptrons of Sharma et al. 2020, section 4.1, by scikit-learn."""

from sklearn.neural_network import MLPClassifier, MLPRegressor

__all__ = ["build_mlp"]


def build_mlp(task, seed, *, neurons, activation, solver, alpha, batch, learning_rate, iterations):
    """Perceptron with two hidden layers on fluxes.

    With the solver ``lbfgs``, which both of the paper's perceptrons use, scikit-learn has neither batches nor
    learning rates nor early stopping: the paper's "batch size = 80", "batch size of 200", "learning rate =
    adaptive" and patience of 10 epochs have no effect.

    Parameters
    ----------
    task : {'classifier', 'regressor'}
    seed : int
    neurons : sequence of int
    activation, solver, learning_rate : str
        scikit-learn's names.
    alpha : float
        L2 regularisation.
    batch, iterations : int
        Batch size; greatest number of iterations (epochs, for the stochastic solvers).
    """
    perceptron = {"classifier": MLPClassifier, "regressor": MLPRegressor}[task]
    return perceptron(
        tuple(neurons),
        activation=activation,
        solver=solver,
        alpha=alpha,
        batch_size=batch,
        learning_rate=learning_rate,
        max_iter=iterations,
        random_state=seed,
    )
