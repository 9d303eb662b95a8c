"""Exhibits"""

import numpy as np
import pytest
from PIL import Image
from science import exhibits, read_table

FIGURES, TABLES = exhibits("fig"), exhibits("table")
SHARES = ["accuracy", "balanced_accuracy", "main_class_accuracy", "precision", "recall", "f1", "macro_f1"]
SHARES += ["clipped_fraction", "class_average", "weighted", "far", "confidence", "calibration_error"]
SHARES += ["same_subclass", "same_main_class", *(f"to_{name}" for name in "OBAFGKM")]
POSITIVE = ["sigma", "mad_sigma", "clipped_sigma", "mae", "rms", "max_error", "cost", "log_loss"]
DIFFERENCES = "sharma/table_pairs"  # of scores, of either sign


def bounds(table, names):
    """Columns of these names and of the bounds of their intervals."""
    return [name for name in table if name.removesuffix("_low").removesuffix("_high") in names]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_is_a_picture_with_something_on_it(run, figure):
    with Image.open(run / "results" / f"{figure}.png") as picture:
        assert min(picture.size) > 200
        assert len(picture.convert("L").getcolors()) > 20
    pdf = (run / "results" / f"{figure}.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert pdf.rstrip().endswith(b"%%EOF")


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_rows_and_a_latex_twin(run, table):
    assert len(read_table(run, table))
    assert r"\bottomrule" in (run / "results" / f"{table}.tex").read_text()


@pytest.mark.parametrize("table", TABLES)
def test_every_row_names_the_source_of_its_data(run, table):
    sources = read_table(run, table)["source"]
    assert sources.notna().all()
    # Synthetic spectra name the physics that they were made with.
    known = r"^(?:simulated|mirror|remote|no spectra|ATLAS9|BOSZ|PHOENIX|own atmospheres)"
    assert sources.str.contains(known).all(), sources.unique()


@pytest.mark.parametrize("table", TABLES)
def test_numbers_lie_in_their_range(run, table):
    rows = read_table(run, table)
    assert not np.isinf(rows.select_dtypes("number")).any(axis=None)
    low = -1 if table == DIFFERENCES else 0
    for name in bounds(rows, SHARES):
        assert rows[name].dropna().between(low, 1).all(), name
    for name in bounds(rows, POSITIVE) if table != DIFFERENCES else []:
        assert (rows[name].dropna() >= 0).all(), name


@pytest.mark.parametrize("table", TABLES)
def test_intervals_hold_their_numbers(run, table):
    rows = read_table(run, table)
    for name in [name.removesuffix("_low") for name in rows if name.endswith("_low")]:
        low, high = rows[f"{name}_low"], rows[f"{name}_high"]
        known = rows[name].notna() & low.notna()
        assert (low <= high)[known].all(), name
        # Resampled medians and extremes need not surround the sample's own.
        if not name.startswith(("mad_", "clipped_", "max_")):
            assert rows[name].between(low - 1e-5 * low.abs(), high + 1e-5 * high.abs())[known].all(), name


@pytest.mark.parametrize("table", ["table3", "table7", "table8", "table9"])
def test_confusion_matrices_count_every_spectrum(run, table):
    rows = read_table(run, f"csepreghy/{table}").set_index("expected")
    counts = rows[rows.index.intersection(rows.columns)]
    classes = rows.loc[counts.columns]
    assert (classes[counts.columns].sum(axis=1) == classes["spectra"]).all()
    right = np.diag(classes[counts.columns])
    seen = classes["spectra"] > 0
    np.testing.assert_allclose(classes["recall"][seen], (right / classes["spectra"])[seen], atol=1e-5)
