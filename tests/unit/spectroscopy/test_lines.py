"""Equivalent widths of lines whose widths are known."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter1d

from obafgkm.archives.sdss.spectra import WAVE, read_lines, read_spectrum
from obafgkm.spectroscopy.lines import LINES, code_widths, equivalent_width

PIXELS = WAVE[355:4091]
BY_NAME = {line.name: line for line in LINES}


def gaussian_line(line, centre, width, sigma, z, slope=1e-5):
    """A line of a known width at rest (positive in absorption) on a sloping continuum."""
    rest = PIXELS / (1 + z)
    profile = np.exp(-0.5 * ((rest - centre) / sigma) ** 2) / (sigma * np.sqrt(2 * np.pi))
    return (3 + slope * (rest - centre)) * (1 - width * profile)


@pytest.mark.parametrize("width", [-30.0, -2.0, 1.5])
@pytest.mark.parametrize("name", ["H alpha 6565", "[O III] 5008", "Mg b 5175"])
def test_textbook_width_of_a_gaussian(name, width):
    line, z = BY_NAME[name], 0.12
    flux = gaussian_line(line, line.vacuum, width, 2.5, z)
    got, error, _ = equivalent_width(PIXELS, flux, np.full(PIXELS.size, 1e4), line, z)
    assert got == pytest.approx(width, rel=0.01)
    assert 0 < error < 0.2


def test_error_of_the_textbook_width_is_the_scatter_of_noisy_widths():
    line, rng, sigma = BY_NAME["H beta 4861"], np.random.default_rng(1), 0.1
    flux = gaussian_line(line, line.vacuum, -5.0, 2.5, 0.1)
    ivar = np.full(PIXELS.size, sigma**-2)
    got = np.array(
        [
            equivalent_width(PIXELS, flux + rng.normal(0, sigma, flux.size), ivar, line, 0.1)
            for _ in range(400)
        ]
    )
    assert got[:, 0].std() == pytest.approx(got[:, 1].mean(), rel=0.12)
    assert got[:, 0].mean() == pytest.approx(-5.0, abs=0.1)


def test_width_of_the_code_is_positive_in_emission_and_of_the_observed_frame():
    line, z = BY_NAME["H alpha 6565"], 0.2
    flux = gaussian_line(line, line.thesis, -20.0, 5.0, z, slope=0)
    # Ripples that smoothing leaves as extremes; without any the line would have no ends.
    flux *= 1 + 1e-4 * np.sin(PIXELS / 8)
    width = code_widths(PIXELS, flux[None], [z])[0, LINES.index(line)]
    assert width == pytest.approx(20 * (1 + z), rel=0.1)


def test_a_line_without_an_extremum_on_one_side_ends_as_far_away_as_on_the_other():
    """Emission on a rising continuum: a minimum on its red side alone."""
    line = BY_NAME["H alpha 6565"]
    offset = PIXELS - line.thesis
    flux = 1 + 0.002 * offset + np.exp(-0.5 * (offset / 8) ** 2)
    smooth = gaussian_filter1d(flux, 4)
    near = np.abs(offset) < 60
    centre = np.flatnonzero(near)[smooth[near].argmax()]
    last = centre + smooth[centre : centre + 40].argmin()
    first = 2 * centre - last
    inside = slice(first + 1, last)
    continuum = np.interp(PIXELS[inside], PIXELS[[first, last]], smooth[[first, last]])
    expected = ((smooth[inside] / continuum - 1) * np.gradient(PIXELS)[inside]).sum()
    width = code_widths(PIXELS, flux[None], [0.0])[0, LINES.index(line)]
    assert width == pytest.approx(expected, rel=0.02)


def test_the_end_of_mg_ii_is_not_an_absorption_line_within_it():
    line, z = BY_NAME["Mg II 2799"], 1.0
    offset = PIXELS - line.thesis * (1 + z)
    emission = np.exp(-0.5 * (offset / 25) ** 2)
    notch = 0.6 * np.exp(-0.5 * ((offset - 16) / 4) ** 2)
    whole, cut = code_widths(PIXELS, 1 + np.stack([emission, emission - notch]), [z, z])[:, 0]
    assert whole == pytest.approx(25 * np.sqrt(2 * np.pi), rel=0.1)
    assert whole - cut == pytest.approx(0.6 * 4 * np.sqrt(2 * np.pi), rel=0.2)


def test_there_is_no_width_where_the_continuum_is_not_positive_throughout():
    line, ivar = BY_NAME["H alpha 6565"], np.ones(PIXELS.size)
    for zero in (-5, 5, 200):  # Angstrom from the line, where the sloping flux vanishes
        assert np.isnan(equivalent_width(PIXELS, PIXELS - line.vacuum - zero, ivar, line, 0.0)).all()


def test_lines_outside_the_spectrum_have_no_width():
    widths = code_widths(PIXELS, np.ones((1, PIXELS.size)), [0.0])[0]
    assert widths[0] == 0  # Mg II, 2799
    rest = np.full(PIXELS.size, 1.0)
    assert np.isnan(equivalent_width(PIXELS, rest, rest, LINES[0], 0.0)).all()


def test_pixels_without_inverse_variance_are_no_data():
    line = BY_NAME["H alpha 6565"]
    flux = gaussian_line(line, line.vacuum, -10, 2.5, 0.0)
    ivar = np.where(np.abs(PIXELS - line.vacuum) < 4, 0.0, 1.0)
    assert np.isnan(equivalent_width(PIXELS, flux, ivar, line, 0.0)).all()


@pytest.mark.slow
def test_real_emission_lines_agree_with_the_pipeline(mirror):
    """On one continuum, what is left is the stars' absorption, which the pipeline's model of them fills.

    Young stars absorb up to 7 Angstrom of H alpha and H beta; at [O III] old ones absorb 1 to 2.
    """
    compared = 0
    for path in sorted(mirror.glob("sdss/spectra/*/*/spec-*.fits")):
        content = path.read_bytes()
        labels, flux, ivar = read_spectrum(path.name, content)
        if labels["class"] != "GALAXY" or labels["zwarning"] or labels["snr"] < 10:
            continue
        table = read_lines(path.name, content)
        for name in ["H alpha 6565", "H beta 4861", "[O III] 5008"]:
            line = BY_NAME[name]
            row = table[np.abs(table["wave"] - line.pipeline[0]) < 0.5].squeeze()
            if row["area"] < 10 * row["area_err"]:
                continue
            width, error, continuum = equivalent_width(WAVE, flux, ivar, line, labels["z"])
            pipeline = row["area"] / continuum / (1 + labels["z"])
            errors = 3 * np.hypot(error, row["area_err"] / continuum) + 0.08 * pipeline
            filled = 7 if name[0] == "H" else 2
            assert -errors < pipeline + width < filled + errors, (path.name, name, width, pipeline)
            compared += 1
    assert compared >= 9
