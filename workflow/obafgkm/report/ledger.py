"""The ledger of claims: every number that the documents print, beside what came out here, and a verdict.

``config/claims.yaml`` says what each document prints and where the workflow's own number lies; its form is
described in ``workflow/schemas/claims.schema.yaml``.
"""

import math
import re
from dataclasses import dataclass, field
from pathlib import Path

import jsonschema
import pandas as pd
import yaml

from obafgkm.errors import ClaimError

__all__ = [
    "COLUMNS",
    "SCHEMA",
    "Claim",
    "expand",
    "judge",
    "ledger",
    "measure",
    "numbers_in",
    "product_files",
    "read_claims",
]

SCHEMA = Path(__file__).resolve().parents[2] / "schemas" / "claims.schema.yaml"
COLUMNS = [
    "document",
    "exhibit",
    "locator",
    "quantity",
    "unit",
    "published",
    "published_uncertainty",
    "tolerance",
    "ours",
    "ours_low",
    "ours_high",
    "seeds",
    "scale",
    "source",
    "verdict",
    "reason",
    "product",
    "text",
]
NO_SPECTRA = "no spectra"  # what tables call the source of a library that the mirror does not hold
_NUMERIC = ("published", "published_uncertainty", "tolerance", "ours", "ours_low", "ours_high", "seeds")
_NUMBER = re.compile(r"(?<![\d.])[-−]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:e-?\d+)?")
_POWER = re.compile(r"10\^\{(-?\d+)\}")
_SAMPLE = ("spectra", "stars", "sources")  # columns of products that count what a number rests on
_FEW = 30  # spectra or stars below which a number of ours can agree by chance with almost any
_REPEATS = ("seeds", "repeats", "folds")


@dataclass(frozen=True)
class Claim:
    """One number of a document.

    Parameters
    ----------
    document, exhibit, locator, quantity, unit : str
        The exhibit is an id of this workflow; the locator is the place in the document.
    value, uncertainty : float or None
        As printed; None where an exhibit carries no number.
    tolerance : float
        Largest difference that still counts as reproduced, in the printed unit.
    text : str
        The fragment of the document that holds the value; cells of a table are separated by tabs.
    product : dict or None
        Where the workflow's number lies; None where there is nothing to compare.
    reason : str
        Why there is nothing to compare, or what to bear in mind.
    sample : int or None
        Number of spectra or stars that the document's number rests on.
    independent : bool
        The number follows from settings alone (sizes of layers, of grids), so that data do not matter.
    """

    document: str
    exhibit: str
    locator: str
    quantity: str
    text: str
    unit: str = ""
    value: float | None = None
    uncertainty: float | None = None
    tolerance: float = 0.0
    product: dict | None = None
    reason: str = ""
    sample: int | None = None
    independent: bool = False

    @property
    def name(self):
        """What an error calls the claim."""
        return f"{self.document}, {self.exhibit}: {self.quantity}"


@dataclass(frozen=True)
class _Ours:
    """The workflow's number, as the ledger shows it."""

    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    seeds: float = math.nan
    source: str = ""
    sample: float = math.nan
    notes: list = field(default_factory=list)


def read_claims(path):
    """Read and check the claims.

    Returns
    -------
    list of Claim

    Raises
    ------
    ClaimError
        If the file does not follow its schema, or two claims have one name.
    """
    content = yaml.safe_load(Path(path).read_text())
    schema = yaml.safe_load(SCHEMA.read_text())
    error = jsonschema.exceptions.best_match(jsonschema.Draft202012Validator(schema).iter_errors(content))
    if error:
        place = "/".join(map(str, error.absolute_path))
        raise ClaimError(f"{path}, {place}: {error.message}")
    claims = [claim for document, groups in content.items() for claim in expand(document, groups)]
    seen = set()
    for claim in claims:
        if claim.name in seen:
            raise ClaimError(f"{path}: two claims are called '{claim.name}'; give one another quantity")
        seen.add(claim.name)
    return claims


def expand(document, groups):
    """Claims of one document, one a number: its groups' settings handed down, its tables cell by cell."""
    for group in groups:
        common = {key: group[key] for key in group.keys() - {"numbers", "table", "captions"}}
        for exhibit, caption in group.get("captions", {}).items():
            yield _claim(document, common, {"exhibit": exhibit, "text": caption, "quantity": "what it shows"})
        for number in group.get("numbers", []):
            yield _claim(document, common, number)
        if "table" in group:
            yield from _expand_table(document, common, group["table"])


def _expand_table(document, common, table):
    """One claim a cell; rows are selected by the column `by`, cells without a number are passed over."""
    columns = [{"quantity": c, "column": c} if isinstance(c, str) else c for c in table["columns"]]
    for row, text in table["rows"].items():
        cells = [cell.strip() for cell in text.split("|")][-len(columns) :]
        for cell, column in zip(cells, columns, strict=True):
            found = numbers_in(cell)
            if not found or column is None:
                continue
            product = {key: column[key] for key in column.keys() & {"column", "pattern", "factor"}}
            if "by" in table:
                product["where"] = {table["by"]: row}
            number = {key: column[key] for key in column.keys() - product.keys()}
            number |= {"quantity": f"{row}: {column['quantity']}", "value": found[0], "text": text}
            number["product"] = product
            yield _claim(document, common, number)


def _claim(document, common, number):
    """A claim from a group's settings and its own, which prevail; products and quantities are joined."""
    merged = {**common, **number}
    if merged.get("product") is not None and common.get("product") is not None:
        where = {**common["product"].get("where", {}), **merged["product"].get("where", {})}
        merged["product"] = {**common["product"], **merged["product"], "where": where}
    elif "file" not in (merged.get("product") or {}):
        merged["product"] = None
    if common.get("quantity") and number.get("quantity"):
        merged["quantity"] = f"{common['quantity']}, {number['quantity']}"
    claim = Claim(document=document, **{**merged, "text": merged["text"].replace(" | ", "\t")})
    if claim.product is None and not claim.reason:
        raise ClaimError(f"{claim.name}: it is compared with nothing and gives no reason")
    return claim


def numbers_in(text):
    """The numbers of a text, in its order, with commas between thousands or powers of ten in LaTeX."""
    text = _POWER.sub(r"1e\1", text)
    return [float(match.replace(",", "").replace("−", "-")) for match in _NUMBER.findall(text)]


def product_files(claims, scale):
    """Paths below the results that the claims are compared with at a scale, each once."""
    paths = []
    for claim in claims:
        if claim.product and scale in claim.product.get("scales", [scale]):
            paths += [claim.product["file"], claim.product.get("source", {}).get("file")]
    return sorted(set(filter(None, paths)))


def ledger(claims, results, scale):
    """Compare every claim with its product.

    Parameters
    ----------
    claims : list of Claim
    results : path
        Directory of the products.
    scale : str
        Label of the configuration that made them.

    Returns
    -------
    DataFrame
        Columns `COLUMNS`, one row a claim.

    Raises
    ------
    ClaimError
        If a product is not there, or its selector matches no row or several.
    """
    tables, rows = {}, []
    for claim in claims:
        ours = measure(claim, Path(results), tables, scale)
        verdict, reason = judge(claim, ours)
        row = {name: getattr(claim, name) for name in COLUMNS[:5]}
        row |= {"published": claim.value, "published_uncertainty": claim.uncertainty}
        row |= {"tolerance": claim.tolerance if claim.value is not None else None}
        row |= {"ours": ours.value, "ours_low": ours.low, "ours_high": ours.high, "seeds": ours.seeds}
        row |= {"scale": scale, "source": ours.source, "verdict": verdict, "reason": reason}
        row |= {"product": claim.product["file"] if claim.product else "", "text": claim.text}
        rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(_NUMERIC, float))


def judge(claim, ours):
    """Verdict on a claim and the reason for it.

    A number is reproduced if it lies within the tolerance, or if the printed one lies within its interval.
    Simulated data cannot reproduce a number that depends on data, nor can a handful of spectra; a count of
    spectra is compared with one on as many.

    Returns
    -------
    verdict : str
        ``reproduced``, ``differs`` or ``not comparable``.
    reason : str
    """
    notes = [*ours.notes, *([claim.reason] if claim.reason else [])]
    if claim.product is None or ours.notes:
        return "not comparable", "; ".join(notes)
    if not claim.independent and "simulated" in ours.source:
        share = "simulated" if set(ours.source.split(", ")) == {"simulated"} else "in part simulated"
        return "not comparable", "; ".join([share, *notes])
    if ours.source == NO_SPECTRA and not claim.independent:
        return "not comparable", "; ".join(["the archive was not there", *notes])
    if math.isnan(ours.value):
        return "not comparable", "; ".join(["not defined for these data", *notes])
    if claim.sample and ours.sample == ours.sample and ours.sample != claim.sample:
        notes.insert(0, f"on {ours.sample:,.0f} of the document's {claim.sample:,}")
        other_size = not 0.9 < ours.sample / claim.sample < 1.1
        if ours.sample < _FEW or (claim.unit == "spectra" and other_size):
            return "not comparable", "; ".join(notes)
    difference = abs(ours.value - claim.value)
    if difference <= claim.tolerance + 1e-9 * abs(claim.value):
        return "reproduced", "; ".join([f"within {claim.tolerance:g}" if difference else "equal", *notes])
    if ours.low <= claim.value <= ours.high:
        return "reproduced", "; ".join(["the interval holds the published value", *notes])
    return "differs", "; ".join([f"off by {ours.value - claim.value:+,.4g}", *notes])


def measure(claim, results, tables, scale):
    """The workflow's number for a claim.

    Parameters
    ----------
    claim : Claim
    results : Path
        Directory of the products.
    tables : dict
        Path to table; those read are added.
    scale : str
        Label of the configuration that made the products.

    Returns
    -------
    object
        With ``value``, its bounds ``low`` and ``high``, ``seeds``, ``source``, ``sample`` and ``notes``; NaN
        where there is none.

    Raises
    ------
    ClaimError
        If the product, its column or its rows are not there, or several rows match.
    """
    product = claim.product
    if product is None:
        return _Ours()
    if scale not in product.get("scales", [scale]):
        return _Ours(notes=[f"made at the scale {' or '.join(product['scales'])} only"])
    rows = _select(claim, product, results, tables)
    factor, reduce, column = product.get("factor", 1), product.get("reduce"), product.get("column")
    if column is not None and column not in rows:
        raise ClaimError(f"{claim.name}: {product['file']} has no column '{column}'")
    if reduce is None and len(rows) != 1:
        raise ClaimError(
            f"{claim.name}: {len(rows)} rows of {product['file']} match {product.get('where', {})}, not one"
        )
    if reduce not in (None, "count") and rows.empty:
        raise ClaimError(f"{claim.name}: no row of {product['file']} matches {product.get('where', {})}")
    source = _source(claim, product, rows, results, tables)
    if reduce:
        value = float(len(rows)) if reduce == "count" else float(getattr(rows[column], reduce)())
        return _Ours(value=factor * value, source=source)
    row = rows.iloc[0]
    ends = [row.get(f"{column}_{end}", math.nan) for end in ("low", "high")]
    low, high = sorted(factor * float(end) for end in ends)
    return _Ours(
        value=factor * _number(claim, row[column], product.get("pattern")),
        low=low,
        high=high,
        seeds=_first(row, _REPEATS),
        sample=_first(row, _SAMPLE),
        source=source,
    )


def _select(claim, product, results, tables):
    """Rows of a product whose columns hold the wanted values."""
    path = results / product["file"]
    if path not in tables:
        try:
            tables[path] = pd.read_csv(path, keep_default_na=False, na_values=[""])  # NULL is a class
        except FileNotFoundError:
            raise ClaimError(f"{claim.name}: its product {path} is not there") from None
    rows = tables[path]
    for column, wanted in product.get("where", {}).items():
        if column not in rows:
            raise ClaimError(f"{claim.name}: {path} has no column '{column}'")
        values = wanted if isinstance(wanted, list) else [wanted]
        rows = rows[rows[column].isin(values) | rows[column].astype(str).isin(map(str, values))]
    return rows


def _source(claim, product, rows, results, tables):
    """Where the data of a number come from: of its own rows, or of the product named for it.

    A count of no rows has the source of the whole product.
    """
    if "source" in product:
        rows = _select(claim, product["source"], results, tables)
    elif rows.empty:
        rows = tables[results / product["file"]]
    if "source" in rows:
        parts = {part for text in rows["source"].dropna() for part in text.split(", ")}
        return ", ".join(sorted(parts))
    if claim.independent:
        return ""
    raise ClaimError(f"{claim.name}: {product['file']} does not say where its data come from")


def _number(claim, cell, pattern):
    """A cell as a number; of a text, the part that the pattern picks."""
    if pattern is None:
        return float(cell)
    found = re.search(pattern, str(cell))
    if found is None:
        raise ClaimError(f"{claim.name}: '{pattern}' does not match '{cell}' in {claim.product['file']}")
    return float(found[1])


def _first(row, names):
    """The first of some columns that a row has."""
    return next((float(row[name]) for name in names if name in row), math.nan)
