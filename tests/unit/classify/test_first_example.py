"""What the pages show first must be what a reader gets: a star with a type."""

import re

from conftest import ROOT

from obafgkm.classify.command import main

STAR = "sdss/spectra/lite/2942/spec-2942-54521-0124.fits"


def test_the_first_example_of_the_readme_prints_what_stands_below_it(mirror, capsys):
    readme = (ROOT / "README.md").read_text()
    assert main(["classify", str(mirror / STAR), "--jobs", "1"]) == 0
    shown = readme.partition("obafgkm classify spec-")[2].splitlines()[2:4]
    for printed, own in zip(capsys.readouterr().out.splitlines(), shown, strict=True):
        assert printed.split()[:-1] == own.split()[:-1]


def test_the_first_example_in_python_returns_a_typed_star(mirror, monkeypatch):
    monkeypatch.chdir((mirror / STAR).parent)
    page = (ROOT / "docs/classify.md").read_text()
    code = re.findall(r"```python\n(.*?)```", page, re.DOTALL)[0]
    names = {}
    exec(code, names)
    assert names["typed"]["type"].tolist() == ["F8V"]
