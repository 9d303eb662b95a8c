"""The claims: every number printed in the documents, with its location, kind and sample.

They are listed in ``config/claims.yaml``, whose format is described in
``workflow/schemas/claims.schema.yaml``.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from obafgkm.errors import ClaimError
from obafgkm.mk import parse
from obafgkm.report.schema import read_declared

__all__ = ["SCHEMA", "Claim", "expand", "numbers_in", "product_files", "read_claims", "settled"]

SCHEMA = Path(__file__).resolve().parents[2] / "schemas" / "claims.schema.yaml"
_NUMBER = re.compile(r"(?<![\d.])[-−]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?:e-?\d+)?")
_POWER = re.compile(r"10\^\{(-?\d+)\}")
_BY_ROW = ("sample", "spread", "chance")  # what one column of a printed table may give for others
_OF_A_CELL = ("column", "pattern", "factor")


@dataclass(frozen=True)
class Claim:
    """One number of a document.

    Parameters
    ----------
    document, exhibit, locator, quantity, unit : str
        The exhibit is an id of this workflow; the locator is the place in the document.
    text : str
        The fragment of the document that holds the value; cells of a table are separated by tabs.
    value, uncertainty : float or None
        As printed; None where an exhibit carries no number.
    word : str
        The printed word if it is not a number, such as six, or the name of a choice, whose value is then 1.
    kind : str
        One of `obafgkm.report.verdicts.KINDS`.
    sample : int or None
        Number of spectra or stars on which the document's number is based.
    spread : float or None
        Standard deviation printed beside a mean, or coefficient of determination of a slope.
    repeats : int or None
        Number of folds or trainings of which `uncertainty` is the standard deviation.
    chance : float or None
        Result of an answer that ignores the data, as a share for a fraction or a count.
    options : int or None
        Number of options of a choice.
    part : bool
        Whether the available archive may hold only part of the sample.
    by_hand : dict or None
        Standard error set by hand, ``error``, with its ``reason``.
    synthetic : str
        For numbers on synthetic spectra: the models of the document.
    contradicts : dict or None
        Another number in the document that contradicts this one.
    product : dict or None
        Location of the workflow's number; None if there is nothing to compare.
    reason : str
        Why there is nothing to compare, or a caveat.
    """

    document: str
    exhibit: str
    locator: str
    quantity: str
    text: str
    unit: str = ""
    value: float | None = None
    word: str = ""
    uncertainty: float | None = None
    kind: str = ""
    sample: int | None = None
    spread: float | None = None
    repeats: int | None = None
    chance: float | None = None
    options: int | None = None
    part: bool = False
    by_hand: dict | None = None
    synthetic: str = ""
    contradicts: dict | None = None
    product: dict | None = None
    reason: str = ""

    @property
    def name(self):
        """Name of the claim in error messages."""
        return f"{self.document}, {self.exhibit}: {self.quantity}"

    @property
    def error(self):
        """Standard error set by hand, or None."""
        return self.by_hand["error"] if self.by_hand else None

    @property
    def error_reason(self):
        """Why the standard error was set by hand, or ''."""
        return f"error set by hand: {self.by_hand['reason']}" if self.by_hand else ""

    @property
    def step(self):
        """Unit of the last printed digit; 0 if the text does not print the value as a number."""
        for match in _NUMBER.findall(_POWER.sub(r"1e\1", self.text)):
            plain = match.replace(",", "").replace("−", "-")
            if float(plain) == self.value:
                mantissa, _, power = plain.partition("e")
                return 10.0 ** (int(power or 0) - len(mantissa.partition(".")[2]))
        return 0.0


def read_claims(path):
    """Read and check the claims.

    Returns
    -------
    list of Claim

    Raises
    ------
    ClaimError
        If the file does not follow its schema, or two claims have the same name.
    """
    content = read_declared(path, SCHEMA, ClaimError)
    claims = [claim for document, groups in content.items() for claim in expand(document, groups)]
    seen = set()
    for claim in claims:
        if claim.name in seen:
            raise ClaimError(f"{path}: two claims are called '{claim.name}'; give one another quantity")
        seen.add(claim.name)
    return claims


def expand(document, groups):
    """Claims of one document, one per number, with inherited group settings; tables cell by cell."""
    for group in groups:
        common = {key: group[key] for key in group.keys() - {"numbers", "table", "captions"}}
        for exhibit, caption in group.get("captions", {}).items():
            yield _claim(document, common, {"exhibit": exhibit, "text": caption, "quantity": "what it shows"})
        for number in group.get("numbers", []):
            yield _claim(document, common, number)
        if "table" in group:
            yield from _expand_table(document, common, group["table"])


def _expand_table(document, common, table):
    """One claim per cell; rows are selected by the column `by`, cells without a number are skipped."""
    columns = [{"quantity": c, "column": c} if isinstance(c, str) else c for c in table["columns"]]
    rows = {}
    for row, text in table["rows"].items():
        cells = [cell.strip() for cell in text.split("|")][-len(columns) :]
        rows[row] = [_value(cell, column) for cell, column in zip(cells, columns, strict=True)]
    matrix = _confusion(rows) if table.get("confusion") else None
    for row, text in table["rows"].items():
        named = {c["quantity"]: v for c, v in zip(columns, rows[row], strict=True) if c is not None}
        for i, (value, column) in enumerate(zip(rows[row], columns, strict=True)):
            if value is None:
                continue
            product = {key: column[key] for key in _OF_A_CELL if key in column}
            if "by" in table:
                product["where"] = {table["by"]: row}
            elif "keys" in table:
                product["where"] = table["keys"][row]
            number = {key: column[key] for key in column.keys() - {*_OF_A_CELL, "type"}}
            number |= {"quantity": f"{row}: {column['quantity']}", "value": value, "text": text}
            number |= {key: named[column[key]] for key in _BY_ROW if isinstance(column.get(key), str)}
            if "samples" in table:
                number["sample"] = table["samples"][row]
            if matrix:
                number |= {"sample": matrix[0][row], "chance": matrix[1][i]}
            if "sample" in number:
                number["sample"] = int(number["sample"])
            number["product"] = product
            yield _claim(document, common, number)


def _value(cell, column):
    """The number in a cell, or the class of a star; None if there is neither."""
    if column is None:
        return None
    if column.get("type"):
        return float(parse(cell).number)
    return next(iter(numbers_in(cell)), None)


def _confusion(rows):
    """Sum of each row of a confusion matrix, and share of each column in the total: the chance level."""
    sums = {row: sum(cell or 0 for cell in cells) for row, cells in rows.items()}
    whole = sum(sums.values())
    shares = [sum(cell or 0 for cell in column) / whole for column in zip(*rows.values(), strict=True)]
    return sums, shares


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
    if claim.product is None and not (claim.reason or claim.contradicts):
        raise ClaimError(f"{claim.name}: it is compared with nothing and gives no reason")
    if claim.value is not None and not claim.kind:
        raise ClaimError(f"{claim.name}: it does not say of what kind it is")
    if claim.product and claim.kind == "choice" and not claim.options:
        raise ClaimError(f"{claim.name}: a choice needs the number of its options")
    return claim


def numbers_in(text):
    """The numbers in a text, in order, with commas as thousands separators or powers of ten in LaTeX."""
    text = _POWER.sub(r"1e\1", text)
    return [float(match.replace(",", "").replace("−", "-")) for match in _NUMBER.findall(text)]


def product_files(claims):
    """Distinct paths below the results with which the claims are compared."""
    paths = []
    for claim in claims:
        if claim.product:
            parts = [claim.product, *(claim.product.get(key, {}) for key in ("source", "of"))]
            paths += [part.get("file") for part in parts]
    return sorted(set(filter(None, paths)))


def settled(claims, made):
    """Claims, each compared with the table that a run makes for it.

    Where a run makes the table that a product names as ``instead``, that one stands for its ``file``: it has
    the same form and rests on more data.

    Parameters
    ----------
    claims : list of Claim
    made : iterable of str
        Paths below the results of the tables that the run makes.

    Returns
    -------
    list of Claim
    """
    made, found = set(made), []
    for claim in claims:
        product = claim.product or {}
        if product.get("instead") in made:
            claim = replace(claim, product={**product, "file": product["instead"]})
        found.append(claim)
    return found
