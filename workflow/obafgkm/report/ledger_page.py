"""The ledger of claims as one page that needs no server: it filters and sorts in the browser."""

import html
import string

__all__ = ["page"]

_SHOWN = {
    "document": "Document",
    "exhibit": "Exhibit",
    "locator": "Place",
    "quantity": "Quantity",
    "unit": "Unit",
    "published": "Published",
    "tolerance": "Tolerance",
    "ours": "Ours",
    "seeds": "Runs",
    "source": "Data",
    "verdict": "Verdict",
    "reason": "Reason",
}
_NUMBERS = {"published", "tolerance", "ours", "seeds"}


def page(table, template):
    """The page.

    Parameters
    ----------
    table : DataFrame
        Of `obafgkm.report.ledger.ledger`.
    template : str
        HTML with the places ``$head``, ``$rows``, ``$counts``, ``$documents``, ``$verdicts`` and ``$scale``.

    Returns
    -------
    str
    """
    counts = table["verdict"].value_counts()
    numbered_first = table.sort_values("published", key=lambda column: column.isna(), kind="stable")
    verdicts = [name for name in ("reproduced", "differs", "not comparable") if name in counts]
    return string.Template(template).substitute(
        head="".join(map(_heading, _SHOWN)),
        rows="\n".join(_row(row) for row in numbered_first.to_dict("records")),
        counts="".join(
            f'<div class="{_class(name)}"><b>{counts[name]}</b> {name}</div>' for name in verdicts
        ),
        documents=_options(table["document"].unique()),
        verdicts=_options(verdicts),
        scale=html.escape(", ".join(table["scale"].unique())),
    )


def _heading(name):
    """A heading that sorts by its column."""
    kind = ' class="number"' if name in _NUMBERS else ""
    return f'<th scope="col"{kind}><button type="button">{_SHOWN[name]}</button></th>'


def _row(row):
    """One claim; numbers carry their value for sorting."""
    cells = []
    for name in _SHOWN:
        if name in _NUMBERS:
            value = "" if row[name] != row[name] else f"{row[name]:.6g}"
            cells.append(f'<td class="number" data-value="{value}">{_shown(row, name)}</td>')
        elif name == "verdict":
            cells.append(f'<td><span class="mark">{html.escape(row[name])}</span></td>')
        else:
            title = f' title="{html.escape(row["text"])}"' if name == "quantity" else ""
            cells.append(f"<td{title}>{html.escape(str(row[name]))}</td>")
    return f'<tr class="{_class(row["verdict"])}">{"".join(cells)}</tr>'


def _shown(row, name):
    """A number as it is read: the printed one with its uncertainty, ours with its interval."""
    if row[name] != row[name]:
        return "–"
    if name == "published" and row["published_uncertainty"] == row["published_uncertainty"]:
        return f"{row[name]:,.9g} ± {row['published_uncertainty']:.4g}"
    if name == "published":
        return f"{row[name]:,.9g}"
    text = f"{row[name]:,.0f}" if row[name].is_integer() else f"{row[name]:,.4g}"
    if name == "ours" and row["ours_low"] == row["ours_low"]:
        text += f" <small>({row['ours_low']:,.4g} to {row['ours_high']:,.4g})</small>"
    return text


def _class(verdict):
    return verdict.replace(" ", "-")


def _options(names):
    return "".join(f"<option>{html.escape(name)}</option>" for name in names)
