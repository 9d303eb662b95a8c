"""The hyper-parameters that Gebran et al. 2022 vary one at a time, and the choice among them."""

import numpy as np

from obafgkm.documents.gebran.databases import PARAMETERS

__all__ = ["GRAPH", "HYPERPARAMETERS", "Trainer", "choose", "list_sweep", "take_part"]

HYPERPARAMETERS = {
    "activation": "Activation",
    "optimiser": "Optimiser",
    "batch": "Batch",
    "dropout": "Dropout",
    "loss": "Loss",
    "initialiser": "Initialiser",
}
GRAPH = ("activation", "optimiser", "dropout", "loss")  # what a compiled network cannot change


def list_sweep(sweep):
    """Trainings for one stellar parameter: each value of each hyper-parameter, with the others fixed.

    Parameters
    ----------
    sweep : dict
        ``fixed`` (value of each hyper-parameter), ``values`` (list of each), ``epochs`` (list).

    Returns
    -------
    list of dict
        Hyper-parameters, ``epochs``, and ``varied``: which one varies, ``none`` for the fixed ones alone.
        Those of one network graph follow each other.
    """
    fixed = sweep["fixed"]
    networks = [{"varied": "none", **fixed}]
    for name in sorted(HYPERPARAMETERS, key=lambda name: name not in ("batch", "initialiser")):
        networks += [
            {"varied": name, **fixed, name: value} for value in sweep["values"][name] if value != fixed[name]
        ]
    return [{**network, "epochs": epochs} for network in networks for epochs in sweep["epochs"]]


def take_part(trainings, part, parts):
    """One of `parts` blocks of trainings, with their numbers; those with one network graph stay together.

    Parameters
    ----------
    trainings : list of dict
    part, parts : int

    Returns
    -------
    dict of int to dict
    """
    return {i: row for i, row in enumerate(trainings) if i * parts // len(trainings) == part}


def choose(table, fixed, error):
    """The best value of each hyper-parameter, and number of epochs, of one stellar parameter.

    As in the paper, each is chosen with the others fixed, by the error averaged over the numbers of epochs.

    Parameters
    ----------
    table : DataFrame
        The finished sweep of the stellar parameter: hyper-parameters, ``varied``, ``epochs``, errors.
    fixed : dict
    error : str
        Column to be smallest.

    Returns
    -------
    dict
        Hyper-parameters and ``epochs``.
    """
    base = table[table["varied"] == "none"]
    chosen = {}
    for name in fixed:
        tried = table[table["varied"].isin(["none", name])]
        # A value for which a training diverged has no mean and is not chosen.
        best = tried.groupby(name)[error].agg(lambda values: values.mean(skipna=False)).idxmin()
        chosen[name] = best if isinstance(best, str) else best.item()
    return {**chosen, "epochs": int(base.groupby("epochs")[error].mean().idxmin())}


class Trainer:
    """Trains networks; those with one graph share a network that is reinitialised instead of recompiled.

    Parameters
    ----------
    seed : int
    checkpoint : path
    """

    def __init__(self, seed, checkpoint):
        self.seed, self.checkpoint = seed, checkpoint
        self._graph = self._model = None

    def predict(self, database, parameter, limits, settings, learning_rate):
        """Train on a database and predict every set.

        Parameters
        ----------
        database : Database
            All coefficients are divided by the same number, so as not to amplify noise in the weak ones.
        parameter : str
        limits : (float, float)
            Range of the parameter, scaled to labels from -1/2 to 1/2: the logarithmic loss needs labels above
            -1, and a ReLU network whose outputs must all increase at first may lose its units.
        settings : dict
            Hyper-parameters and ``epochs``.
        learning_rate : float

        Returns
        -------
        dict of str to array (n,)
            Predictions, in units of the parameter.
        """
        import keras

        from obafgkm.documents.gebran.network import build_gebran, initialise
        from obafgkm.training.engine import fit, predict, schedule

        low, high = limits
        x, column = _scaled(database.coefficients), PARAMETERS.index(parameter)
        y = {
            name: ((database.labels[name][:, [column]] - low) / (high - low) - 0.5).astype("f4")
            for name in ("training", "validation")
        }
        graph = {name: settings[name] for name in GRAPH} | {"n_components": x["training"].shape[1]}
        if graph != self._graph:
            keras.backend.clear_session()  # or memory grows with every network
            self._graph, self._model = graph, build_gebran(**graph)
        self._model.optimizer.learning_rate = learning_rate
        initialise(self._model, settings["initialiser"], self.seed)
        self._model, _ = fit(
            self._model,
            x["training"],
            y["training"],
            (x["validation"], y["validation"]),
            **schedule(settings),
            monitor="val_loss",
            seed=self.seed,
            checkpoint=self.checkpoint,
        )
        predicted = predict(self._model, np.concatenate(list(x.values())), batch=1000)[:, 0]
        parts = np.split(predicted, np.cumsum([len(values) for values in x.values()])[:-1])
        return {name: low + (high - low) * (0.5 + values) for name, values in zip(x, parts, strict=True)}


def _scaled(coefficients):
    """Coefficients of every set over the standard deviation of the first component in training."""
    scale = coefficients["training"].std(axis=0).max()
    return {name: values / scale for name, values in coefficients.items()}
