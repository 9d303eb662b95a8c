"""The documentation lists every layout that a test reads, and no other."""

from pathlib import Path

import pytest
import test_layouts as layouts
import test_layouts_in_doubt as doubt
import test_layouts_misunderstood as misunderstood
import test_multispec
import test_reading

DOCUMENT = Path(__file__).parents[3] / "docs" / "layouts.md"
LAYOUTS = {
    "surveys, libraries and formats": test_reading.KINDS,
    "units of wavelengths": layouts.AXES,
    "units of flux": layouts.DENSITIES,
    "axes of FITS images": layouts.IMAGES,
    "air or vacuum": [*layouts.MEDIA, *layouts.MEDIA_BY_WORDS, *doubt.FURTHER_MEDIA],
    "one star among other things": layouts.STARS,
    "several stars": [*layouts.SEVERAL, *(f"lists {kind}" for kind in doubt.LISTS)],
    "arms and orders, joined": [*layouts.ARMS, *(f"multispec, {kind}" for kind in test_multispec.ROWS)],
    "gaps": layouts.PIXELS,
    "bad pixels": [*layouts.MARKED, *layouts.FURTHER_MASKS, *doubt.RECEIPTS],
    "text": [*layouts.TEXTS, *layouts.FURTHER_TEXTS],
    "further layouts": doubt.READ,
    "said in unusual ways": misunderstood.READ,
    "compressed": layouts.PACKERS,
    "Python": [*layouts.OBJECTS, *doubt.FURTHER_OBJECTS],
    "refused: no wavelengths, no flux": [*layouts.NO_AXES, *layouts.NO_SPECTRA, *doubt.NO_ARRAYS],
    "refused: calibrations": [f"{key} = {value}" for key, value in layouts.CALIBRATIONS],
    "refused: something else": [*layouts.TRUE_REASONS, *doubt.REFUSED],
    "refused: not understood, or damaged": misunderstood.REFUSED,
}


def documented():
    """Layouts by kind, of the table of the document that has the kinds above."""
    rows = [line.strip("| ").split(" | ") for line in DOCUMENT.read_text().splitlines() if " | " in line]
    return {row[0]: row[1].split("; ") for row in rows if len(row) == 2 and row[0] in LAYOUTS}


@pytest.mark.parametrize("kind", LAYOUTS)
def test_every_layout_that_a_test_reads_is_documented(kind):
    tested = sorted({layout or "none" for layout in LAYOUTS[kind]})
    assert sorted(documented().get(kind, [])) == tested
