"""``model.json`` with the checksums of a model's files, so that none is damaged or of another training."""

import hashlib
import json
from pathlib import Path

__all__ = ["read_card", "write_card"]

_FILES = ("model.onnx", "outliers.npz")
_SEAL = "sha256"


def write_card(path, card):
    """Write ``model.json`` beside the other files of a model.

    Parameters
    ----------
    path : path
    card : dict
        Origin and thresholds of the model.
    """
    card = json.loads(json.dumps(card))
    Path(path).write_text(json.dumps({**card, _SEAL: _checksums(Path(path), card)}, indent=1))


def read_card(path):
    """The content of ``model.json``, without the checksums, which are verified.

    Raises
    ------
    ValueError
        If it was written without checksums, or a file of the model is not the one that was written; the
        message names it.
    """
    path = Path(path)
    card = json.loads(path.read_text())
    stated = card.pop(_SEAL, None) if isinstance(card, dict) else None
    if not isinstance(stated, dict):
        raise ValueError(f"{path.name} has no checksums: damaged, or made by an earlier version")
    for name, found in _checksums(path, card).items():
        if stated.get(name) != found:
            raise ValueError(f"{name} is damaged, or of another training")
    return card


def _checksums(path, card):
    """SHA-256 of each file, and of the card as JSON without blanks, its keys in order."""
    sums = {name: hashlib.sha256(path.with_name(name).read_bytes()).hexdigest() for name in _FILES}
    content = json.dumps(card, sort_keys=True, separators=(",", ":"))
    return {**sums, path.name: hashlib.sha256(content.encode()).hexdigest()}
