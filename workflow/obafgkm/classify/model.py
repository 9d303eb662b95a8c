"""The released model: types, their probabilities, and what is no star, without TensorFlow."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from obafgkm.classify.inputs import WAVE, network_inputs
from obafgkm.errors import ArchiveFileError

__all__ = ["RELEASED", "Model", "Types"]

RELEASED = Path(__file__).parent / "released"


@dataclass
class Types:
    """Types of n spectra.

    Attributes
    ----------
    temperature : array (n, 70)
        Probabilities of the classes O0 to M9.
    luminosity : array (n, 5)
        Probabilities of the classes I to V.
    outlier : array (n,)
        Root mean square of what the principal components of stars leave of the continuum-free spectrum.
    flagged : array of bool (n,)
        Where the outlier score is above the model's threshold.
    sets : array of bool (n, 70)
        Conformal sets, made to hold the true class of 90 % of the stars.
    """

    temperature: np.ndarray
    luminosity: np.ndarray
    outlier: np.ndarray
    flagged: np.ndarray
    sets: np.ndarray

    def ranges(self, level):
        """First and last class (n, 2) of the central interval that holds `level` of the probability."""
        cumulative = np.cumsum(self.temperature, axis=1)
        tail = (1 - level) / 2
        return np.stack([(cumulative < tail).sum(1), np.minimum((cumulative < 1 - tail).sum(1), 69)], axis=1)


class Model:
    """A trained ensemble.

    Attributes
    ----------
    wave : array (n_pix,)
        The grid of the spectra it takes, Angstrom in air.
    card : dict
        Content of ``model.json``.
    """

    def __init__(self, session, card):
        self.wave, self.card, self._session = WAVE, card, session

    @classmethod
    def load(cls, folder=RELEASED):
        """Read ``model.onnx`` and ``model.json``.

        Raises
        ------
        ArchiveFileError
            If a file is missing or unreadable, or the model is one for another grid.
        """
        import onnxruntime

        path = Path(folder) / "model.onnx"
        try:
            card = json.loads(path.with_name("model.json").read_text())
            session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's own errors share no class with the file system's
            raise ArchiveFileError(path, f"no readable model ({error}); install the package again") from error
        if not np.array_equal(card["wave"], WAVE):
            raise ArchiveFileError(path, "made for another wavelength grid; train the model again")
        return cls(session, card)

    def classify(self, flux, ivar=None):
        """Types of spectra (n, n_pix) on `wave`, in any unit of flux; NaN or ivar 0 where missing."""
        inputs = network_inputs(np.atleast_2d(flux), None if ivar is None else np.atleast_2d(ivar))
        temperature, luminosity, outlier = self._session.run(None, {"spectra": inputs})
        sets = temperature >= self.card["conformal_threshold"]
        sets[np.arange(len(sets)), temperature.argmax(1)] = True  # no set is empty
        return Types(temperature, luminosity, outlier, outlier > self.card["outlier_threshold"], sets)
