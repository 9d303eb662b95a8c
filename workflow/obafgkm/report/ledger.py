"""The ledger: every number printed in the documents beside this workflow's, with a verdict.

The printed numbers are read by `obafgkm.report.claims`; the rule for the verdicts is in
`obafgkm.report.verdicts`.
"""

import math
import re
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from obafgkm.errors import ClaimError, SpectralTypeError
from obafgkm.evaluation.metrics import survives_clipping
from obafgkm.mk import parse
from obafgkm.report.verdicts import NO_SPECTRA, OWN_PHYSICS, VERDICTS, judge

__all__ = ["COLUMNS", "Ours", "ledger", "measure", "rehearsed", "summary"]

_CLAIM = ["document", "exhibit", "locator", "quantity", "kind", "unit"]
_NUMERIC = [
    "published",
    "published_low",
    "published_high",
    "published_n",
    "ours",
    "ours_low",
    "ours_high",
    "ours_n",
    "difference_low",
    "difference_high",
    "stake",
    "repeats",
]
_WORDS = ["scale", "source", "verdict", "reason", "by_hand", "product", "text"]
COLUMNS = [*_CLAIM, *_NUMERIC, *_WORDS]
_SAMPLE = (
    "spectra",
    "stars",
    "sources",
    "test_spectra",
    "population",
)  # columns that give a number's sample size
_TOLD = {
    "differs": "differ",
    "too few to tell": "too few to tell",
    "discrepancy": "contradicted by the document itself",
    "setting": "settings",
    "not comparable": "not comparable",
}
_REPEATS = ("seeds", "repeats", "folds")


@dataclass(frozen=True)
class Ours:
    """The workflow's number.

    Attributes
    ----------
    value, low, high : float
        In the printed unit; NaN if missing.
    n : float
        Size of its sample.
    repeats, spread : float
        Number of folds or trainings, and their standard deviation.
    source : str
        Source of its data.
    notes : list of str
        Why it is missing.
    shown : list of str
        Further text from its row.
    """

    value: float = math.nan
    low: float = math.nan
    high: float = math.nan
    n: float = math.nan
    repeats: float = math.nan
    spread: float = math.nan
    source: str = ""
    notes: list = field(default_factory=list)
    shown: list = field(default_factory=list)


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
        Columns `COLUMNS`, one row per claim.

    Raises
    ------
    ClaimError
        If a product is missing, or its selector matches no row or several.
    """
    tables, rows = {}, []
    for claim in claims:
        ours = rehearsed(measure(claim, Path(results), tables), scale)
        found = judge(claim, ours)
        row = {name: getattr(claim, name) for name in _CLAIM}
        row |= {"published": claim.value, "published_n": claim.sample, "stake": found.stake}
        row |= {"ours": ours.value, "ours_n": ours.n, "repeats": ours.repeats}
        for name in ("published", "ours", "difference"):
            row[f"{name}_low"], row[f"{name}_high"] = getattr(found, name)
        if math.isnan(row["ours_low"]):
            row |= {"ours_low": ours.low, "ours_high": ours.high}
        source = "" if claim.kind in ("parameter", "setting") else ours.source  # regardless of the data
        row |= {"scale": scale, "source": source, "verdict": found.verdict}
        row["reason"] = "; ".join([found.reason, *ours.shown]) if found.reason else "; ".join(ours.shown)
        row["by_hand"] = claim.by_hand["reason"] if claim.by_hand else ""
        row |= {"product": claim.product["file"] if claim.product else "", "text": claim.text}
        rows.append(row)
    return pd.DataFrame(rows, columns=COLUMNS).astype(dict.fromkeys(_NUMERIC, float))


def summary(table):
    """One quotable line per document.

    Parameters
    ----------
    table : DataFrame
        Of `ledger`.

    Returns
    -------
    dict of str to str
    """
    lines = {}
    for document, claims in table[table["published"].notna()].groupby("document", sort=False):
        counts = claims["verdict"].value_counts()
        answered = sum(counts.get(name, 0) for name in ("reproduced", "differs", "too few to tell"))
        sizes = ((claims["verdict"] == "reproduced") & (claims["kind"] == "parameter")).sum()
        told = "reproduced"
        if sizes:
            told += f" (including {sizes} {'size' if sizes == 1 else 'sizes'} of networks or grids)"
        parts = [f"{counts[name]} {_TOLD.get(name, told)}" for name in VERDICTS if name in counts]
        lines[document] = f"{len(claims)} numbers, {answered} of them compared; {', '.join(parts)}."
    return lines


def measure(claim, results, tables):
    """The workflow's number for a claim.

    Parameters
    ----------
    claim : Claim
    results : Path
        Directory of the products.
    tables : dict
        Tables by path; new ones are added.

    Returns
    -------
    Ours

    Raises
    ------
    ClaimError
        If the product, its column or its rows are missing, or several rows match.
    """
    product = claim.product
    if product is None:
        return Ours()
    rows = _select(claim, product, results, tables)
    factor, reduce, column = product.get("factor", 1), product.get("reduce"), product.get("column")
    if column is not None and column not in rows:
        raise ClaimError(f"{claim.name}: {product['file']} has no column '{column}'")
    if rows.empty and "optional" in product:
        return Ours(source=_source(claim, product, rows, results, tables), notes=[product["optional"]])
    if reduce is None and len(rows) != 1:
        raise ClaimError(
            f"{claim.name}: {len(rows)} rows of {product['file']} match {product.get('where', {})}, not one"
        )
    if reduce not in (None, "count") and rows.empty:
        raise ClaimError(f"{claim.name}: no row of {product['file']} matches {product.get('where', {})}")
    source = _source(claim, product, rows, results, tables)
    if reduce:
        number, n, spread = _reduced(product, rows)
        repeats = n if spread == spread else math.nan
        n = _sample(claim, product, results, tables) if "of" in product else n
        return Ours(value=factor * number, n=n, repeats=repeats, spread=factor * spread, source=source)
    row = rows.iloc[0]
    ends = [row.get(f"{column}_{end}", math.nan) for end in ("low", "high")]
    low, high = sorted(factor * float(end) for end in ends)
    return Ours(
        value=factor * _number(claim, row[column], product.get("pattern")),
        low=low,
        high=high,
        n=_first(row, [product["sample"]] if "sample" in product else _SAMPLE)
        if "of" not in product
        else _sample(claim, product, results, tables),
        repeats=_first(row, _REPEATS),
        spread=factor * float(row[product["sd"]]) if "sd" in product else math.nan,
        source=source,
        shown=[f"{name.replace('_', ' ')} {row[name]}" for name in product.get("shown", []) if name in row],
    )


def rehearsed(ours, scale):
    """The workflow's number at a scale; all data of a rehearsal are simulated, whatever its tables state."""
    if scale != "rehearsal" or ours.source in ("", NO_SPECTRA):
        return ours
    return replace(ours, source=OWN_PHYSICS)


def _sample(claim, product, results, tables):
    """Sample size of a number: the number of rows named for it, or the sum of their cells."""
    of = {"file": product["file"], **product["of"]}
    rows = _select(claim, of, results, tables)
    if "column" not in of:
        return float(len(rows))
    if rows.empty:
        raise ClaimError(f"{claim.name}: no row of {of['file']} says what it is out of")
    return float(rows[of["column"]].sum()) * of.get("share", 1)


def _reduced(product, rows):
    """One number from many rows; for a statistic also their number, and for a mean their scatter."""
    if product["reduce"] == "count":
        return float(len(rows)), math.nan, math.nan
    values = rows[product["column"]].astype(float)
    if "minus" in product:
        values = values - rows[product["minus"]]
    if product["reduce"] == "last":
        return float(values.iloc[-1]), math.nan, math.nan
    if product["reduce"].startswith("clipped_"):
        values = values.dropna()[lambda known: survives_clipping(known.to_numpy())]
    name = product["reduce"].removeprefix("clipped_")
    n = float(len(values)) if name in ("mean", "std") else math.nan
    number = values.std(ddof=0) if name == "std" else getattr(values, name)()  # as `dispersion`
    return float(number), n, float(values.std()) if name == "mean" else math.nan


def _select(claim, product, results, tables):
    """Rows of a product whose columns match the given values."""
    path = results / product["file"]
    if path not in tables:
        try:
            tables[path] = pd.read_csv(path, keep_default_na=False, na_values=[""])  # NULL is a class
        except FileNotFoundError:
            raise ClaimError(f"{claim.name}: its product {path} is not there") from None
    rows = tables[path]
    for key in ("where", "match", "below"):
        for column, wanted in product.get(key, {}).items():
            if column not in rows:
                raise ClaimError(f"{claim.name}: {path} has no column '{column}'")
            rows = rows[_holds(rows[column], key, wanted)]
    return rows


def _holds(values, key, wanted):
    if key == "match":
        return values.astype(str).str.contains(wanted)
    if key == "below":
        return values < wanted
    wanted = wanted if isinstance(wanted, list) else [wanted]
    return values.isin(wanted) | values.astype(str).isin(map(str, wanted))


def _source(claim, product, rows, results, tables):
    """Source of the data of a number: from its own rows, or from the product named for it.

    A count of zero rows has the source of the whole product.
    """
    if "source" in product:
        rows = _select(claim, product["source"], results, tables)
    elif rows.empty:
        rows = tables[results / product["file"]]
    if "source" in rows:
        parts = {part for text in rows["source"].dropna() for part in text.split(", ")}
        return ", ".join(sorted(parts))
    if claim.kind in ("parameter", "setting"):
        return ""
    raise ClaimError(f"{claim.name}: {product['file']} does not say where its data come from")


def _number(claim, cell, pattern):
    """A cell as a number: for text, the part matched by the pattern; for a spectral type, the class."""
    if claim.kind in ("type", "entry") and isinstance(cell, str):
        try:
            return float(parse(cell).number)
        except SpectralTypeError:
            return math.nan
    if pattern is None:
        return float(cell)
    found = re.search(pattern, str(cell))
    if found is None:
        raise ClaimError(f"{claim.name}: '{pattern}' does not match '{cell}' in {claim.product['file']}")
    return float(found[1])


def _first(row, names):
    """The first of several columns present in a row."""
    return next((float(row[name]) for name in names if name in row), math.nan)
