"""Arms and orders: which spectra are joined, and what becomes of their errors."""

import numpy as np
import pytest
from astropy.io import fits
from test_layouts import AIR, ERROR, STAR, read, table, write

from obafgkm.classify.reading.joining import are_orders


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([(4000, 5000), (4900, 6000)], True),
        ([(4900, 6000), (4000, 5000), (6500, 7000)], True),
        ([(4000, 7000), (6000, 6500)], False),
        ([(4000, 5000), (4400, 5400)], False),
    ],
)
def test_two_ranges_that_share_half_of_the_shorter_one_are_of_different_objects(ranges, expected):
    assert are_orders(ranges) == expected


def test_errors_are_scaled_with_the_arm_to_which_they_belong(tmp_path):
    arms = [
        table({"wave": AIR[own], "flux": by * STAR[own], "error": by * ERROR[own]}, name)
        for name, own, by in (("BLUE", AIR < 5300, 1), ("RED", AIR > 5200, 100))
    ]
    write(tmp_path / "star.fits", *arms)
    (spectrum,) = read(tmp_path / "star.fits")
    np.testing.assert_allclose(spectrum.ivar**-0.5, np.interp(spectrum.wave, AIR, ERROR), rtol=0.02)
    assert (np.diff(spectrum.wave) > 0).all()  # the pixels of both arms count once


@pytest.mark.parametrize(("first", "count"), [(5200, 2), (4200, 4)])
def test_tables_of_several_stars_are_arms_only_if_those_of_every_star_continue_one_another(
    first, count, tmp_path
):
    blue, red, wide = AIR < 5300, AIR > 5200, first < AIR
    hdus = []
    for name, pair in (("BLUE", (blue, blue)), ("RED", (red, wide))):
        columns = [np.empty(2, object) for _ in "wf"]
        for i, own in enumerate(pair):
            columns[0][i], columns[1][i] = AIR[own], STAR[own]
        both = [
            fits.Column(key, "PD()", array=values)
            for key, values in zip(("wave", "flux"), columns, strict=True)
        ]
        hdus.append(fits.BinTableHDU.from_columns(both, name=name))
    write(tmp_path / "stars.fits", *hdus)
    assert len(read(tmp_path / "stars.fits")) == count
