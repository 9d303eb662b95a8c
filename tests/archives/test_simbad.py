import pytest
from astropy.table import Table
from pyvo.dal.exceptions import DALServiceError
from requests import ConnectionError as NoConnection

from obafgkm.archives.simbad import cross_identify
from obafgkm.errors import FetchError


class StandIn:
    """Answers as SIMBAD does, one row per published type, and keeps the request."""

    hardlimit = 2_000_000

    def query_tap(self, query, *, maxrec, stars):
        self.query, self.maxrec, self.stars = query, maxrec, list(stars["name"])
        rows = [
            ("HD 100006", "HD 100006", "K0III", "HD 100006|BD+19 2459|HIP 56146", "K0III"),
            ("HD 100006", "HD 100006", "K0III", "HD 100006|BD+19 2459|HIP 56146", "G9III"),
            ("HD 100006", "HD 100006", "K0III", "HD 100006|BD+19 2459|HIP 56146", "K0III"),
            ("G 75-62", "LP 1-2", "", "G 75-62", None),
        ]
        return Table(rows=rows, names=["name", "main_id", "sp_type", "ids", "published_type"])


@pytest.fixture
def asked():
    simbad = StandIn()
    return simbad, cross_identify(["100006", "BD+19_9999", "G_75-62", "HD100006"], simbad)


def test_all_stars_go_into_one_request_in_canonical_form(asked):
    simbad, _ = asked
    assert simbad.stars == ["BD+19 9999", "G 75-62", "HD 100006"]
    assert simbad.maxrec == StandIn.hardlimit
    assert "FROM TAP_UPLOAD.stars" in simbad.query
    for table in ("ident", "basic", "ids", "mesSpT"):
        assert f"JOIN {table} ON" in simbad.query


def test_the_answer_has_one_row_per_name_that_is_known(asked):
    _, found = asked
    assert found.to_numpy().tolist() == [
        ["100006", "HD 100006", "HD 100006;BD+19 2459;HIP 56146", "K0III", "K0III;G9III"],
        ["G_75-62", "LP 1-2", "G 75-62", "", ""],
        ["HD100006", "HD 100006", "HD 100006;BD+19 2459;HIP 56146", "K0III", "K0III;G9III"],
    ]
    assert list(found.columns) == ["name", "main_id", "aliases", "sp_type", "published_types"]


def test_a_service_that_was_down_for_a_while_is_asked_again():
    class Waking(StandIn):
        asked = 0

        def query_tap(self, *args, **settings):
            self.asked += 1
            if self.asked < 3:
                raise NoConnection("no route")
            return super().query_tap(*args, **settings)

    simbad = Waking()
    assert len(cross_identify(["HD 100006"], simbad, pauses=(0, 0))) == 1
    assert simbad.asked == 3


@pytest.mark.parametrize("failure", [NoConnection("no route"), DALServiceError("500 of the service")])
def test_a_service_that_fails_is_named_with_the_way_on(failure):
    class Silent(StandIn):
        def query_tap(self, *_, **__):
            raise failure

    with pytest.raises(FetchError, match=r"SIMBAD did not name 1 stars .* set archives.simbad to false"):
        cross_identify(["HD 1"], Silent(), pauses=())
