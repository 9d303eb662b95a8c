"""The paper: its numbers, the words they choose, and what makes it fail."""

import math
import re
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml
from conftest import ROOT

from obafgkm.errors import ClaimError, PaperError
from obafgkm.report.claims import Claim, read_claims
from obafgkm.report.declaration import absent_sections, exhibits, read_declaration, table_files
from obafgkm.report.paper import chosen_words, gather, number_text, typeset
from obafgkm.report.verdicts import KINDS

PAPER = ROOT / "paper"
DECLARATION = read_declaration(PAPER / "numbers.yaml")
CLAIMS = [Claim("sharma", "table3", "Table 3", "error", "1.23", unit="subclasses", value=1.23)]
SMALL = {
    "formats": {"percent": {"factor": 100, "digits": 1, "unit": "%"}, "count": {}},
    "software": ["typst"],
    "sections": [],
    "settings": [{"format": "count", "names": {"folds": {"key": "a/folds"}}}],
    "numbers": [
        {
            "file": "sharma/table3.csv",
            "format": "percent",
            "column": "score",
            "names": {"a": {"where": {"model": "A"}}, "b": {"where": {"model": "B"}}},
        }
    ],
    "published": [{"names": {"a.published": {"claim": "sharma, table3: error", "unit": " subclasses"}}}],
    "words": [
        {
            "above": "above",
            "below": "below",
            "same": "like",
            "names": {"a.words": {"of": "a", "against": "b"}},
        }
    ],
    "lists": [
        {
            "file": "sharma/table3.csv",
            "column": "score",
            "label": "model",
            "than": 0.6,
            "names": {"good": {"test": "above"}, "bad": {"test": "below", "none": "nobody"}},
        }
    ],
}
ROWS = {
    "model": ["A", "B"],
    "score": [0.71234, 0.5],
    "score_low": [0.65, 0.4],
    "score_high": [0.75, math.nan],
    "source": "simulated",
}


def declared(folder, **changes):
    path = folder / "numbers.yaml"
    path.write_text(yaml.safe_dump({**SMALL, **changes}))
    return read_declaration(path)


def gathered(folder, rows=ROWS, verdict="better", **changes):
    (folder / "sharma").mkdir(exist_ok=True)
    networks = {"document": ["sharma", "sharma"], "network": ["ann", "cnn"], "verdict": ["better", verdict]}
    pd.DataFrame(networks).to_csv(folder / "science.csv", index=False)
    pd.DataFrame(rows).to_csv(folder / "sharma/table3.csv", index=False)
    return gather(declared(folder, **changes), CLAIMS, {"folds": 10}, folder, "tiny")


def one_number(**settings):
    names = {"a": {"column": "score", **settings}}
    return [{"file": "sharma/table3.csv", "format": "percent", "names": names}]


NOTHING_ELSE = {"words": [], "lists": []}


def test_numbers_carry_their_interval_source_and_table(tmp_path):
    numbers = gathered(tmp_path, {**ROWS, "score_high": [0.75, 0.6]})
    assert numbers["a"] == {
        "text": "71.2%",
        "interval": "65.0, 75.0",
        "source": "simulated",
        "table": "sharma/table3.csv",
    }
    assert numbers["a.published"]["text"] == "1.23 subclasses"
    assert numbers["folds"]["text"] == "10"
    assert numbers["a.words"]["text"] == "above"
    assert (numbers["good"]["text"], numbers["bad"]["text"]) == ("A", "nobody")
    assert numbers["run.sharma"]["text"] == "simulated"


def test_a_changed_cell_changes_its_number_and_the_words_that_rest_on_it(tmp_path):
    rows = {**ROWS, "score_high": [0.75, 0.6]}
    before = gathered(tmp_path, rows)
    better = {"score": [0.71234, 0.9], "score_low": [0.65, 0.85], "score_high": [0.75, 0.95]}
    after = gathered(tmp_path, {**rows, **better})
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"b", "a.words", "good"}
    assert (after["a.words"]["text"], after["good"]["text"]) == ("below", "A and B")


@pytest.mark.parametrize("verdict", ["not judged", "not shown to be better"])
def test_nothing_is_compared_where_a_network_is_not_shown_to_have_learnt(tmp_path, verdict):
    rows = {**ROWS, "score_high": [0.75, 0.6]}
    before, after = gathered(tmp_path, rows), gathered(tmp_path, rows, verdict)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"a.words", "good", "bad"}
    assert all("not shown to have learnt" in after[name]["text"] for name in changed)


def test_what_few_objects_say_is_compared_by_its_interval(tmp_path):
    assert gathered(tmp_path, ROWS, "too few to tell") == gathered(tmp_path, ROWS)


def test_numbers_of_the_same_spectra_are_compared_by_their_paired_difference():
    """Words of separate intervals are for different spectra, or for tables without a paired difference."""
    separate = {name for name, entry in DECLARATION["words"].items() if "against" in entry}
    assert {name.partition(".")[0] for name in separate} <= {"csepreghy", "gebran", "saldic", "gap"}


@pytest.mark.parametrize(
    ("numbers", "named"),
    [
        (one_number(where={"model": "C"}), "a: 0 rows"),
        (one_number(where={"model": ["A", "B"]}), "a: 2 rows"),
        (one_number(where={"model": "C"}, reduce="mean"), "a: no row"),
        (one_number(where={"network": "A"}), "no column 'network'"),
        ([{**one_number(where={"model": "A"})[0], "column": "x", "names": {"a": {}}}], "no column 'x'"),
        ([{**one_number(where={"model": "A"})[0], "file": "sharma/table9.csv"}], "table9.csv"),
    ],
)
def test_a_number_that_is_not_there_is_named(tmp_path, numbers, named):
    with pytest.raises(ClaimError, match=named):
        gathered(tmp_path, numbers=numbers, **NOTHING_ELSE)


def test_claims_and_words_that_rest_on_nothing_are_named(tmp_path):
    with pytest.raises(PaperError, match="sharma, table9: error"):
        gathered(tmp_path, published=[{"names": {"p": {"claim": "sharma, table9: error"}}}])
    with pytest.raises(PaperError, match="'c', which is no number"):
        gathered(tmp_path, words=[{"names": {"w": {"of": "c"}}}])


def test_a_missing_value_is_a_dash_and_so_are_its_words(tmp_path):
    numbers = gathered(tmp_path, {**ROWS, "score": [math.nan, 0.5]})
    assert numbers["a"]["text"] == "—"
    assert numbers["a.words"]["text"] == "—"


def test_a_name_is_given_once(tmp_path):
    with pytest.raises(PaperError, match="two entries are called 'a'"):
        declared(tmp_path, numbers=2 * SMALL["numbers"])
    with pytest.raises(PaperError, match="colour"):
        declared(tmp_path, colour="red")
    with pytest.raises(PaperError, match="a: its format 'share' is none"):
        declared(tmp_path, numbers=[{**one_number()[0], "format": "share"}])


@pytest.mark.parametrize(
    ("value", "form", "spread", "text"),
    [
        (0.88599, {"factor": 100, "digits": 1, "unit": "%"}, 0.01594, "88.6 ± 1.6%"),
        (1234567.0, {}, None, "1,234,567"),
        (-0.5, {"digits": 2}, None, "−0.50"),
        (-0.001, {"digits": 2}, None, "0.00"),
        (0.5, {"digits": 1}, math.nan, "0.5"),
        (math.nan, {"unit": "%"}, None, "—"),
    ],
)
def test_numbers_are_written_as_a_paper_writes_them(value, form, spread, text):
    assert number_text(value, form, spread) == text


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(0.1, 0.3, "above"), (-0.3, -0.1, "below"), (-0.1, 0.2, "same"), (0.0, 0.2, "same")],
)
def test_the_interval_chooses_the_words(low, high, words):
    ours = SimpleNamespace(value=(low + high) / 2, low=low, high=high)
    assert chosen_words(ours, {"above": "above", "below": "below", "same": "same"}) == words


def test_text_and_declaration_name_the_same_numbers():
    text = "".join(path.read_text() for path in PAPER.glob("*.typ"))
    pages = "".join(yaml.safe_load((ROOT / "docs/quotes.yaml").read_text()).values())
    quoted = set(re.findall(r"\{([\w.]+)(?:\|plain)?\}", pages))
    used = set(re.findall(r'#?\b[nv]\("([^"]+)"\)', text))
    kinds = ("settings", "numbers", "published", "words", "lists")
    named = {name for kind in kinds for name in DECLARATION[kind]}
    named |= {f"software.{package}" for package in DECLARATION["software"]} | {"run.scale", "run.sharma"}
    named |= {f"section.{name}" for name in DECLARATION["sections"]}
    words = DECLARATION["words"].values()
    rested_on = {entry[key] for entry in words for key in ("of", "against") if key in entry}
    assert used | quoted <= named
    assert named - used - quoted - rested_on == set()


def test_no_result_is_typed_into_the_text():
    """Outside names and code there is no number with a decimal point or a per cent sign."""
    for path in PAPER.glob("*.typ"):
        if path.stem in ("lib", "paper"):
            continue
        prose = re.sub(r'"[^"]*"|width: \d+%|digits: \d|0\.82em', "", path.read_text())
        prose = re.sub(r"//.*", "", prose)
        assert re.findall(r"\d+\.\d+|\d+ ?%", prose) == [], path.name


def test_the_exhibits_of_the_text_are_those_of_the_workflow():
    captions = {f"{path.parent.name}/{path.stem}" for path in (ROOT / "workflow/report").glob("*/*.rst")}
    unknown = {
        shown
        for shown in exhibits(PAPER)
        if shown != "results/claims.csv" and shown.removeprefix("results/").rpartition(".")[0] not in captions
    }
    assert unknown == set()
    assert len(exhibits(PAPER)) > 40


def test_published_numbers_are_claims():
    names = {claim.name for claim in read_claims(ROOT / "config/claims.yaml")}
    assert {entry["claim"] for entry in DECLARATION["published"].values()} <= names
    assert all((path.endswith(".csv")) for path in table_files(DECLARATION))


def test_the_numbers_of_the_ledger_are_of_every_kind():
    assert set(DECLARATION["numbers"]["ledger.claims"]["where"]["kind"]) == set(KINDS)


def test_the_data_of_every_folder_that_the_text_names_are_known():
    named = re.findall(r'\("[^"]+", "(\w+)"\)', (PAPER / "provenance.typ").read_text())
    assert len(named) > 4
    assert set(named) <= {path.partition("/")[0] for path in table_files(DECLARATION)}


def optional(folder):
    """A declaration with a section of its own numbers, and its text."""
    extra = {"file": "sharma/other.csv", "format": "count", "column": "n", "section": "more"}
    words = {
        "section": "more",
        "above": "up",
        "below": "down",
        "same": "level",
        "names": {"m.words": {"of": "m"}},
    }
    (folder / "more.typ").write_text('#n("m") #image("/results/sharma/fig_more.pdf")')
    return declared(
        folder,
        sections=["more"],
        numbers=[*SMALL["numbers"], {**extra, "names": {"m": {}}}],
        words=[*SMALL["words"], words],
    )


@pytest.mark.parametrize(
    ("made", "absent"),
    [
        (["results/sharma/other.csv", "results/sharma/fig_more.pdf"], ()),
        (["results/sharma/other.csv"], ("more",)),
        (["results/sharma/fig_more.pdf"], ("more",)),
    ],
)
def test_an_optional_section_is_there_where_the_run_makes_all_that_it_rests_on(tmp_path, made, absent):
    declaration = optional(tmp_path)
    assert absent_sections(declaration, tmp_path, made) == absent
    files = {"science.csv", "sharma/other.csv", "sharma/table3.csv"} - (
        {"sharma/other.csv"} if absent else set()
    )
    assert set(table_files(declaration, absent)) == files
    assert exhibits(tmp_path, absent) == ([] if absent else ["results/sharma/fig_more.pdf"])


def test_numbers_of_an_absent_section_are_not_asked_for(tmp_path):
    gathered(tmp_path)
    declaration = optional(tmp_path)
    (tmp_path / "sharma/other.csv").unlink(missing_ok=True)
    given = (CLAIMS, {"folds": 10}, tmp_path, "tiny")
    without = gather(declaration, *given, ("more",))
    assert without["section.more"]["text"] == "absent"
    assert not {"m", "m.words"} & set(without)
    pd.DataFrame({"n": [7], "source": "mirror"}).to_csv(tmp_path / "sharma/other.csv", index=False)
    found = gather(declaration, *given)
    assert (found["section.more"]["text"], found["m"]["text"], found["m.words"]["text"]) == (
        "present",
        "7",
        "up",
    )


def test_a_section_that_nobody_declares_is_named(tmp_path):
    numbers = [{**SMALL["numbers"][0], "section": "mroe"}]
    with pytest.raises(PaperError, match="'mroe'"):
        declared(tmp_path, numbers=numbers)


@pytest.fixture
def small_paper(tmp_path):
    """A paper of one number and one table."""
    folder, results = tmp_path / "paper", tmp_path / "results"
    folder.mkdir()
    results.mkdir()
    (folder / "lib.typ").write_text((PAPER / "lib.typ").read_text())
    (folder / "paper.typ").write_text(
        '#import "lib.typ": *\n#set document(date: none)\n#n("a")\n'
        '#results-table("results/table.csv", (col("model", [m]), col("score", [s], digits: 2)), [c], "t")'
    )
    (results / "table.csv").write_text("model,score,score_low,score_high\nA,0.5,0.4,0.6\n")
    (results / "claims.csv").write_text("document,exhibit\na,b\n")
    (tmp_path / "numbers.json").write_text('{"a": {"text": "1"}}')
    return tmp_path


def set_paper(folder):
    typeset(folder / "paper", folder / "numbers.json", folder / "results", folder / "paper.pdf")
    return (folder / "paper.pdf").read_bytes()


def test_the_same_results_give_the_same_paper_and_others_another(small_paper):
    first = set_paper(small_paper)
    assert first.startswith(b"%PDF")
    assert set_paper(small_paper) == first
    table = small_paper / "results/table.csv"
    table.write_text(table.read_text().replace("0.5", "0.55"))
    assert set_paper(small_paper) != first


@pytest.mark.parametrize(
    ("file", "content", "named"),
    [
        ("numbers.json", "{}", "names nothing 'a'"),
        ("results/table.csv", "", "table.csv"),
        ("results/table.csv", "model,score\n", "table.csv has no rows"),
        ("results/table.csv", "model,value\nA,1\n", "no column 'score'"),
    ],
)
def test_what_the_paper_lacks_is_named(small_paper, file, content, named):
    (small_paper / file).write_text(content)
    with pytest.raises(PaperError, match=named):
        set_paper(small_paper)


def test_exhibits_of_an_absent_section_are_not_missed(small_paper):
    text = small_paper / "paper/paper.typ"
    text.write_text(text.read_text() + '\n#if v("section.more") == "present" [ #include "more.typ" ]')
    (small_paper / "paper/more.typ").write_text('#image("/results/fig.pdf")')
    numbers = small_paper / "numbers.json"
    numbers.write_text('{"a": {"text": "1"}, "section.more": {"text": "absent"}}')
    assert set_paper(small_paper).startswith(b"%PDF")
    numbers.write_text(numbers.read_text().replace("absent", "present"))
    with pytest.raises(PaperError, match=r"fig\.pdf"):
        set_paper(small_paper)


@pytest.mark.parametrize("content", [b"", b"<html>no such file</html>", b"%PDF-1.4 cut off"])
def test_a_broken_figure_is_named(small_paper, content):
    text = small_paper / "paper/paper.typ"
    text.write_text(text.read_text() + '\n#image("/results/fig.pdf")')
    (small_paper / "results/fig.pdf").write_bytes(content)
    with pytest.raises(PaperError, match=r"fig\.pdf"):
        set_paper(small_paper)


def test_the_text_refers_to_every_figure_and_table():
    text = "".join(path.read_text() for path in PAPER.glob("*.typ"))
    shown = re.findall(r'#shown\(\s+"results/(\w+)/(\w+)\.pdf",(.*?)\n\)', text, re.S)
    labels = {
        named[1] if (named := re.search(r'name: "([\w-]+)"', settings)) else f"{folder}-{file}"
        for folder, file, settings in shown
    }
    labels |= set(re.findall(r'^ +"((?:tab|fig)-[\w-]+)",$', text, re.M))
    labels |= set(re.findall(r"^ *\) <(tab-\w+)>$", text, re.M))
    assert len(labels) > 60
    assert labels <= set(re.findall(r"@([\w-]+)", text))
