"""The paper: its numbers, gathered from result tables by name, and its typesetting.

``paper/numbers.yaml`` assigns each number to a table cell (its format is described in
``workflow/schemas/numbers.schema.yaml``); the text in ``paper/*.typ`` refers to numbers by name and to
exhibits by path. A section declared as optional is in the paper only if the run makes everything it rests on.
"""

import json
import math
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import typst

from obafgkm.errors import PaperError
from obafgkm.report.claims import Claim
from obafgkm.report.declaration import NETWORKS, exhibits
from obafgkm.report.ledger import measure, rehearsed

__all__ = ["chosen_words", "gather", "number_text", "typeset"]

ABSENT = "—"
UNJUDGED = "[not compared: the networks of this run are not shown to have learnt]"
_SELECTOR = ("file", "where", "column", "reduce", "source")


def gather(declaration, claims, settings, results, scale, absent=()):
    """The paper's numbers and words.

    Parameters
    ----------
    declaration : dict
        From `obafgkm.report.declaration.read_declaration`.
    claims : list of Claim
        The numbers printed in the documents.
    settings : dict
        Values in the configuration of the names in ``settings``.
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
        A dict for each name: ``text``, and for numbers ``interval`` (text, may be empty), ``source`` and
        ``table``. Comparing words and lists are `UNJUDGED` unless every network of the document is shown to
        have learnt.

    Raises
    ------
    PaperError, ClaimError
        If a table, a column, a row, a claim or a number needed for words is missing, or several rows match.
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
    """A number as printed in the paper, with its unit and, if given, its standard deviation.

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
    """The words that describe a number: above or below another, or ``than``, or neither.

    A number is above if its whole interval is; overlapping intervals count as the same. Numbers for the same
    spectra are compared through the interval of their paired difference, which is a separate number.
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
        Its source: ``paper.typ`` and the files it includes.
    numbers : path
        The result of `gather`, as JSON.
    results : path
        Directory of the exhibits.
    output : path
        The PDF; the same source and results give the same bytes.

    Raises
    ------
    PaperError
        If the text uses a number that is missing, or an exhibit cannot be shown.
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
        # The text has access only to its own files and the results.
        root = shutil.copytree(folder, Path(root) / "paper").parent
        shutil.copy(numbers, root / "paper" / "numbers.json")
        (root / "results").symlink_to(Path(results).resolve())
        try:
            typst.compile(root / "paper" / "paper.typ", output=output, root=root, ignore_system_fonts=True)
        except typst.TypstError as error:
            hints = "; ".join([*error.hints, *error.trace])
            raise PaperError(f"paper: {error.message} {hints}".replace(str(root), "").strip()) from error


def _document(file):
    """The document to which a table belongs."""
    return Path(file).parent.name


def _unjudged_documents(path):
    """Documents with a network that is not better than the trivial answer on a sample that could show it."""
    networks = pd.read_csv(path)
    return set(networks.loc[~networks["verdict"].isin(["better", "too few to tell"]), "document"])


def _as_claim(name, entry):
    """A number as a claim without a published value, so that the ledger's code can find it."""
    product = {key: entry[key] for key in _SELECTOR if key in entry}
    return Claim("paper", entry["file"], "", name, "", product=product)


def _rounded(value, form):
    """A number in the unit of the format, rounded, with a true minus sign."""
    text = f"{value * form.get('factor', 1):,.{form.get('digits', 0)}f}"
    return text.replace("-", "−") if float(text.replace(",", "")) else text.removeprefix("-")


def _ends(ours):
    """Bounds of a number; the number itself, twice, if it has none."""
    return (ours.value, ours.value) if math.isnan(ours.low) else (ours.low, ours.high)


def _interval_text(ours, form):
    """Bounds of a number without their unit; empty if it has none."""
    if math.isnan(ours.low) or math.isnan(ours.high):
        return ""
    return f"{_rounded(ours.low, form)}, {_rounded(ours.high, form)}"


def _list_text(name, entry, results, tables):
    """The rows of a table that satisfy `test` (above, below, same), as a list within a sentence."""
    measure(_as_claim(name, {**entry, "reduce": "max"}), results, tables)  # check that the rows exist
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
    """Sources of the data behind the numbers from a folder's tables."""
    texts = [one["source"] for one in gathered if one.get("table", "").startswith(f"{folder}/")]
    return ", ".join(sorted({part for text in texts for part in text.split(", ") if part})) or ABSENT
