"""Orders of an echelle and arms of a spectrograph, joined into one spectrum."""

import itertools

import numpy as np

from obafgkm.classify.receipt import Receipt
from obafgkm.classify.spectrum import Spectrum

__all__ = ["are_orders", "joined"]

_SHARED = 0.5  # of the shorter of two ranges; spectra that overlap by more are of different objects


def are_orders(ranges):
    """Whether wavelength ranges (first, last) continue one another, as those of orders and arms do."""
    ranges = sorted(own for own in ranges if np.isfinite(own).all())
    if len(ranges) < 2:
        return False
    for (first, last), (other, other_last) in itertools.pairwise(ranges):
        shorter = min(last - first, other_last - other)
        if min(last, other_last) - other > _SHARED * shorter:
            return False
    return True


def joined(spectra, name, what):
    """Merge spectra that continue one another.

    Two that overlap are both cut in the middle of the overlap, and the redder one is scaled to the level of
    the bluer one there.

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
    """
    pieces = sorted((_Piece(spectrum) for spectrum in spectra), key=lambda piece: piece.wave[0])
    pieces = [piece for piece in pieces if piece.good.any()] or pieces[:1]
    masked = 1 - sum(np.count_nonzero(piece.good) for piece in pieces) / sum(own.flux.size for own in spectra)
    for left, right in itertools.pairwise(pieces):
        _meet(left, right)
    has_errors = all(piece.ivar is not None for piece in pieces)
    receipts = [spectrum.receipt for spectrum in spectra]
    receipt = Receipt(
        ", ".join(dict.fromkeys(filter(None, (own.part for own in receipts)))),
        _some(own.wave for own in receipts),
        _some(own.flux for own in receipts),
        _some(own.error for own in receipts) if has_errors else "none for all; estimated from the scatter",
        receipts[0].medium,
        masked,
        f"{len(spectra)} {what}: "
        + ", ".join(f"{piece.wave[0]:.0f}-{piece.wave[-1]:.0f} Å" for piece in pieces),
    )
    for own in receipts:
        receipt.leave_out(*own.left_out.split("; "))
        receipt.assumed |= own.assumed
    receipt.mask = "; ".join(dict.fromkeys(own.mask for own in receipts if own.mask))
    return Spectrum(
        name,
        np.concatenate([piece.wave for piece in pieces]),
        np.concatenate([piece.flux for piece in pieces]),
        np.concatenate([piece.ivar for piece in pieces]) if has_errors else None,
        spectra[0].medium,
        receipt,
    )


def _some(texts):
    texts = list(dict.fromkeys(texts))
    return texts[0] if len(texts) == 1 else f"{texts[0]} ... {texts[-1]}"


class _Piece:
    """Pixels of one spectrum in the order of wavelength."""

    def __init__(self, spectrum):
        good = np.isfinite(spectrum.wave) & (spectrum.wave > 0)
        order = np.argsort(spectrum.wave[good], kind="stable")
        self.wave, self.flux = spectrum.wave[good][order], spectrum.flux[good][order]
        self.ivar = None if spectrum.ivar is None else spectrum.ivar[good][order]
        self.wave = self.wave if self.wave.size else np.array([np.inf])
        self.flux = self.flux if self.flux.size else np.array([np.nan])

    @property
    def good(self):
        known = np.isfinite(self.flux)
        return known if self.ivar is None else known & (self.ivar > 0)

    def keep(self, which):
        self.wave, self.flux = self.wave[which], self.flux[which]
        self.ivar = None if self.ivar is None else self.ivar[which]


def _meet(left, right):
    """Cut two neighbours in the middle of their overlap and bring them to one level."""
    ends = left.wave[left.good], right.wave[right.good]
    if not (ends[0].size and ends[1].size) or ends[0][-1] <= ends[1][0]:
        return
    low, high = ends[1][0], min(ends[0][-1], ends[1][-1])
    levels = [
        np.median(piece.flux[piece.good & (piece.wave >= low) & (piece.wave <= high)])
        for piece in (left, right)
    ]
    if min(levels) > 0 and np.isfinite(levels).all():
        scale = levels[0] / levels[1]
        right.flux = right.flux * scale
        right.ivar = None if right.ivar is None else right.ivar / scale**2
    middle = (low + high) / 2
    left.keep(left.wave < middle)
    right.keep(right.wave >= middle)
