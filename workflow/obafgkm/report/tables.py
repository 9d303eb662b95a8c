"""Tables as CSV for machines and as LaTeX for papers."""

import itertools
from pathlib import Path

import numpy as np

__all__ = ["write_table"]

_MOST = 8  # columns of a LaTeX table
# Parts of a column's name as they are printed; all others are words.
_PRINTED = {
    "teff": r"$T_\mathrm{eff}$",
    "logg": r"$\log g$",
    "feh": "[M/H]",
    "vsini": r"$v \sin i$",
    "sigma": r"$\sigma$",
    "r2": "$R^2$",
    "f1": "$F_1$",
    "p": "$p$",
    "mad": "MAD",
    "mae": "MAE",
    "rms": "rms",
    "sd": "s.d.",
    "snr": "S/N",
    "sdss": "SDSS",
    "mk": "MK",
    "mcnemar": "McNemar",
}


def write_table(table, csv, tex, digits=2):
    """Write a table in both forms; CSV keeps six digits, LaTeX is rounded to `digits` decimals.

    In LaTeX, columns ``x_low`` and ``x_high`` become the bounds of column ``x``, in brackets, and heads are
    words. A table of more than eight columns is printed in parts, one below the other, each of which begins
    with the leading columns of text.

    Parameters
    ----------
    table : DataFrame
    csv, tex : path
    digits : int
    """
    table.to_csv(csv, index=False, float_format="%.6g")
    names = [name for name in table if not name.endswith(("_low", "_high"))]
    parts = [_tabular(table, part, digits) for part in _parts(table, names)]
    Path(tex).write_text("\n\\medskip\n\n".join(parts))


def _parts(table, names):
    """The columns of each part of a LaTeX table."""
    if len(names) <= _MOST:
        return [names]
    keys = [*itertools.takewhile(lambda name: table[name].dtype.kind not in "iufb", names)][: _MOST // 2]
    keys = keys or names[:1]
    others = np.array(names[len(keys) :])
    return [[*keys, *part] for part in np.array_split(others, -(-len(others) // (_MOST - len(keys))))]


def _tabular(table, names, digits):
    """Some columns of a table as LaTeX."""
    rows = [
        [_number(row, name, digits) if table[name].dtype.kind == "f" else _text(row[name]) for name in names]
        for _, row in table.iterrows()
    ]
    align = "".join("r" if table[name].dtype.kind in "iuf" else "l" for name in names)
    lines = [rf"\begin{{tabular}}{{{align}}}", r"\toprule", _line(map(_head, names)), r"\midrule"]
    return "\n".join([*lines, *map(_line, rows), r"\bottomrule", r"\end{tabular}", ""])


def _line(cells):
    """One line of a LaTeX table."""
    return " & ".join(cells) + r" \\"


def _head(name):
    """The name of a column in words."""
    return " ".join(_PRINTED.get(part, _text(part)) for part in name.split("_"))


def _number(row, name, digits):
    """A rounded number with its bounds in brackets, if any; a dash if missing."""
    if row[name] != row[name]:
        return "--"
    number = f"${row[name]:.{digits}f}$"
    if f"{name}_low" not in row or row[f"{name}_low"] != row[f"{name}_low"]:
        return number
    return f"{number} [${row[f'{name}_low']:.{digits}f}$, ${row[f'{name}_high']:.{digits}f}$]"


def _text(value):
    """Text with LaTeX's special characters escaped."""
    return "".join(
        {"_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#"}.get(letter, letter) for letter in str(value)
    )
