"""Claims"""

import pytest
from science import exhibits, read_table

from obafgkm.report.verdicts import VERDICTS

ADDED = {"libraries", "synthetic_gap", "classifier"}  # exhibits that no document has


@pytest.fixture(scope="module")
def claims(run):
    return read_table(run, "claims")


def test_every_claim_has_a_verdict_and_no_verdict_lacks_its_number_or_reason(claims):
    assert claims["verdict"].isin(VERDICTS).all()
    judged = claims["verdict"].isin(["reproduced", "differs", "too few to tell"])
    assert claims.loc[judged, ["published", "ours"]].notna().all(axis=None)
    assert claims["reason"].notna().all()


def test_every_document_has_claims_about_its_exhibits(claims):
    made = set(exhibits("fig") + exhibits("table"))
    assert set(claims["document"] + "/" + claims["exhibit"]) <= made
    assert {name.partition("/")[0] for name in made} - ADDED == set(claims["document"])


def test_a_measured_number_is_judged_by_the_interval_of_its_difference(claims):
    rows = claims[claims["difference_low"].notna()]
    holds = (rows["difference_low"] <= 0) & (rows["difference_high"] >= 0)
    assert ((rows["verdict"] == "differs") == ~holds).all()


def test_nothing_that_rests_on_simulated_spectra_is_reproduced(claims):
    simulated = claims["source"].astype(str).str.contains("simulated")
    assert not simulated[claims["verdict"].isin(["reproduced", "differs", "too few to tell"])].any()


def test_what_is_reproduced_without_an_interval_is_as_printed(claims):
    rows = claims[(claims["verdict"] == "reproduced") & claims["difference_low"].isna()]
    assert (rows["ours"] - rows["published"]).abs().max() <= 0.5
