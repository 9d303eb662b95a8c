"""Train a network and record the training: history, layers, card."""

import json
from pathlib import Path

import keras
import pandas as pd

from obafgkm.training.backend import device
from obafgkm.training.engine import fit, layer_table, schedule

__all__ = ["train_network"]


def train_network(
    model, x, y, held_out, settings, *, monitor, seed, threads, directory, source, earlier=None
):
    """Train on the spectra that are not held out, and record the training in `directory`.

    ``history.csv`` has one row per epoch, ``layers.csv`` the layers, ``card.json`` the data's source, sizes,
    settings, seed, threads, backend, device and epochs. Saving the model is left to the caller.

    Parameters
    ----------
    model : keras.Model
        Compiled.
    x, y : arrays (n, ...)
    held_out : array of bool (n,)
        The validation spectra.
    settings : dict
        ``epochs``, ``batch``, ``patience``, optionally ``micro_batch``, and others to be listed on the card.
    monitor : str
        See `fit`.
    seed, threads : int
    directory : path
    source : str
        Origin of the spectra.
    earlier : DataFrame, optional
        History of a first stage that trained some of the weights: its epochs are counted first, and the best
        one is selected among those of the full training.

    Returns
    -------
    keras.Model
        With the weights of its best epoch.
    """
    directory = Path(directory)
    model, history = fit(
        model,
        x[~held_out],
        y[~held_out],
        (x[held_out], y[held_out]),
        **schedule(settings),
        monitor=monitor,
        seed=seed,
        checkpoint=directory / "checkpoint",
    )
    best = history[monitor].argmin() if "loss" in monitor else history[monitor].argmax()
    if earlier is not None:
        best += len(earlier)
        history = pd.concat([earlier, history], ignore_index=True).assign(epoch=lambda rows: rows.index + 1)
    card = {
        "source": source,
        "training_spectra": int((~held_out).sum()),
        "validation_spectra": int(held_out.sum()),
        "settings": settings,
        "monitor": monitor,
        "seed": seed,
        "threads": threads,
        "backend": keras.backend.backend(),
        "device": device(),
        "precision": keras.config.dtype_policy().name,
        "epochs": len(history),
        "best_epoch": int(best) + 1,
    }
    directory.mkdir(parents=True, exist_ok=True)
    history.to_csv(directory / "history.csv", index=False)
    layer_table(model).to_csv(directory / "layers.csv", index=False)
    (directory / "card.json").write_text(json.dumps(card, indent=1))
    return model
