"""The ledger of claims as a static page with filters and sorting in the browser."""

import html
import math
import re
import string

from obafgkm.report.ledger import summary
from obafgkm.report.verdicts import VERDICTS

__all__ = ["page"]

_COLUMNS = {
    "verdict": "Verdict",
    "place": "Document",
    "quantity": "Quantity, and the document's words",
    "published": "Published",
    "picture": "Comparison",
    "ours": "Ours",
    "stake": "At stake",
    "source": "Data",
    "reason": "Reason",
    "product": "Exhibit and file",
}
_NUMBERS = ("published", "ours", "stake")
_MINUS = re.compile(r"(?<![\w.])-(?=[\d.])")  # a hyphen before a number
_WIDTH, _HEIGHT, _MARGIN = 120, 26, 5  # pixels of an interval plot


def page(table, template, titles=None):
    """The page: differing claims first, then those left open by too few spectra, each by relative difference.

    Parameters
    ----------
    table : DataFrame
        Of `obafgkm.report.ledger.ledger`.
    template : str
        HTML with the places ``$summary``, ``$counts``, ``$exceptions``, ``$head``, ``$rows``, ``$documents``,
        ``$verdicts``, ``$sources`` and ``$scale``.
    titles : dict of str to str, optional
        Of the documents.

    Returns
    -------
    str
    """
    named = {name: (titles or {}).get(name, name) for name in table["document"].unique()}
    table = table.assign(title=table["document"].map(named))
    counts = table["verdict"].value_counts()
    verdicts = [name for name in VERDICTS if name in counts]
    ordered = table.assign(
        rank=table["verdict"].map(VERDICTS.index),
        weight=-table["stake"].fillna(0),
        bare=table["published"].isna(),
    ).sort_values(["rank", "bare", "weight"], kind="stable")
    by_hand = table[table["by_hand"] != ""]
    return string.Template(template).substitute(
        summary="".join(
            f"<li><b>{html.escape(named[document])}</b>: {html.escape(line)}</li>"
            for document, line in summary(table).items()
        ),
        counts="".join(
            f'<div class="{_class(name)}"><b>{counts[name]:,}</b> {html.escape(name)}</div>'
            for name in verdicts
        ),
        exceptions=_exceptions(by_hand),
        head="".join(map(_heading, _COLUMNS)),
        rows="\n".join(map(_row, ordered.to_dict("records"))),
        documents=_options(table["title"].unique()),
        verdicts=_options(verdicts),
        sources=_options(sorted(set(table["source"]) - {""})),
        scale=html.escape(", ".join(table["scale"].unique())),
    )


def _exceptions(claims):
    """Number of standard errors set by hand, and the reasons."""
    if claims.empty:
        return "No standard error was set by hand."
    reasons = claims["by_hand"].value_counts()
    told = "; ".join(f"{html.escape(reason)} ({count})" for reason, count in reasons.items())
    return f"The standard errors of {len(claims)} numbers were set by hand: {told}."


def _heading(name):
    """A column heading that sorts the table."""
    kind = ' class="number"' if name in _NUMBERS else ""
    return f'<th scope="col"{kind}><button type="button">{html.escape(_COLUMNS[name])}</button></th>'


def _row(row):
    """One claim; numbers carry their values for sorting."""
    unit = f" {row['unit']}" if row["unit"] else ""
    cells = {
        "verdict": f'<span class="mark">{html.escape(row["verdict"])}</span>',
        "place": f"<b>{html.escape(row['title'])}</b><small>{html.escape(row['locator'])}</small>",
        "quantity": html.escape(row["quantity"] + (f" ({row['unit']})" if row["unit"] else ""))
        + f"<q>{html.escape(row['text'].replace('**', ''))}</q>",
        "published": _number(row, "published", unit),
        "picture": _picture(row),
        "ours": _number(row, "ours", unit),
        "stake": _short(row["stake"]),
        "source": html.escape(row["source"]),
        "reason": html.escape(_MINUS.sub("−", row["reason"])),
        "product": "<br>".join(f"<code>{html.escape(path)}</code>" for path in _paths(row)),
    }
    data = {"document": row["title"], "verdict": row["verdict"], "source": row["source"]}
    attributes = "".join(f' data-{name}="{html.escape(value)}"' for name, value in data.items())
    body = "".join(
        f'<td class="number" data-value="{_key(row[name])}">{cell}</td>'
        if name in _NUMBERS
        else f"<td>{cell}</td>"
        for name, cell in cells.items()
    )
    return f'<tr class="{_class(row["verdict"])}"{attributes}>{body}</tr>'


def _paths(row):
    """The exhibit, without its suffix, and the table of our number, below the results."""
    return dict.fromkeys(filter(None, (f"{row['document']}/{row['exhibit']}", row["product"])))


def _number(row, name, unit):
    """A number with its interval and its sample below it."""
    if math.isnan(row[name]):
        return "–"
    small = []
    if not math.isnan(row[f"{name}_low"]):
        small.append(f"{_short(row[f'{name}_low'])} to {_short(row[f'{name}_high'])}")
    if not math.isnan(row[f"{name}_n"]) and row["kind"] not in ("size", "parameter", "setting", "entry"):
        small.append(f"n = {row[f'{name}_n']:,.0f}")
    text = f"{row[name]:,.9g}".replace("-", "−") if name == "published" else _short(row[name])
    return text + (html.escape(unit) if unit == " %" else "") + f"<small>{'<br>'.join(small)}</small>"


def _short(value):
    if math.isnan(value):
        return ""
    text = f"{value:,.0f}" if float(value).is_integer() or abs(value) >= 1000 else f"{value:,.3g}"
    return text.replace("-", "−")


def _key(value):
    return "" if math.isnan(value) else f"{value:.6g}"


def _picture(row):
    """Published number above ours on one scale, dots with intervals; counts are shown as shares."""
    points = {}
    for name in ("published", "ours"):
        whole = row[f"{name}_n"] if row["kind"] == "count" else 1
        points[name] = [
            row[key] / whole if whole else math.nan for key in (name, f"{name}_low", f"{name}_high")
        ]
    numbers = [value for three in points.values() for value in three if math.isfinite(value)]
    if math.isnan(points["published"][0]) or math.isnan(points["ours"][0]):
        return ""
    low, high = min(numbers), max(numbers)
    scale = (_WIDTH - 2 * _MARGIN) / (high - low) if high > low else 0

    def place(value):
        return _WIDTH / 2 if not scale else _MARGIN + scale * (value - low)

    marks = []
    for name, y in (("published", 8), ("ours", 18)):
        value, left, right = points[name]
        if math.isfinite(left):
            marks.append(f'<path class="{name}" d="M{place(left):.1f} {y}H{place(right):.1f}"/>')
        marks.append(f'<circle class="{name}" cx="{place(value):.1f}" cy="{y}" r="3"/>')
    frame = f'width="{_WIDTH}" height="{_HEIGHT}" role="img" aria-label="published and ours"'
    return f"<svg {frame}>{''.join(marks)}</svg>"


def _class(verdict):
    return verdict.replace(" ", "-")


def _options(names):
    return "".join(f"<option>{html.escape(name)}</option>" for name in names)
