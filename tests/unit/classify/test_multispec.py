"""Wavelengths of IRAF's multispec, against the polynomials that its functions stand for."""

import numpy as np
import pytest
from scipy.interpolate import BSpline

from obafgkm.classify.reading.multispec import multispec_wavelengths
from obafgkm.classify.reading.refusal import RefusedError

N = 500
PIXELS = np.arange(1, N + 1)
SCALED = (2 * PIXELS - (1 + N)) / (N - 1)
LOW, MIDDLE, CURVE = 4500.0, 300.0, 20.0  # of a parabola in scaled pixels


def header(*rows, **keys):
    said = " ".join(f'spec{i + 1} = "{row}"' for i, row in enumerate(rows))
    text = f"wtype=multispec {said}"
    parts = {f"WAT2_{i // 68 + 1:03d}": text[i : i + 68] for i in range(0, len(text), 68)}
    return {"CTYPE1": "MULTISPE", "WAT1_001": "label=Wavelength units=angstroms", **parts, **keys}


def row(kind, first=4000.0, step=2.0, pixels=N, z=0.0, functions=""):
    return f"1 10 {kind} {first} {step} {pixels} {z} 20. 30. {functions}"


def chebyshev(weight=1.0, shift=0.0):
    return f"{weight} {shift} 1 3 1. {N}. {LOW + CURVE / 2} {MIDDLE} {CURVE / 2}"  # x^2 = (1 + T2) / 2


def legendre(weight=1.0, shift=0.0):
    return f"{weight} {shift} 2 3 1. {N}. {LOW + CURVE / 3} {MIDDLE} {2 * CURVE / 3}"  # x^2 = (1 + 2 P2) / 3


def splines(degree, pieces=4):
    """A spline of IRAF and its values by SciPy."""
    coefficients = 4000 + 300 * np.sqrt(np.arange(pieces + degree))
    knots = np.arange(-degree, pieces + degree + 1)
    values = BSpline(knots, coefficients, degree)(pieces * (PIXELS - 1) / (N - 1))
    own = coefficients / (6 if degree == 3 else 1)
    kind = {1: 4, 3: 3}[degree]
    return f"1. 0. {kind} {pieces} 1. {N}. {' '.join(map(str, own))}", values


PARABOLA = LOW + MIDDLE * SCALED + CURVE * SCALED**2
ROWS = {
    "linear": (row(0), 4000 + 2.0 * (PIXELS - 1)),
    "logarithmic": (row(1, 3.6, 1e-4), 10 ** (3.6 + 1e-4 * (PIXELS - 1))),
    "with a redshift": (row(0, z=0.001), (4000 + 2.0 * (PIXELS - 1)) / 1.001),
    "Chebyshev": (row(2, functions=chebyshev()), PARABOLA),
    "Legendre": (row(2, functions=legendre()), PARABOLA),
    "cubic spline": (row(2, functions=splines(3)[0]), splines(3)[1]),
    "linear spline": (row(2, functions=splines(1)[0]), splines(1)[1]),
    "spline and polynomial": (
        row(2, functions=f"{splines(3)[0]} {chebyshev(0.5)}"),
        splines(3)[1] + PARABOLA / 2,
    ),
    "a shift": (row(2, functions=legendre(shift=5.0)), PARABOLA + 5),
    "two functions": (row(2, functions=f"{chebyshev(0.25)} {legendre(0.75, 4.0)}"), PARABOLA + 3),
    "shorter than the image": (
        row(0, pixels=400),
        np.where(PIXELS <= 400, 4000 + 2.0 * (PIXELS - 1), np.nan),
    ),
}


@pytest.mark.parametrize("kind", ROWS)
def test_each_row_has_the_wavelengths_of_its_function(kind):
    said, expected = ROWS[kind]
    other, found = multispec_wavelengths(header(row(0, 8000.0), said), N)
    np.testing.assert_allclose(found.wave, expected, rtol=1e-9)
    assert other.wave[0] == 8000


@pytest.mark.parametrize("said", [row(0), row(2, functions=legendre())])
def test_a_section_of_an_image_keeps_the_wavelengths_of_its_pixels(said):
    """IRAF leaves WAT2 as it is, and says in LTV1 and LTM1_1 which pixels of the whole image they are."""
    (whole,) = multispec_wavelengths(header(said), N)
    (section,) = multispec_wavelengths(header(said, LTV1=-100.0), N - 100)
    np.testing.assert_allclose(section.wave, whole.wave[100:])
    (binned,) = multispec_wavelengths(header(said, LTM1_1=0.5, LTV1=0.25), N // 2)  # two pixels in one
    np.testing.assert_allclose(binned.wave, (whole.wave[::2] + whole.wave[1::2]) / 2, atol=1e-3)


@pytest.mark.parametrize(
    ("said", "keys", "reason"),
    [
        (row(-1), {}, "has no wavelengths"),
        (row(2, functions="1. 0. 5 3 4000 4001 4003"), {}, "type 5 is not supported"),
        (row(0, first="INDEF"), {}, "row 1 the wavelengths '1 10 0 INDEF"),
        (row(2, functions=legendre().rsplit(maxsplit=2)[0]), {}, "not understood"),
        (row(2, functions="1. 0. 1 3 7. 7. 5 5 5"), {}, "not understood"),
        (row(2, functions="1. 0. 1 -9 1. 500. 5 5 5"), {}, "not understood"),
        (row(0), {"LTM1_1": 0.0}, "LTM1_1 = 0"),
        (row(0), {"LTV1": "INDEF"}, "LTV1 = 'INDEF'"),
    ],
)
def test_what_has_no_known_function_is_refused(said, keys, reason):
    with pytest.raises(RefusedError, match=reason):
        multispec_wavelengths(header(said, **keys), N)
