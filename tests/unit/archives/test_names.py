import numpy as np
import pandas as pd
import pytest

from obafgkm.archives.names import identify, overlap, star_key

SAME = [
    ("HD 245", ["HD000245", "HD 245", "245", "hd 245", "HD_245", "HD000245A"]),
    ("HD 23439B", ["HD023439B", "23439B"]),
    ("HD 17971", ["HD 17971N", "17971"]),
    ("BD+19 2459", ["BD+19 2459", "BD+192459", "BD+19_2459"]),
    ("BD+00 2058", ["BD+002058A", "BD+00 2058"]),
    ("BD-01 306", ["BD-010306", "BD-01_306"]),
    ("BD+19 5116B", ["BD+195116B"]),
    ("CD-24 15398", ["CD-2415398"]),
    ("G 75-62", ["G_75-62", "G 75-62", "G075-062"]),
    ("HIP 56146", ["HIP 56146", "HIP056146"]),
    ("SAO 102986", ["SAO102986", "SAO 102986"]),
    ("GJ 411", ["GJ 411", "Gl 411", "Gliese 411"]),
    ("HD 226868", ["HDE 226868", "HD 226868"]),
    ("LHS 1930", ["LHS1930"]),
    ("FEIGE 34", ["FEIGE 34", "Feige 34"]),
    ("M 67 F 108", ["M67 F 108", "M 67 F 108"]),
    ("M 71 1-09", ["M71 1-09"]),
    ("M 3 III 28", ["M3 III 28"]),
    ("NGC 7789 329", ["NGC 7789 329(491)"]),
    ("NGC 288 77", ["NGC 288 77"]),
    ("MEL 22 296", ["Mel ,22 0296"]),
    ("NGP 29 129", ["NGP_29_129"]),
    ("LSIV P 24", ["LSIV P 24"]),
    ("", ["", "  "]),
]


@pytest.mark.parametrize(("key", "names"), SAME)
def test_one_key_for_all_ways_of_writing(key, names):
    assert {star_key(name) for name in names} == {key}


@pytest.mark.parametrize("key", [key for key, _ in SAME])
def test_a_key_is_its_own_key(key):
    assert star_key(key) == key


def test_different_stars_keep_different_keys():
    names = [
        "BD+00 306",
        "BD-00 306",
        "BD+003 06",
        "HD 306",
        "SAO 306",
        "HD 306B",
        "G 30-6",
        "G 3-6",
        "NGC 30 6",
    ]
    assert len({star_key(name) for name in names}) == len(names)


def labels(*rows):
    return pd.DataFrame(rows, columns=["name", "aliases"])


def test_aliases_join_stars_across_libraries():
    found = identify(
        {
            "miles": labels(("BD+192459", ""), ("HD000245", ""), ("", "")),
            "cflib": labels(("100006", "HD 100006;BD+19 2459;HIP 56146;SAO 99637")),
            "jhc": labels(("SAO 99637", ""), ("BD+61 220", "")),
        }
    )
    assert list(found["miles"]["star"]) == ["HD 100006", "HD 245", ""]
    assert list(found["cflib"]["star"]) == ["HD 100006"]
    assert list(found["jhc"]["star"]) == ["HD 100006", "BD+61 220"]


def test_chains_of_aliases_join_whatever_the_order():
    rows = [("G 1-2", "HIP 5"), ("HIP 5", "SAO 7"), ("SAO 7", "BD+01 1"), ("77", "BD+01 1")]
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]):
        found = identify({"one": labels(*(rows[i] for i in order))})
        assert set(found["one"]["star"]) == {"HD 77"}


def test_a_star_is_named_after_the_best_known_catalogue_that_lists_it():
    names = ["LHS 1", "G 1-2", "GJ 3", "SAO 4", "CD-24 5", "BD+01 6", "HIP 7", "HD 8"]
    for number in range(1, len(names)):
        row = (names[0], ";".join(names[1 : number + 1]))
        assert list(identify({"one": labels(row)})["one"]["star"]) == [names[number]]


def test_labels_without_a_shared_name_stay_apart():
    found = identify({"one": labels(("HD 1", "HIP 1")), "other": labels(("HD 2", "HIP 2"))})
    assert overlap(found).to_numpy().tolist() == [[1, 0], [0, 1]]


def test_overlap_counts_stars_not_spectra():
    stars = {
        "elodie": pd.DataFrame({"star": ["HD 1", "HD 1", "HD 2", ""]}),
        "miles": pd.DataFrame({"star": ["HD 1", "HD 3", "HD 4", ""]}),
    }
    matrix = overlap(stars)
    np.testing.assert_array_equal(matrix, [[2, 1], [1, 3]])
    assert list(matrix.index) == list(matrix.columns) == ["elodie", "miles"]
