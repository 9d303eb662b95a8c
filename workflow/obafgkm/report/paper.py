"""The paper: its numbers gathered from result tables by name, and its typesetting.

``paper/numbers.yaml`` says which cell of which table each number is (``workflow/schemas/numbers.schema.yaml``
describes its form); the text in ``paper/*.typ`` knows them by name only, and shows exhibits by their path.
A section that is declared as optional is in the paper where the run makes everything that it rests on.
"""

import json
import math
import re
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

import jsonschema
import pandas as pd
import typst
import yaml

from obafgkm.errors import PaperError
from obafgkm.report.claims import Claim
from obafgkm.report.ledger import measure, rehearsed

__all__ = [
    "SCHEMA",
    "absent_sections",
    "chosen_words",
    "exhibits",
    "gather",
    "number_text",
    "read_declaration",
    "table_files",
    "typeset",
]

SCHEMA = Path(__file__).resolve().parents[2] / "schemas" / "numbers.schema.yaml"
ABSENT = "—"
NETWORKS = "science.csv"  # how each network compares with the trivial answer to its task
UNJUDGED = "[not compared: the networks of this run are not shown to have learnt]"
_EXHIBIT = re.compile(r'"/?(results/[^"]+\.(?:pdf|csv))"')
_SELECTOR = ("file", "where", "column", "reduce", "source")


def read_declaration(path):
    """Read and check the declaration of the paper's numbers, the groups' settings handed down.

    Returns
    -------
    dict
        ``formats``, ``settings``, ``numbers``, ``published``, ``words`` and ``lists``, each by name,
        ``software``, and ``sections``: the names of those that are optional.

    Raises
    ------
    PaperError
        If the file does not follow its schema, or two entries have one name.
    """
    content = yaml.safe_load(Path(path).read_text())
    schema = yaml.safe_load(SCHEMA.read_text())
    error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(content))
    if error:
        raise PaperError(f"{path}, {'/'.join(map(str, error.absolute_path))}: {error.message}")
    declaration = {name: content[name] for name in ("formats", "software", "sections")}
    seen = set()
    for kind in ("settings", "numbers", "published", "words", "lists"):
        declaration[kind] = {}
        for group in content[kind]:
            common = {key: group[key] for key in group.keys() - {"names"}}
            for name, settings in group["names"].items():
                if name in seen:
                    raise PaperError(f"{path}: two entries are called '{name}'")
                seen.add(name)
                where = {**common.get("where", {}), **settings.get("where", {})}
                entry = {**common, **settings, **({"where": where} if where else {})}
                if entry.get("section", "") not in ("", *content["sections"]):
                    raise PaperError(
                        f"{path}, {name}: its section {entry['section']!r} is none of `sections`"
                    )
                if kind in ("settings", "numbers") and entry.get("format") not in content["formats"]:
                    raise PaperError(
                        f"{path}, {name}: its format {entry.get('format')!r} is none of `formats`"
                    )
                declaration[kind][name] = entry
    return declaration


def absent_sections(declaration, folder, made):
    """Names of the optional sections that a run lacks: it does not make all that they show and rest on.

    Parameters
    ----------
    declaration : dict
        As from `read_declaration`.
    folder : path
        Source of the paper; a section is the file of its name there.
    made : iterable of str
        Paths of the run's products, ``results/...``.

    Returns
    -------
    tuple of str
    """
    made, absent = {str(path) for path in made}, []
    for section in declaration["sections"]:
        entries = [*declaration["numbers"].values(), *declaration["lists"].values()]
        needed = {f"results/{entry['file']}" for entry in entries if entry.get("section") == section}
        needed |= set(_EXHIBIT.findall((Path(folder) / f"{section}.typ").read_text()))
        if not needed <= made:
            absent.append(section)
    return tuple(absent)


def table_files(declaration, absent=()):
    """Paths below the results of the tables that the declaration rests on, each once."""
    entries = [*declaration["numbers"].values(), *declaration["lists"].values()]
    entries = [entry for entry in entries if entry.get("section") not in absent]
    files = [NETWORKS, *(entry["file"] for entry in entries)]
    return sorted({*files, *(entry["source"]["file"] for entry in entries if "source" in entry)})


def exhibits(folder, absent=()):
    """Paths of the figures and tables that the text shows, each once, without those of absent sections."""
    texts = [path.read_text() for path in sorted(Path(folder).glob("*.typ")) if path.stem not in absent]
    return sorted({path for text in texts for path in _EXHIBIT.findall(text)})


def gather(declaration, claims, settings, results, scale, absent=()):
    """The paper's numbers and words.

    Parameters
    ----------
    declaration : dict
        As from `read_declaration`.
    claims : list of Claim
        What the documents print.
    settings : dict
        Value of each name of ``settings`` in the configuration.
    results : path
        Directory of the products.
    scale : str
        Label of the configuration that made them.
    absent : sequence of str
        Sections that the paper is without, and their numbers with them. The text asks for
        ``section.<name>``, which is ``present`` or ``absent``.

    Returns
    -------
    dict
        Name to a dict: ``text``, and for numbers ``interval`` (text, may be empty), ``source`` and ``table``.
        Words and lists that compare are `UNJUDGED` where not every network of the document is shown to have
        learnt.

    Raises
    ------
    PaperError, ClaimError
        If a table, a column, a row, a claim or a number that words rest on is not there, or several rows
        match.
    """
    tables, results, formats = {}, Path(results), declaration["formats"]
    given = {
        kind: {name: one for name, one in declaration[kind].items() if one.get("section") not in absent}
        for kind in ("settings", "numbers", "published", "words", "lists")
    }
    measured = {
        name: rehearsed(measure(_as_claim(name, entry), results, tables), scale)
        for name, entry in given["numbers"].items()
    }
    gathered = {}
    for name, entry in given["settings"].items():
        gathered[name] = {"text": number_text(settings[name], formats[entry["format"]])}
    for name, entry in given["numbers"].items():
        ours, form = measured[name], formats[entry["format"]]
        spread = None
        if "sd" in entry:
            spread = measure(_as_claim(name, {**entry, "column": entry["sd"]}), results, tables).value
        gathered[name] = {
            "text": number_text(ours.value, form, spread),
            "interval": _interval_text(ours, form),
            "source": ours.source,
            "table": entry["file"],
        }
    by_name = {claim.name: claim for claim in claims}
    for name, entry in given["published"].items():
        if entry["claim"] not in by_name:
            raise PaperError(f"{name}: no claim is called '{entry['claim']}'")
        claim = by_name[entry["claim"]]
        text = f"{claim.value:,.10g}".replace("-", "−") + entry.get("unit", "")  # as printed
        gathered[name] = {"text": text, "interval": "", "source": "published", "table": "config/claims.yaml"}
    hollow = _unjudged_documents(results / NETWORKS)
    for name, entry in given["words"].items():
        for other in (entry["of"], entry.get("against", entry["of"])):
            if other not in measured:
                raise PaperError(f"{name}: its words rest on '{other}', which is no number")
        words = chosen_words(measured[entry["of"]], entry, measured.get(entry.get("against")))
        file = given["numbers"][entry["of"]]["file"]
        gathered[name] = {"text": UNJUDGED if _document(file) in hollow else words}
    for name, entry in given["lists"].items():
        listed = _list_text(name, entry, results, tables)
        gathered[name] = {"text": UNJUDGED if _document(entry["file"]) in hollow else listed}
    for package in declaration["software"]:
        gathered[f"software.{package}"] = {"text": version(package)}
    for section in declaration["sections"]:
        gathered[f"section.{section}"] = {"text": "absent" if section in absent else "present"}
    gathered["run.scale"] = {"text": scale}
    for folder in {_document(entry["file"]) for entry in given["numbers"].values()} - {""}:
        gathered[f"run.{folder}"] = {"text": _sources(gathered.values(), folder)}
    return gathered


def number_text(value, form, spread=None):
    """A number as the paper prints it, with its unit and, where there is one, its standard deviation.

    >>> number_text(0.8712, {"factor": 100, "digits": 1, "unit": "%"}, 0.0123)
    '87.1 ± 1.2%'
    """
    if value is None or math.isnan(value):
        return ABSENT
    text = _rounded(value, form)
    if spread is not None and not math.isnan(spread):
        text += f" ± {_rounded(spread, form)}"
    return text + form.get("unit", "")


def chosen_words(ours, entry, against=None):
    """The words that fit a number: above or below another, or ``than``, or neither.

    A number is above if its whole interval is; two intervals that overlap are the same. Numbers of the same
    spectra are compared by the interval of their paired difference, which is a number of its own.
    """
    ends = [_ends(ours), (entry.get("than", 0),) * 2 if against is None else _ends(against)]
    if any(math.isnan(end) for pair in ends for end in pair):
        return entry.get("absent", ABSENT)
    (low, high), (other_low, other_high) = ends
    return entry["above"] if low > other_high else entry["below"] if high < other_low else entry["same"]


def typeset(folder, numbers, results, output):
    """Typeset the paper.

    Parameters
    ----------
    folder : path
        Its source: ``paper.typ`` and what that includes.
    numbers : path
        What `gather` made, as JSON.
    results : path
        Directory of the exhibits.
    output : path
        The PDF; the same source and results give the same bytes.

    Raises
    ------
    PaperError
        If the text asks for a number that is not there, or an exhibit cannot be shown.
    """
    told = json.loads(Path(numbers).read_text())
    sections = {
        name.removeprefix("section."): one for name, one in told.items() if name.startswith("section.")
    }
    absent = [name for name, one in sections.items() if one["text"] == "absent"]
    for exhibit in exhibits(folder, absent):
        path = Path(results) / Path(exhibit).relative_to("results")
        content = path.read_bytes() if path.is_file() else b""
        whole = content.startswith(b"%PDF") and b"%%EOF" in content[-1024:]
        if not content or (path.suffix == ".pdf" and not whole):
            raise PaperError(
                f"{path}: it is not a whole {path.suffix[1:].upper()} file; delete it and run again"
            )
    with tempfile.TemporaryDirectory() as root:
        # The text sees its own files and the results, and nothing else.
        root = shutil.copytree(folder, Path(root) / "paper").parent
        shutil.copy(numbers, root / "paper" / "numbers.json")
        (root / "results").symlink_to(Path(results).resolve())
        try:
            typst.compile(root / "paper" / "paper.typ", output=output, root=root, ignore_system_fonts=True)
        except typst.TypstError as error:
            hints = "; ".join([*error.hints, *error.trace])
            raise PaperError(f"paper: {error.message} {hints}".replace(str(root), "").strip()) from error


def _document(file):
    """The document that a table is of."""
    return Path(file).parent.name


def _unjudged_documents(path):
    """Documents of which a network is not shown to be better than the trivial answer to its own task."""
    networks = pd.read_csv(path)
    return set(networks.loc[networks["verdict"] != "better", "document"])


def _as_claim(name, entry):
    """A number as a claim without a published value, so that it is found as the ledger finds its own."""
    product = {key: entry[key] for key in _SELECTOR if key in entry}
    return Claim("paper", entry["file"], "", name, "", product=product)


def _rounded(value, form):
    """A number in the unit of the format, rounded, with a true minus sign."""
    text = f"{value * form.get('factor', 1):,.{form.get('digits', 0)}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else text.removeprefix("-")


def _ends(ours):
    """Bounds of a number; itself twice where it has none."""
    return (ours.value, ours.value) if math.isnan(ours.low) else (ours.low, ours.high)


def _interval_text(ours, form):
    """Bounds of a number without their unit; nothing where it has none."""
    if math.isnan(ours.low) or math.isnan(ours.high):
        return ""
    return f"{_rounded(ours.low, form)}, {_rounded(ours.high, form)}"


def _list_text(name, entry, results, tables):
    """The rows of a table for which the words `test` (above, below, same) hold, as a list in a sentence."""
    measure(_as_claim(name, {**entry, "reduce": "max"}), results, tables)  # that the rows are there
    rows = tables[results / entry["file"]]
    for column, wanted in entry.get("where", {}).items():
        rows = rows[rows[column].isin(wanted if isinstance(wanted, list) else [wanted])]
    column, than = entry["column"], entry.get("than", 0)
    low, high = (rows.get(f"{column}_{end}", rows[column]) for end in ("low", "high"))
    holds = {"above": low > than, "below": high < than, "same": (low <= than) & (high >= than)}[entry["test"]]
    labels = rows.loc[holds, entry["label"]].astype(str).tolist()
    if not labels:
        return entry.get("none", "none")
    comma = "; " if any("," in label for label in labels) else ", "
    return labels[0] if len(labels) == 1 else f"{comma.join(labels[:-1])} and {labels[-1]}"


def _sources(gathered, folder):
    """Where the data of the numbers from a folder's tables come from."""
    texts = [one["source"] for one in gathered if one.get("table", "").startswith(f"{folder}/")]
    return ", ".join(sorted({part for text in texts for part in text.split(", ") if part})) or ABSENT
