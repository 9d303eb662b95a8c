"""The published run, rehearsed: all its switches, from nothing to the report, with services that fail."""

import json
import tarfile
import zipfile

import pandas as pd
import pytest
from conftest import ROOT
from rehearse import rehearse

from obafgkm.archives.sdss.sql import read_answer
from obafgkm.download import registry
from obafgkm.spectra import read_labels

pytestmark = [
    pytest.mark.slow,
    # Of the services' tables; xdist cannot take them from its workers, and ends.
    pytest.mark.filterwarnings("ignore::astropy.io.votable.exceptions.VOWarning"),
]

REGISTRY = ROOT / "config" / "checksums.txt"


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory):
    """Directory of a finished rehearsal, and the services that it met."""
    directory, before = tmp_path_factory.mktemp("rehearsal"), REGISTRY.read_bytes()
    status, services = rehearse(directory, "--max-jobs-per-timespan", "100/1s")
    assert status == 0
    assert REGISTRY.read_bytes() == before
    return directory, services


@pytest.fixture
def run(rehearsal):
    return rehearsal[0]


def fault(services, kind, host):
    """What a fault struck."""
    return next(
        one.met for one in services.faults if one.kind == kind and host in one.pattern.replace("\\", "")
    )


def test_it_comes_from_nothing_to_the_paper_the_report_and_the_record(run):
    assert (run / "results/paper.pdf").read_bytes().startswith(b"%PDF")
    assert 'class="failed"' not in (run / "results/science.html").read_text()
    for archive, member in [("report.zip", "report/report.html"), ("crate.zip", "ro-crate-metadata.json")]:
        assert member in zipfile.ZipFile(run / "results" / archive).namelist()
    record = json.loads((run / "results/provenance.json").read_text())
    assert {"remote/jhc", "remote/sdss_sharma", "remote/hammer"} <= set(record["data"])


def test_nothing_is_called_reproduced_but_what_rests_on_no_data(run):
    claims = pd.read_csv(run / "results/claims.csv")
    assert set(claims["scale"]) == {"rehearsal"}
    assert "remote" not in " ".join(claims["source"].dropna())
    judged = claims["verdict"].isin(["reproduced", "differs", "too few to tell"])
    assert set(claims.loc[judged, "kind"]) <= {"parameter", "size", "choice", "optimum", "entry"}


def test_only_the_services_of_the_archives_were_asked(rehearsal):
    assert rehearsal[1].strayed == []


def test_the_missing_spectrum_is_rejected_with_its_reason_and_the_counts_agree(rehearsal):
    run, services = rehearsal
    (missing,) = set(fault(services, "missing", "data.sdss.org"))
    for sample, absent in [("sharma", 1), ("csepreghy", 0)]:
        path = run / f"resources/archives/remote/sdss_{sample}/catalogue.csv"
        asked = read_answer(str(path), path.read_bytes())
        kept = read_labels(run / f"resources/sdss/{sample}.h5")
        rejected = pd.read_csv(run / f"resources/sdss/{sample}_rejected.csv")
        assert len(asked) == len(kept) + len(rejected)
        assert len(rejected) == absent
    rejected = pd.read_csv(run / "resources/sdss/sharma_rejected.csv").iloc[0]
    assert rejected["name"] in missing
    assert "404" in rejected["reason"]


def test_a_file_that_one_address_lacks_comes_from_the_other(rehearsal):
    run, services = rehearsal
    (missing,) = set(fault(services, "missing", "cdsarc"))
    record = run / f"resources/archives/remote/elodie/ll/{missing[-10:]}.provenance.json"
    assert "vizier.cfa.harvard.edu" in json.loads(record.read_text())["url"]


def test_the_file_that_was_cut_off_is_continued_and_whole(rehearsal):
    run, services = rehearsal
    assert services.continued == fault(services, "cut", "iac.es")
    with tarfile.open(run / "resources/archives/remote/miles/MILES_library_v9.1_FITS.tar.gz") as archive:
        files = len(archive.getnames())
    kept = read_labels(run / "resources/ingested/miles.h5")
    assert files == len(kept) + len(pd.read_csv(run / "resources/ingested/miles_rejected.csv"))


def test_the_service_that_was_down_is_asked_again(rehearsal):
    run, services = rehearsal
    refused = fault(services, "down", "skyserver")
    assert len(refused) == 2  # of one query, or of two that run side by side
    assert all("skyserver.sdss.org/dr" in asked for asked in refused)
    assert len(pd.read_csv(run / "resources/hammer/sample.csv")) > 100


def test_checksums_are_kept_beside_the_rehearsals_own_files(run):
    known = registry.read(run / "resources/archives/remote")
    assert {"jhc/jc_161.fits", "cflib/BINTABLE.tgz", "cflib/wu2011.csv"} <= set(known)
