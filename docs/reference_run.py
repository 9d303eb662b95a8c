"""Copy a finished run of config/mirror.yaml to docs/reference/, and state its numbers in README and pages.

    python docs/reference_run.py [results]

Each text of docs/quotes.yaml takes the place of what stands between the two marks of its page. In a text,
``{name}`` is a number of the run's paper (``results/paper/numbers.json``) with its interval, ``{name|plain}``
without.
"""

import json
import re
import shutil
import sys
import textwrap
from pathlib import Path

import pandas as pd
import yaml

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "docs" / "reference"
QUOTES = ROOT / "docs" / "quotes.yaml"
FILES = ["paper.pdf", "claims.csv", "claims.html", "exhibits.csv", "science.csv", "provenance.json"]
LARGEST = 15e6  # bytes of the whole folder
_BEGIN, _END = "<!-- numbers of the reference run -->", "<!-- end -->"


def collect(results, folder=REFERENCE):
    """Copy record, paper, ledger, tables, and the figures that pages show.

    Raises
    ------
    SystemExit
        If the run is of another scale or of code that was not committed, or if the copy is too large.
    """
    record = json.loads((results / "provenance.json").read_text())
    if record["config"]["ledger"]["scale"] != "mirror":
        sys.exit("this is no run of config/mirror.yaml")
    if record["code"]["changed"]:
        sys.exit(f"the run is of code that was not committed: {', '.join(record['code']['changed'])}")
    shutil.rmtree(folder, ignore_errors=True)
    for name in [*FILES, "paper/numbers.json", *_tables(results), *_figures()]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(results / name, folder / name)
    (folder / "README.md").write_text(_introduction(record))
    if (size := sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())) > LARGEST:
        sys.exit(f"{size / 1e6:.1f} MB are too many")


def _tables(results):
    exhibits = pd.read_csv(results / "exhibits.csv")
    names = (exhibits["document"] + "/" + exhibits["exhibit"] + ".csv").tolist()
    return [name for name in names if (results / name).is_file()]


def _figures():
    """Figures of the reference run that README and pages show."""
    found = set()
    for page in (ROOT / "README.md", *ROOT.glob("docs/*.md"), QUOTES):
        found |= set(re.findall(r"reference/([\w/]+\.png)", page.read_text()))
    return sorted(found)


def _introduction(record):
    packages = ", ".join(f"{name} {record['packages'][name]}" for name in ("keras", "scikit-learn", "numpy"))
    minutes = sum(job["seconds"] for job in record["jobs"].values()) / 60
    return f"""\
# Reference run

The run of `config/mirror.yaml` that the README and the pages of the documentation quote.
Finished {record["written"][:10]}; commit `{record["code"]["commit"][:12]}`; seed {record["seed"]};
Python {record["python"]}, {packages}; {record["machine"]["cores"]} cores
({record["machine"]["processor"]}), {minutes:.0f} minutes summed over all jobs.

Its archives are real, but not complete: all spectra of JHC and MILES, none of ELODIE, some of SDSS and
LAMOST, and of CFLIB the stars that the pipeline of SDSS uses as templates, at its resolution (R about 2000,
not 1 Å). These test stars are therefore no random sample of CFLIB, and the pipeline's own types of stars rest
on them.

- [paper.pdf](paper.pdf): the paper of this run
- [claims.html](claims.html), [claims.csv](claims.csv): the ledger, each published number beside ours
- [science.csv](science.csv): every trained network compared with the trivial answer to its task
- [provenance.json](provenance.json): versions, seeds, settings, cost, checksums of the input
- `<document>/*.csv`: the tables; [exhibits.csv](exhibits.csv) lists them
"""


def quoted(text, numbers):
    """A text in which the numbers of a run take the places of their names.

    Raises
    ------
    KeyError
        If the run has no number of a name.
    """

    def number(found):
        value = numbers[found[1]]
        interval = f" [{value['interval']}]" if value.get("interval") and not found[2] else ""
        return value["text"].replace("%", " %").replace("  ", " ") + interval

    return re.sub(r"\{([\w.]+)(\|plain)?\}", number, text)


def stated(page, text):
    """A page in which a text stands between the two marks."""
    begin, end = page.index(_BEGIN), page.index(_END)
    wrapped = "\n\n".join(
        part
        if part.startswith("|")  # a table
        else textwrap.fill(
            " ".join(part.split()),
            118,
            subsequent_indent="  " * part.startswith("- "),
            break_on_hyphens=False,
            break_long_words=False,
        )
        for part in text.strip().split("\n\n")
    )
    return f"{page[:begin]}{_BEGIN}\n{wrapped}\n{page[end:]}"


def pages(numbers):
    """Path and new content of each page that quotes the run."""
    for name, text in yaml.safe_load(QUOTES.read_text()).items():
        path = ROOT / name
        yield path, stated(path.read_text(), quoted(text, numbers))


if __name__ == "__main__":
    collect(Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "results"))
    for path, content in pages(json.loads((REFERENCE / "paper" / "numbers.json").read_text())):
        path.write_text(content)
