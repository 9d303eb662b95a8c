"""Claims"""

import pytest
from science import exhibits, read_table

ADDED = {"libraries", "synthetic_gap", "classifier"}  # exhibits that no document has


@pytest.fixture(scope="module")
def claims(run):
    return read_table(run, "claims")


def test_every_claim_has_a_verdict_and_no_verdict_lacks_its_number_or_reason(claims):
    assert claims["verdict"].isin(["reproduced", "differs", "not comparable"]).all()
    judged = claims["verdict"] != "not comparable"
    assert claims.loc[judged, ["published", "ours"]].notna().all(axis=None)
    assert claims.loc[~judged, "reason"].notna().all()


def test_every_document_has_claims_about_its_exhibits(claims):
    made = set(exhibits("fig") + exhibits("table"))
    assert set(claims["document"] + "/" + claims["exhibit"]) <= made
    assert {name.partition("/")[0] for name in made} - ADDED == set(claims["document"])


def test_a_number_that_was_reproduced_lies_within_its_tolerance_or_interval(claims):
    rows = claims[claims["verdict"] == "reproduced"]
    near = (rows["ours"] - rows["published"]).abs() <= rows["tolerance"].fillna(0) + 1e-5 * rows[
        "published"
    ].abs()
    inside = rows["published"].between(rows["ours_low"], rows["ours_high"])
    assert (near | inside).all(), rows.loc[~(near | inside), "quantity"].tolist()
