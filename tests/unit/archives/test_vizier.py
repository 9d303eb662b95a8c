"""What VizieR is asked, and how its answers become the files that the readers expect."""

import io
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import requests
from astropy.table import MaskedColumn, Table

from obafgkm.archives.vizier import cflib_parameters, elodie_table, jhc_index, save_table
from obafgkm.download.datasets import expand, read
from obafgkm.download.files import fetch
from obafgkm.download.http import Patience
from obafgkm.errors import FetchError

# The first comes of writing '[Fe/H]' here, the second of a table that is cut off on purpose.
pytestmark = pytest.mark.filterwarnings("ignore:.*W03", "ignore:VOTABLE parsing")

JHC = "https://vizier.cds.unistra.fr/viz-bin/VizieR?-source=III/92/stars"
ELODIE = "https://vizier.cfa.harvard.edu/viz-bin/VizieR?-source=III/251/table1"


def stars(count=161):
    """A stand-in for III/92/stars, with cells padded and missing as in the catalogue."""
    return Table(
        {
            "recno": np.arange(1, count + 1),
            "Name": ["HD 242908", "HD 215835", *[f"SAO {n}" for n in range(3, count + 1)]][:count],
            "SpT": ["O5  ", "O5.5", *["G2"] * (count - 2)][:count],
            "Lum": MaskedColumn(["V  "] * count, mask=[False, True, *[False] * (count - 2)][:count]),
        }
    )


@pytest.fixture
def vizier(monkeypatch):
    """Answers VizieR's requests with ``service.tables``; keeps the requests."""

    service = SimpleNamespace(requests=[], tables={}, error=None, page=None)

    def send(_session, request, **ways):
        service.requests.append((request, ways))
        if service.error:
            raise service.error
        source = request.body.split("\n")[0].removeprefix("-source=")
        response = requests.Response()
        response.status_code, response.raw = 200, io.BytesIO(service.page or votable(source))
        response.request, response.url = request, request.url
        return response

    def votable(source):
        body = io.BytesIO()
        if table := service.tables.get(source):
            table.write(body, format="votable")
        else:
            body.write(b'<?xml version="1.0"?><VOTABLE version="1.4"/>')
        return body.getvalue()

    monkeypatch.setattr(requests.Session, "send", send)
    return service


def test_request(vizier, tmp_path):
    vizier.tables["III/92/stars"] = stars()
    save_table(JHC, tmp_path / "a.csv", timeout=7)
    ((request, ways),) = vizier.requests
    assert request.url == "https://vizier.cds.unistra.fr/viz-bin/votable"
    assert {"-source=III/92/stars", "-out.max=unlimited", "-out.all"} <= set(request.body.split("\n"))
    assert ways["timeout"] == 7


def test_second_service_is_asked(vizier, tmp_path):
    vizier.tables["III/251/table1"] = elodie()
    save_table(ELODIE, tmp_path / "a.csv", timeout=7)
    assert vizier.requests[0][0].url == "https://vizier.cfa.harvard.edu/viz-bin/votable"


def test_jhc_index(vizier, tmp_path):
    vizier.tables["III/92/stars"] = stars()
    save_table(JHC, tmp_path / "jhc_index.csv", timeout=7)
    index = pd.read_csv(tmp_path / "jhc_index.csv", dtype=str, keep_default_na=False)
    assert list(index.columns) == ["number", "file", "name", "spectral_type", "luminosity_class"]
    assert list(index.iloc[0]) == ["1", "jc_1.fits", "HD 242908", "O5", "V"]
    assert list(index.iloc[1]) == ["2", "jc_2.fits", "HD 215835", "O5.5", ""]
    assert index.iloc[160]["file"] == "jc_161.fits"


def test_short_answer_is_refused(vizier, tmp_path):
    vizier.tables["III/92/stars"] = stars(50)
    with pytest.raises(FetchError, match="has 50 rows, not 161"):
        save_table(JHC, tmp_path / "a.csv", timeout=7)
    assert list(tmp_path.iterdir()) == []


def test_no_such_table(vizier, tmp_path):
    with pytest.raises(FetchError, match=r"vizier\.cds\.unistra\.fr sent no table 'III/92/stars'"):
        save_table(JHC, tmp_path / "a.csv", timeout=7)


@pytest.mark.parametrize("page", [b"<html>Service down</html>", b'<?xml version="1.0"?><VOTABLE><RESOURCE'])
def test_page_instead_of_a_table(vizier, tmp_path, page):
    vizier.page = page
    with pytest.raises(FetchError, match=r"vizier\.cds\.unistra\.fr"):
        fetch([JHC], tmp_path / "a.csv", method="vizier", patience=Patience(attempts=2, backoff=0.001))


def test_missing_column_is_named(vizier, tmp_path):
    table = stars()
    table.remove_column("SpT")
    vizier.tables["III/92/stars"] = table
    with pytest.raises(FetchError, match="'III/92/stars' has no column 'SpT'"):
        save_table(JHC, tmp_path / "a.csv", timeout=7)


@pytest.mark.parametrize("error", [requests.Timeout("too slow"), requests.ConnectionError("no route")])
def test_network_errors_are_met_with_another_attempt(vizier, tmp_path, error):
    vizier.error = error
    with pytest.raises(FetchError, match=r"\(asked 2 times\)"):
        fetch([JHC], tmp_path / "a.csv", method="vizier", patience=Patience(attempts=2, backoff=0.001))
    assert len(vizier.requests) == 2


def elodie():
    return Table(
        {
            "Name": ["HD000245", "BD+002058A"],
            "Teff": [5433.0, 6024.0],
            "logg": [3.5, 4.5],
            "[Fe/H]": MaskedColumn([-0.76, 0.0], mask=[False, True]),
        }
    )


def test_elodie_table(vizier, tmp_path):
    vizier.tables["III/251/table1"] = elodie()
    save_table(ELODIE, tmp_path / "a.csv", timeout=7)
    table = pd.read_csv(tmp_path / "a.csv", dtype=str, keep_default_na=False)
    assert table.to_dict("records") == [
        {"name": "HD000245", "teff": "5433.0", "logg": "3.5", "feh": "-0.76", "sp_type": ""},
        {"name": "BD+002058A", "teff": "6024.0", "logg": "4.5", "feh": "", "sp_type": ""},
    ]


def test_types_of_the_elodie_table_are_kept():
    table = pd.DataFrame({"Name": ["a"], "Teff": ["1"], "logg": ["2"], "[Fe/H]": ["3"], "SpType": ["G2V"]})
    assert elodie_table(table)["sp_type"].to_list() == ["G2V"]


def test_numbers_are_the_row_numbers():
    table = pd.DataFrame({"Name": "x", "SpT": "A0", "Lum": "V"}, index=range(161))
    assert jhc_index(table)["number"].to_list() == list(range(1, 162))


def cflib():
    return Table({"Name": ["HD000249"], "Teff": [4708], "log(g)": [2.7], "[Fe/H]": [-0.2]})


@pytest.mark.parametrize(
    ("dataset", "id_"),
    [("jhc", "jhc-types"), ("elodie", "elodie-parameters"), ("cflib", "cflib-parameters")],
)
def test_files_of_the_table_pass_their_own_check(vizier, tmp_path, pytestconfig, dataset, id_):
    vizier.tables = {"III/92/stars": stars(), "III/251/table1": elodie(), "J/A+A/525/A71/table2": cflib()}
    files = expand(read(pytestconfig.rootpath / "config" / "datasets.csv"), dataset).set_index("id")
    file = files.loc[id_]
    record = fetch(
        file["urls"], tmp_path / "a.csv", method="vizier", content=file["content"], expects=file["expects"]
    )
    assert record["url"] == file["urls"][0]


def test_parameters_of_cflib_stars():
    stars = pd.DataFrame({"Name": ["HD000249"], "Teff": ["4708"], "log(g)": ["2.7"], "[Fe/H]": ["-0.2"]})
    table = cflib_parameters(stars.assign(e_Teff="30"))
    assert table.to_dict("records") == [{"name": "HD000249", "teff": "4708", "logg": "2.7", "feh": "-0.2"}]
