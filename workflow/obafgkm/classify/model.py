"""The released model: types, their probabilities, stellar parameters and outliers, without TensorFlow."""

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from threadpoolctl import ThreadpoolController

from obafgkm.classify.inputs import WAVE, lines_and_continuum, network_inputs
from obafgkm.classify.outliers import Outliers
from obafgkm.classify.parameters import corrected, from_outputs, parameter_errors
from obafgkm.classify.presence import has_lines
from obafgkm.classify.ranges import central_range, half_width
from obafgkm.classify.sealed import read_card
from obafgkm.classify.spectrum import signal_to_noise
from obafgkm.classify.velocity import SIGNIFICANT, at_rest, radial_velocities
from obafgkm.errors import ArchiveFileError
from obafgkm.mk import N_CLASSES

__all__ = ["FAINTEST", "RELEASED", "Model", "Types", "conformal_sets", "is_outlier", "median_class"]

RELEASED = Path(__file__).parents[1] / "released"
_SLOW = 200.0  # km/s; the networks were trained on velocities up to 300
FAINTEST = 5.0  # signal-to-noise ratio per pixel: the lowest in training, below which no type is given


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
        See `obafgkm.classify.outliers`.
    flagged : array of bool (n,)
        Whether the outlier score is above the threshold of the main class, or of its supergiants.
    sets : array of bool (n, 70)
        Conformal sets, which contain the true class for 90 % of the stars.
    median : array of int (n,)
        Median classes.
    ranges : dict of int to (array of int (n,), array of int (n,))
        First and last classes of the ranges that contain the true class for 68 and 95 % of the stars.
    half_width : array (n,)
        Half the width of the 68 % range in classes, see `obafgkm.classify.ranges`.
    snr : array (n,)
        Median signal-to-noise ratios per pixel.
    has_lines : array of bool (n,)
        Whether the lines of the median class are detected, see `obafgkm.classify.presence`.
    kind : array of int (n,)
        Most probable kind of object, an index of `obafgkm.classify.kinds.KINDS`.
    velocity, velocity_error : array (n,)
        km/s, NaN if no template agrees well enough, see `obafgkm.classify.velocity`.
    parameters, parameter_errors : array (n, 3)
        Effective temperature in K, log g and [Fe/H] in dex; NaN where they cannot be trusted, see
        `obafgkm.classify.parameters`.
    """

    temperature: np.ndarray
    luminosity: np.ndarray
    outlier: np.ndarray
    flagged: np.ndarray
    sets: np.ndarray
    median: np.ndarray
    ranges: dict
    half_width: np.ndarray
    snr: np.ndarray
    has_lines: np.ndarray
    kind: np.ndarray
    velocity: np.ndarray
    velocity_error: np.ndarray
    parameters: np.ndarray
    parameter_errors: np.ndarray


class Model:
    """A trained ensemble.

    Attributes
    ----------
    wave : array (n_pix,)
        Wavelength grid of its input, Angstrom in air.
    card : dict
        Content of ``model.json``: origin and thresholds of the model.
    """

    def __init__(self, session, outliers, card):
        self.wave, self.card, self._session, self._outliers = WAVE, card, session, outliers
        self._threads = ThreadpoolController()

    @classmethod
    def load(cls, folder=RELEASED):
        """Read ``model.onnx``, ``outliers.npz`` and ``model.json``.

        Raises
        ------
        ArchiveFileError
            If a file is missing, unreadable, damaged or of another training, or the model was made for
            another grid.
        """
        os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # else every start is reported to its maker
        import onnxruntime

        folder = Path(folder)
        try:
            card = read_card(folder / "model.json")
            with np.load(folder / "outliers.npz") as arrays:
                outliers = Outliers(*(arrays[name].astype(np.float32) for name in ("mean", "components")))
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1  # the matrices are small, and processes run in parallel
            file = str(folder / "model.onnx")
            session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime's own errors share no class with the file system's
            remedy = "install the package again" if folder == RELEASED else "train the model again"
            raise ArchiveFileError(folder, f"no readable model ({error}); {remedy}") from error
        if card.get("wave") != [WAVE[0], WAVE[-1], WAVE.size]:
            raise ArchiveFileError(folder, "made for another wavelength grid; train the model again")
        if not {"range_shares", "parameters", "kinds"} <= card.keys():
            raise ArchiveFileError(folder, "made by an earlier version; train the model again")
        return cls(session, outliers, card)

    def classify(self, flux, ivar):
        """Types of spectra (n, n_pix) on `wave`, in any unit; NaN or inverse variance 0 where missing.

        Fast stars are brought to rest first.
        """
        snr = np.array([signal_to_noise(*pair) for pair in zip(flux, ivar, strict=True)])
        seen = lines_and_continuum(flux, ivar)
        velocity, error, ratio = radial_velocities(seen)
        velocity, error = (np.where(ratio > SIGNIFICANT, values, np.nan) for values in (velocity, error))
        if (fast := np.abs(velocity) > _SLOW).any():
            flux, ivar = flux.copy(), ivar.copy()
            flux[fast], ivar[fast] = at_rest(flux[fast], ivar[fast], velocity[fast])
            for part, moved in zip(seen, lines_and_continuum(flux[fast], ivar[fast]), strict=True):
                part[fast] = moved
        temperature, luminosity, outputs, kinds = self._session.run(
            None, {"spectra": network_inputs(flux, ivar, seen)}
        )
        sets = conformal_sets(temperature, self.card["conformal_threshold"])
        with self._threads.limit(limits=1):
            outlier = self._outliers.scores(flux, ivar, seen)
        flagged = is_outlier(outlier, temperature, luminosity, self.card["outlier_thresholds"])
        median = median_class(temperature)
        found = has_lines(ivar, median, seen)
        shares = {percent: self.card["range_shares"][str(percent)] for percent in (68, 95)}
        ranges = {percent: central_range(temperature, share) for percent, share in shares.items()}
        parameters = corrected(from_outputs(outputs), median, self.card["parameters"]["offsets"])
        errors = parameter_errors(parameters, median, snr, self.card["parameters"])
        parameters[np.isnan(errors)] = np.nan
        return Types(
            temperature,
            luminosity,
            outlier,
            flagged,
            sets,
            median,
            ranges,
            half_width(temperature, shares[68]),
            snr,
            found,
            kinds.argmax(1),
            velocity,
            error,
            parameters,
            errors,
        )


def conformal_sets(probabilities, threshold):
    """The classes (n, n_class) at least as probable as the threshold, and the most probable in any case."""
    sets = probabilities >= threshold
    sets[np.arange(len(sets)), probabilities.argmax(1)] = True
    return sets


def median_class(probabilities):
    """Median class numbers (n,) of distributions (n, 70)."""
    return (np.cumsum(probabilities, axis=1) < 0.5).sum(1).clip(max=N_CLASSES - 1)


def is_outlier(scores, temperature, luminosity, thresholds):
    """Whether an outlier score is above the threshold for the most probable kind of star.

    Parameters
    ----------
    scores : array (n,)
    temperature, luminosity : array (n, 70), (n, 5)
        Probabilities.
    thresholds : array (2, 7)
        For supergiants and for other stars, by main class.

    Returns
    -------
    array of bool (n,)
    """
    kind = (luminosity.argmax(1) > 0).astype(int)
    return scores > np.asarray(thresholds)[kind, median_class(temperature) // 10]
