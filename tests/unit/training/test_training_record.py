"""The record of a training: which epoch was kept, and how many spectra trained."""

import json

import numpy as np
import pandas as pd
import pytest

from obafgkm.training import record

HISTORY = pd.DataFrame({"epoch": [1, 2, 3], "val_loss": [0.5, 0.2, 0.3], "val_accuracy": [0.6, 0.7, 0.9]})


@pytest.mark.parametrize(
    ("monitor", "earlier", "best"),
    [("val_loss", None, 2), ("val_accuracy", None, 3), ("val_loss", HISTORY, 5)],
    ids=["loss", "accuracy", "second stage"],
)
def test_the_card_names_the_best_epoch_as_the_history_counts(monitor, earlier, best, tmp_path, monkeypatch):
    monkeypatch.setattr(record, "fit", lambda *_, **__: (None, HISTORY))
    monkeypatch.setattr(record, "layer_table", lambda _: pd.DataFrame({"layer": ["input"]}))
    record.train_network(
        None,
        np.ones(5),
        np.ones(5),
        np.arange(5) == 0,
        {"epochs": 3, "batch": 2},
        monitor=monitor,
        earlier=earlier,
        seed=1,
        threads=1,
        directory=tmp_path,
        source="simulated",
    )
    card = json.loads((tmp_path / "card.json").read_text())
    assert (card["best_epoch"], card["training_spectra"], card["validation_spectra"]) == (best, 4, 1)
    epochs = pd.read_csv(tmp_path / "history.csv")["epoch"].tolist()
    assert epochs == list(range(1, card["epochs"] + 1))
