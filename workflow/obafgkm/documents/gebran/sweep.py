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
    """Trainings of one stellar parameter: each value of each hyper-parameter, the others fixed.

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
    """One of `parts` blocks of trainings, by number; those of one network graph stay together.

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
        # A value with which a training diverged has no mean, and is not chosen.
        best = tried.groupby(name)[error].agg(lambda values: values.mean(skipna=False)).idxmin()
        chosen[name] = type(fixed[name])(best)
    return {**chosen, "epochs": int(base.groupby("epochs")[error].mean().idxmin())}


class Trainer:
    """Trains networks; those of one graph are one network with new weights, which saves compiling it.

    Parameters
    ----------
    seed : int
    checkpoint : path
    """

    def __init__(self, seed, checkpoint):
        self.seed, self.checkpoint = seed, checkpoint
        self._graph = self._model = None

    def predict(self, database, parameter, limits, settings):
        """Train on a database and predict every set.

        Parameters
        ----------
        database : Database
        parameter : str
        limits : (float, float)
            The parameter's range. Labels become 0 to 1 within it: the logarithmic loss takes none below -1.
        settings : dict
            Hyper-parameters and ``epochs``.

        Returns
        -------
        dict of str to array (n,)
            Predictions, in units of the parameter.
        """
        import keras

        from obafgkm.documents.gebran.network import build_gebran, initialise
        from obafgkm.training.engine import fit, schedule

        low, high = limits
        # One scale for all components, so that noise in the faint ones is not blown up.
        scale = database.coefficients["training"].std(axis=0).max()
        x = {name: values / scale for name, values in database.coefficients.items()}
        column = PARAMETERS.index(parameter)
        y = {
            name: ((values[:, [column]] - low) / (high - low)).astype("f4")
            for name, values in database.labels.items()
        }
        graph = {name: settings[name] for name in GRAPH} | {"components": x["training"].shape[1]}
        if graph != self._graph:
            keras.backend.clear_session()  # or memory grows with every network
            shape = {"n_components": graph["components"], **{name: settings[name] for name in GRAPH}}
            self._graph, self._model = graph, build_gebran(**shape)
        initialise(self._model, settings["initialiser"], self.seed)
        model, _ = fit(
            self._model,
            x["training"],
            y["training"],
            (x["validation"], y["validation"]),
            **schedule(settings),
            monitor="val_loss",
            seed=self.seed,
            checkpoint=self.checkpoint,
        )
        self._model = model
        everything = model.predict_on_batch if len(x["training"]) < 20000 else model.predict
        # To the logarithmic loss, any output below zero is zero; what it never taught is not taken as said.
        lowest = 0 if settings["loss"] == "msle" else -np.inf
        return {
            name: low + (high - low) * np.maximum(everything(values)[:, 0], lowest)
            for name, values in x.items()
        }
