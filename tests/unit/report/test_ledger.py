"""The ledger of claims: what the documents print, where it is compared, and how it is judged."""

import math
import os
import re
from pathlib import Path

import pandas as pd
import pytest
from conftest import ROOT
from hypothesis import given
from hypothesis import strategies as st

from obafgkm.errors import ClaimError
from obafgkm.report.ledger import COLUMNS, Claim, expand, judge, ledger, numbers_in, read_claims
from obafgkm.report.ledger import _Ours as Ours
from obafgkm.report.ledger_page import page

CLAIMS = read_claims(ROOT / "config/claims.yaml")
PRODUCT = {"file": "paper/table1.csv", "where": {"model": "A"}, "column": "score"}


@pytest.fixture(scope="module")
def papers():
    folder = Path(os.environ.get("OBAFGKM_PAPERS", ROOT.parent / "shared/papers"))
    if not folder.is_dir():
        pytest.skip("the documents' texts are not here; OBAFGKM_PAPERS names their folder")
    return {path.stem: path.read_text() for path in folder.glob("*.txt")}


def claim(**settings):
    text = {
        "document": "paper",
        "exhibit": "table1",
        "locator": "Table 1",
        "quantity": "score",
        "text": "0.9",
    }
    return Claim(**{**text, "value": 0.9, "tolerance": 0.02, "product": PRODUCT, **settings})


def results(folder, rows):
    (folder / "paper").mkdir(exist_ok=True)
    pd.DataFrame(rows).to_csv(folder / PRODUCT["file"], index=False)
    return folder


ROWS = [
    {"model": "A", "score": 0.91, "score_low": 0.88, "score_high": 0.93, "spectra": 117, "source": "mirror"},
    {"model": "B", "score": 0.5, "score_low": 0.4, "score_high": 0.6, "spectra": 117, "source": "mirror"},
]


@pytest.mark.parametrize("document", sorted({claim.document for claim in CLAIMS}))
def test_every_number_stands_in_its_document(papers, document):
    for one in CLAIMS:
        if one.document == document:
            assert one.text in papers[document], one.name
            for number in (one.value, one.uncertainty):
                assert number is None or number in numbers_in(one.text), one.name


def test_every_exhibit_is_covered():
    table = ROOT.parent / "shared/EXHIBITS.md"
    if not table.is_file():
        pytest.skip("EXHIBITS.md is not here")
    covered = {f"{one.document}/{one.exhibit}" for one in CLAIMS}
    for section in table.read_text().split("\n## ")[1:]:
        document = section.split()[0]
        for line in section.splitlines():
            names = line.split("|")[1] if line.startswith("| ") else ""
            first, _, last = names.partition("–")
            ids = re.findall(r"(?:fig|table)\w*", names)
            if last:
                start, end = (int(re.findall(r"\d+", part)[-1]) for part in (first, last))
                ids += [f"fig{number}" for number in range(start, end)]
            for name in ids:
                assert f"{document}/{name}" in covered, f"{document}/{name} has no claim"


def test_a_table_is_one_claim_a_cell():
    table = {"by": "class", "columns": ["precision", None, "f1"], "rows": {"O": "O | 0.47 | 1.00 | -"}}
    group = {"exhibit": "table2", "locator": "Table 2", "product": {"file": "x.csv"}, "table": table}
    (cell,) = expand("paper", [group])
    assert (cell.quantity, cell.value, cell.text) == ("O: precision", 0.47, "O\t0.47\t1.00\t-")
    assert cell.product == {"file": "x.csv", "where": {"class": "O"}, "column": "precision"}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("2.04 to -0.27", [2.04, -0.27]),
        ("51,886 of 7,658,520", [51886, 7658520]),
        ("1.4-2.2 subclasses", [1.4, 2.2]),
        ("158/161", [158, 161]),
        ("$10^{-1}$", [0.1]),
    ],
)
def test_numbers_are_read_as_printed(text, numbers):
    assert numbers_in(text) == numbers


@given(
    value=st.floats(-1e6, 1e6),
    ours=st.floats(-1e6, 1e6),
    tolerance=st.floats(0, 1e3),
    width=st.floats(0, 1e3),
)
def test_a_number_is_reproduced_within_its_tolerance_or_interval_only(value, ours, tolerance, width):
    number = Ours(value=ours, low=ours - width, high=ours + width, source="mirror")
    verdict, reason = judge(claim(value=value, tolerance=tolerance), number)
    slack = 1e-6 * (1 + abs(value) + abs(ours))
    if abs(ours - value) < max(tolerance, width) - slack:
        assert verdict == "reproduced"
    if abs(ours - value) > max(tolerance, width) + slack:
        assert verdict == "differs"
    assert reason


@given(ours=st.floats(allow_nan=True), source=st.sampled_from(["simulated", "mirror, simulated"]))
def test_simulated_data_reproduce_nothing(ours, source):
    verdict, reason = judge(claim(), Ours(value=ours, source=source))
    assert verdict == "not comparable"
    assert "simulated" in reason


@pytest.mark.parametrize(
    ("unit", "sample", "verdict"),
    [
        ("", 7, "not comparable"),
        ("", 117, "reproduced"),
        ("spectra", 117, "not comparable"),
        ("spectra", 800, "reproduced"),
        ("spectra", 760, "not comparable"),
        ("spectra", 940, "not comparable"),
        ("spectra", 930, "reproduced"),
    ],
)
def test_few_spectra_reproduce_nothing_and_counts_want_as_many(unit, sample, verdict):
    number = Ours(value=5.0, source="mirror", sample=sample)
    assert judge(claim(value=5, sample=850, unit=unit), number)[0] == verdict


def test_a_size_of_a_network_is_compared_whatever_the_data():
    number = Ours(value=1047.0, source="simulated")
    assert judge(claim(value=1047, tolerance=0, independent=True), number)[0] == "reproduced"


def test_a_row_shows_interval_sample_and_source(tmp_path):
    row = ledger([claim(sample=850)], results(tmp_path, ROWS), "default").iloc[0]
    assert list(row.index) == COLUMNS
    assert (row["ours"], row["ours_low"], row["ours_high"]) == (0.91, 0.88, 0.93)
    assert row["verdict"] == "reproduced"
    assert "117 of the document's 850" in row["reason"]


def test_a_count_of_nothing_has_the_source_of_the_whole_product(tmp_path):
    none = claim(product={**PRODUCT, "where": {"model": "C"}, "reduce": "count"})
    row = ledger([none], results(tmp_path, [{**ROWS[0], "source": "simulated"}]), "default").iloc[0]
    assert (row["ours"], row["source"], row["verdict"]) == (0, "simulated", "not comparable")


def test_a_class_called_null_is_a_class(tmp_path):
    null = claim(product={**PRODUCT, "where": {"model": "NULL"}})
    table = ledger([null], results(tmp_path, [{**ROWS[0], "model": "NULL"}]), "default")
    assert table["ours"].item() == 0.91


def test_an_absent_archive_reproduces_nothing():
    verdict, reason = judge(claim(value=0), Ours(value=0.0, source="no spectra"))
    assert (verdict, reason) == ("not comparable", "the archive was not there")


def test_per_cent_and_counts_are_converted(tmp_path):
    run = results(tmp_path, ROWS)
    percent = claim(value=91, tolerance=0.5, product={**PRODUCT, "factor": 100})
    count = claim(value=2, quantity="rows", product={"file": PRODUCT["file"], "reduce": "count"})
    table = ledger([percent, count], run, "default")
    assert table["ours"].tolist() == pytest.approx([91, 2])
    assert set(table["verdict"]) == {"reproduced"}


def test_a_number_changed_by_hand_changes_the_ledger(tmp_path):
    before = ledger([claim()], results(tmp_path, ROWS), "default")
    after = ledger([claim()], results(tmp_path, [{**ROWS[0], "score": 0.7, "score_high": 0.8}]), "default")
    assert before["verdict"].item() == "reproduced"
    assert (after["verdict"].item(), after["ours"].item()) == ("differs", 0.7)


@pytest.mark.parametrize(
    ("product", "words"),
    [
        ({**PRODUCT, "file": "paper/none.csv"}, "not there"),
        ({**PRODUCT, "where": {"model": "C"}}, "0 rows"),
        ({**PRODUCT, "where": {"source": "mirror"}}, "2 rows"),
        ({**PRODUCT, "column": "mark"}, "no column 'mark'"),
        ({**PRODUCT, "where": {"kind": "A"}}, "no column 'kind'"),
        ({**PRODUCT, "pattern": "x (.*)"}, "does not match"),
    ],
)
def test_a_broken_product_is_an_error_that_names_the_claim(tmp_path, product, words):
    with pytest.raises(ClaimError, match=rf"paper, table1: score.*{re.escape(words)}"):
        ledger([claim(product=product)], results(tmp_path, ROWS), "default")


def test_a_number_made_at_another_scale_is_not_comparable(tmp_path):
    far = claim(product={**PRODUCT, "file": "paper/none.csv", "scales": ["published"]})
    row = ledger([far], tmp_path, "default").iloc[0]
    assert row["verdict"] == "not comparable"
    assert "published" in row["reason"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("sharma: [{locator: x, colour: red}]", "colour"),
        ("sharma: [{locator: x, product: null, captions: {fig1: some caption}}]", "gives no reason"),
        (
            "sharma: [{locator: x, product: null, reason: r, captions: {fig1: text}},"
            " {locator: y, product: null, reason: r, captions: {fig1: text}}]",
            "two claims",
        ),
    ],
)
def test_a_wrong_claims_file_is_an_error(tmp_path, wrong, words):
    (tmp_path / "claims.yaml").write_text(wrong)
    with pytest.raises(ClaimError, match=words):
        read_claims(tmp_path / "claims.yaml")


def test_the_page_is_whole_and_needs_nothing_from_elsewhere(tmp_path):
    table = ledger([claim(quantity="a < b & c")], results(tmp_path, ROWS), "default")
    text = page(table, (ROOT / "workflow/report/claims.html").read_text())
    assert text.count("<tr") == 2
    assert "a &lt; b &amp; c" in text
    assert not re.findall(r'(?:src|href)="|https?://|@import', text)
    assert not re.findall(r"\$\w+", text)


def test_claims_hold_finite_numbers():
    assert len(CLAIMS) > 1000
    for one in CLAIMS:
        assert one.value is None or math.isfinite(one.value), one.name
        assert one.product is None or one.value is not None, one.name
