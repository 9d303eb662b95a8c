"""Parts of a file as spectra: of one object if they are its arms or orders, otherwise of several."""

import numpy as np

from obafgkm.classify.reading.gate import settle
from obafgkm.classify.reading.joining import ARMS, are_orders, are_stars, joined
from obafgkm.classify.reading.refusal import RefusedError, UnknownLayoutError
from obafgkm.classify.reading.roles import tokens

__all__ = ["spectra_of_parts", "spectra_of_tables"]


def spectra_of_parts(parts, left_out, name):
    """The spectra of parts: of one object if these are its arms, otherwise of several."""
    coadded = [part for part in parts if "coadd" in tokens(part.name)]
    if coadded and len(coadded) < len(parts):
        left_out = [*left_out, *(f"{part.name} (single exposure)" for part in parts if part not in coadded)]
        parts = coadded
    settled, problems = [], list(left_out)
    first = None
    for part in parts:
        own = part.object or name
        try:
            if len(parts) == 1:
                spectra = settle(part, own)
                head = next(spectra)
                for spectrum in _chained(head, spectra):
                    spectrum.receipt.leave_out(*problems)
                    yield spectrum
                return
            settled.append((part, list(settle(part, own))))
        except RefusedError as error:
            first = first or error
            problems.append(f"{part.name or 'PRIMARY'}: {error}")
    if not settled:
        reasons = [problem for problem in problems if ": " in problem]
        if not reasons and (others := [problem for problem in problems if problem.endswith(")")]):
            reasons = [f"no flux of a star, only {', '.join(others)}"]
        raise first or (RefusedError("; ".join(reasons)) if reasons else UnknownLayoutError())
    for spectrum in _arranged(settled, name):
        spectrum.receipt.leave_out(*problems)
        yield spectrum


def _chained(head, rest):
    yield head
    yield from rest


def _arranged(settled, name):
    """Spectra of several parts: arms of one object are merged, others keep the name of their part."""
    counts = {len(spectra) for _, spectra in settled}
    tags = [part.name for part, _ in settled]
    may_be_one = len(settled) > 1 and len(counts) == 1 and not are_stars(part.object for part, _ in settled)
    if may_be_one and (_are_arms(tags) or counts != {1}):
        groups = list(zip(*(spectra for _, spectra in settled), strict=True))
        if all(are_orders([_range(spectrum) for spectrum in group]) for group in groups):
            for group in groups:
                yield joined(list(group), group[0].name, "arms")
            return
    objects = [part.object for part, _ in settled]
    for part, spectra in settled:
        for spectrum in spectra:
            if len(settled) > 1 and not (part.object and objects.count(part.object) == 1):
                own = part.name or "PRIMARY"
                spectrum.name = (
                    own if len(spectra) == 1 else f"{own} {spectrum.name.removeprefix(name).strip()}"
                )
            yield spectrum


def _are_arms(names):
    """Whether names are those of arms, orders or detectors: letters or numbers next to common words."""
    words = [[word for word in tokens(name) if not word.isdigit()] for name in names]
    common = set.intersection(*map(set, words))
    return all(len(word) == 1 or word in ARMS or word in common for own in words for word in own)


def _range(spectrum):
    wave = spectrum.wave[np.isfinite(spectrum.wave) & (spectrum.wave > 0)]
    return (wave.min(), wave.max()) if wave.size else (np.nan, np.nan)


def spectra_of_tables(parts, name):
    """Spectra of the parts of a text, merged into one object if they continue one another."""
    found, problems, first = [], [], None
    for part in parts:
        try:
            found.append((part, list(settle(part, part.object or name))))
        except RefusedError as error:
            first = first or error
            problems.append(f"{part.name}: {error}".lstrip(": "))
    if not found:
        raise first
    spectra = [spectrum for _, own in found for spectrum in own]
    if len(spectra) > 1 and len(found) > 1:
        ranges = [(spectrum.wave.min(), spectrum.wave.max()) for spectrum in spectra]
        if are_orders(ranges) and not are_stars(part.object for part, _ in found):
            spectra = [joined(spectra, name, "parts")]
        else:
            for i, spectrum in enumerate(spectra):
                own = found[i][0].name if len(found) == len(spectra) else ""
                spectrum.name = own or f"{name} {i + 1}"
    for spectrum in spectra:
        spectrum.receipt.leave_out(*problems)
        yield spectrum
