"""README and pages quote the reference run as it is."""

import importlib.util
import json
import re
from pathlib import Path

import pandas as pd
import pytest
import yaml

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def reference_run():
    spec = importlib.util.spec_from_file_location("reference_run", ROOT / "docs" / "reference_run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def numbers(reference_run):
    return json.loads((reference_run.REFERENCE / "paper" / "numbers.json").read_text())


def test_every_page_states_the_numbers_of_the_reference_run(reference_run, numbers):
    changed = [path.name for path, content in reference_run.pages(numbers) if path.read_text() != content]
    assert not changed, "python docs/reference_run.py"


def test_the_numbers_are_those_of_its_tables(reference_run, numbers):
    """The paper's numbers were written by the same run as the tables beside them."""
    folder = reference_run.REFERENCE
    verdicts = pd.read_csv(folder / "claims.csv")["verdict"].value_counts()
    assert numbers["ledger.reproduced"]["text"] == f"{verdicts['reproduced']:,}"
    table = pd.read_csv(folder / "sharma" / "table3.csv").set_index("model")
    share = table.at["CNN with autoencoder", "main_class_accuracy"]
    assert numbers["sharma.cnn.accuracy"]["text"] == f"{100 * share:.1f}%"


def test_a_number_without_a_name_is_refused(reference_run):
    numbers = {"a.b": {"text": "82.9%", "interval": "76.1, 89.7"}, "n": {"text": "117"}}
    text = "{a.b} of {n}, {a.b|plain}"
    assert reference_run.quoted(text, numbers) == "82.9 % [76.1, 89.7] of 117, 82.9 %"
    with pytest.raises(KeyError):
        reference_run.quoted("{a.c}", numbers)


def test_no_text_contains_a_number_of_its_own(reference_run):
    """A share or an error that is typed would not follow the next reference run."""
    for page, text in yaml.safe_load(reference_run.QUOTES.read_text()).items():
        rest = re.sub(r"\{[^}]*\}|\]\([^)]*\)", "", text)
        assert not re.search(r"\d[.,]\d|\d ?%", rest), page


def test_the_folder_is_small(reference_run):
    files = [path for path in reference_run.REFERENCE.rglob("*") if path.is_file()]
    assert files
    assert sum(path.stat().st_size for path in files) <= reference_run.LARGEST
