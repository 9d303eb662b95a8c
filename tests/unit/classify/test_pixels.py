"""Which pixels of a spectrum are missing: runs of zeros, and weights that are none."""

import numpy as np
import pytest

from obafgkm.classify.reading.pixels import inverse_variances, masked


@pytest.mark.parametrize(("zeros", "missing"), [(1, 0), (2, 0), (3, 3), (9, 9)])
def test_three_zeros_in_a_row_are_no_flux(zeros, missing):
    flux = np.random.default_rng(1).uniform(0.005, 2, 500)  # deep lines: a zero alone may be one
    flux[::50] = 0.005
    flux[200 : 200 + zeros] = 0
    assert masked(flux).sum() == missing


def test_weights_a_million_times_below_the_others_are_none():
    values = np.full(100, 4.0)
    values[3], values[5], values[7] = 4e-7, 4e-5, 4e9
    ivar = inverse_variances(values, "ivar")
    assert np.flatnonzero(ivar == 0).tolist() == [3, 7]
    assert ivar[5] == 4e-5
