"""Orders of an echelle and arms of a spectrograph, joined into one spectrum."""

import itertools

import numpy as np

from obafgkm.classify.reading.refusal import RefusedSpectrum
from obafgkm.classify.reading.roles import tokens
from obafgkm.classify.reading.words import vocabulary
from obafgkm.classify.receipt import Receipt
from obafgkm.classify.spectrum import Spectrum
from obafgkm.spectroscopy.wavelengths import vactoair

__all__ = ["ARMS", "are_orders", "are_stars", "joined"]

ARMS = vocabulary(
    "uvb vis nir uv fuv nuv opt optical ir blue red green left right short long low high order ord arm chip "
    "ccd beam det detector segment seg spectrograph channel grating setting part"
)

_NEAR, _OTHER_UNIT = 50, 100.0  # pixels beside a gap; ratio of levels that no star has across one
_SHARED = 0.5  # of the shorter of two ranges; spectra that overlap by more are of different objects,
_ORDERS, _SHARED_ORDERS = 3, 0.85  # except as many or more whose ranges move on steadily from row to row
_UNEVEN = 3.0  # ratio of the steps between such ranges, at most


def are_orders(ranges):
    """Whether wavelength ranges (first, last) continue one another, as those of orders and arms do."""
    ranges = [own for own in ranges if np.isfinite(own).all()]
    if len(ranges) < 2:
        return False
    most = _SHARED_ORDERS if _are_steady(ranges) else _SHARED
    for (first, last), (other, other_last) in itertools.pairwise(sorted(ranges)):
        shorter = min(last - first, other_last - other)
        if min(last, other_last) - other > most * shorter:
            return False
    return True


def _are_steady(ranges):
    """Whether both ends of several ranges move on by similar steps, as those of the orders of an echelle."""
    if len(ranges) < _ORDERS:
        return False
    steps = np.diff(ranges, axis=0)
    return abs(np.sign(steps).sum()) == steps.size and np.ptp(np.log(np.abs(steps))) < np.log(_UNEVEN)


def are_stars(names):
    """Whether spectra have different names, other than arms, letters, or the running numbers of orders.

    Parameters
    ----------
    names : iterable of str
        '' for those that have none.
    """
    names = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if len(names) < 2:
        return False
    if all(name.isdigit() for name in names):
        numbers = sorted(map(int, names))
        return any(last - first != 1 for first, last in itertools.pairwise(numbers))
    words = [[word for word in tokens(name) if not word.isdigit()] for name in names]
    return not all(own and all(len(word) == 1 or word in ARMS for word in own) for own in words)


def joined(spectra, name, what):
    """Merge spectra that continue one another.

    Two that overlap are both cut in the middle of the overlap, and the redder one is scaled to the level of
    the bluer one there; so it is beyond a gap if the levels differ so much that the units must. If some state
    that their wavelengths are in vacuum and others in air, all are converted to air.

    Parameters
    ----------
    spectra : list of Spectrum
    name : str
        Name of the object.
    what : str
        Kind of the pieces: orders, arms.

    Returns
    -------
    Spectrum
        Those that were refused are named in its receipt; if all were, the first of them.
    """
    refused = [spectrum for spectrum in spectra if isinstance(spectrum, RefusedSpectrum)]
    spectra = [spectrum for spectrum in spectra if not isinstance(spectrum, RefusedSpectrum)]
    if not spectra:
        return refused[0]
    stated = {spectrum.medium for spectrum in spectra} - {None}
    medium = stated.pop() if len(stated) == 1 else "air" if stated else None
    pieces = [_Piece(spectrum, medium) for spectrum in spectra]
    pieces.sort(key=lambda piece: piece.wave[0])
    pieces = [piece for piece in pieces if piece.good.any()] or pieces[:1]
    valid = np.concatenate([spectrum.valid for spectrum in spectra])
    for left, right in itertools.pairwise(pieces):
        _meet(left, right)
    has_errors = all(piece.ivar is not None for piece in pieces)
    receipts = [spectrum.receipt for spectrum in spectra]
    receipt = Receipt(
        ", ".join(dict.fromkeys(filter(None, (own.part for own in receipts)))),
        _some(own.wave for own in receipts),
        _some(own.flux for own in receipts),
        _some(own.error for own in receipts) if has_errors else "none for all; estimated from the scatter",
        _some(own.medium for own in receipts if own.medium),
        1 - float(valid.mean()),
        f"{len(spectra)} {what}: "
        + ", ".join(
            f"{piece.wave[0]:.0f}-{piece.wave[-1]:.0f} Å" + ", scaled to the one before" * piece.is_levelled
            for piece in pieces
        ),
    )
    for own in receipts:
        receipt.leave_out(*own.left_out.split("; "))
        receipt.assumed |= own.assumed
    receipt.leave_out(*(f"{own.name}: {own.problem}" for own in refused))
    receipt.mask = "; ".join(dict.fromkeys(own.mask for own in receipts if own.mask))
    return Spectrum(
        name,
        np.concatenate([piece.wave for piece in pieces]),
        np.concatenate([piece.flux for piece in pieces]),
        np.concatenate([piece.ivar for piece in pieces]) if has_errors else None,
        medium,
        receipt,
    )


def _some(texts):
    texts = list(dict.fromkeys(texts)) or [""]
    return texts[0] if len(texts) == 1 else f"{texts[0]} ... {texts[-1]}"


class _Piece:
    """Pixels of one spectrum in the order of wavelength."""

    def __init__(self, spectrum, medium):
        good = np.isfinite(spectrum.wave) & (spectrum.wave > 0)
        order = np.argsort(spectrum.wave[good], kind="stable")
        self.wave, self.flux = spectrum.wave[good][order], spectrum.flux[good][order]
        if spectrum.medium == "vacuum" and medium == "air":
            self.wave = vactoair(self.wave)
        self.ivar = None if spectrum.ivar is None else spectrum.ivar[good][order]
        self.is_levelled = False  # across a gap
        self.wave = self.wave if self.wave.size else np.array([np.inf])
        self.flux = self.flux if self.flux.size else np.array([np.nan])

    @property
    def good(self):
        known = np.isfinite(self.flux)
        return known if self.ivar is None else known & (self.ivar > 0)

    def scale(self, factor):
        self.flux = self.flux * factor
        self.ivar = None if self.ivar is None else self.ivar / factor**2

    def keep(self, which):
        self.wave, self.flux = self.wave[which], self.flux[which]
        self.ivar = None if self.ivar is None else self.ivar[which]


def _meet(left, right):
    """Cut two neighbours in the middle of their overlap and bring them to one level."""
    ends = left.wave[left.good], right.wave[right.good]
    if not (ends[0].size and ends[1].size):
        return
    if ends[0][-1] <= ends[1][0]:
        levels = np.median(left.flux[left.good][-_NEAR:]), np.median(right.flux[right.good][:_NEAR])
        if min(levels) > 0 and not 1 / _OTHER_UNIT < levels[0] / levels[1] < _OTHER_UNIT:
            right.scale(levels[0] / levels[1])
            right.is_levelled = True
        return
    low, high = ends[1][0], min(ends[0][-1], ends[1][-1])
    levels = [
        np.median(piece.flux[piece.good & (piece.wave >= low) & (piece.wave <= high)])
        for piece in (left, right)
    ]
    if min(levels) > 0 and np.isfinite(levels).all():
        right.scale(levels[0] / levels[1])
    middle = (low + high) / 2
    left.keep(left.wave < middle)
    right.keep(right.wave >= middle)
