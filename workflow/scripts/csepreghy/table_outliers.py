"""Table of the real spectra that the autoencoder misses most, by name, and what is odd about each."""

import numpy as np
import pandas as pd

from obafgkm.report.tables import write_table
from obafgkm.spectroscopy.lines import LINES
from obafgkm.workflow.job import job

SHOWN = 12
FAINT = 3.0  # median signal-to-noise ratio of a pixel
INVALID = 0.02  # share of the pixels
# Stretches where the Earth's atmosphere emits or absorbs, or the two arms of both spectrographs meet; vacuum.
ATMOSPHERE = {
    "night sky [O I] 5577": (5573, 5584),
    "night sky Na 5892": (5885, 5902),
    "night sky [O I] 6302": (6296, 6308),
    "telluric B band": (6860, 6930),
    "telluric A band": (7590, 7720),
    "where the arms meet": (5700, 6200),
}
# Besides the thesis's lines, the broad ones of quasars, which its spectra of galaxies and stars do not reach.
BROAD = {"Lyman alpha 1216": 1215.67, "C IV 1549": 1549.06, "C III] 1909": 1908.73}
COLUMNS = {"subclass_text": "subclass", "library": "survey", "first": "from (Å)", "last": "to (Å)"}
RESTING = {line.name: line.vacuum for line in LINES} | BROAD


def lines_within(first, last, z):
    """Names of the lines that a redshift brings between two wavelengths."""
    return [name for name, wave in RESTING.items() if first <= wave * (1 + z) <= last]


def remarks(row, fit=None):
    """What is odd about a spectrum, as far as its own numbers tell.

    Parameters
    ----------
    row : Series
        Of ``misfits.csv``.
    fit : dict, optional
        What the eigen-templates say: ``fitted_class`` and ``fitted_z``.

    Returns
    -------
    list of str
    """
    where = [name for name, (a, b) in ATMOSPHERE.items() if row["first"] <= b and row["last"] >= a]
    lines = lines_within(row["first"], row["last"], row["z"])
    told = [f"{'brighter' if row['brighter'] else 'fainter'} at {' and '.join(lines)}"] if lines else []
    told += where
    if row["snr"] < FAINT:
        told.append(f"faint, S/N {row['snr']:.1f}")
    if row["invalid"] > INVALID:
        told.append(f"{row['invalid']:.0%} of the pixels invalid")
    if fit is not None and fit["fitted_class"] != row["class"]:
        told.append(f"a template of {fit['fitted_class']} at z = {fit['fitted_z']:.3f} fits better")
    return told


def table_outliers(misfits, fits=None, shown=SHOWN):
    """One row per spectrum, the largest excess over the noise first.

    Parameters
    ----------
    misfits : DataFrame
        Of every real spectrum.
    fits : DataFrame, optional
        What the eigen-templates say of the same spectra.
    shown : int
    """
    ranks = misfits.groupby("class")["excess"].rank(ascending=False, method="first")
    table = misfits.assign(rank_in_class=ranks.astype(int))
    table = table.sort_values("excess", ascending=False, kind="stable").head(shown)
    templates = {} if fits is None else fits.set_index("name").to_dict("index")
    told = [remarks(row, templates.get(row["name"])) for _, row in table.iterrows()]
    table["odd"] = ["; ".join(words) for words in told]
    table["side"] = np.where(table["brighter"], "brighter", "fainter")
    table = table.rename(columns=COLUMNS)
    order = ["name", "survey", "class", "subclass", "z", "snr", "error", "noise", "excess", "rank_in_class"]
    return table[[*order, "from (Å)", "to (Å)", "side", "odd", "source"]]


if __name__ == "__main__":
    with job(snakemake):
        inputs = snakemake.input
        fits = [pd.read_csv(path, keep_default_na=False) for path in inputs.get("fits", [])]
        misfits = pd.read_csv(inputs.misfits, keep_default_na=False)
        write_table(table_outliers(misfits, *fits), *snakemake.output)
