"""Table of the real spectra that a mirror holds of both surveys: which take part, and why others do not."""

import pandas as pd

from obafgkm.archives.sdss.bundles import BUNDLES, bundled
from obafgkm.report.tables import write_table
from obafgkm.spectra import read_labels
from obafgkm.workflow.job import job

STEPS = ("unreadable", "no observation", "not classified", "range", "short")


def collections(rows):
    """Of which collection each spectrum is: a bundle, or the survey's own files."""
    bundles = {f"{bundle}.npz": bundle for bundle in BUNDLES}
    return rows["file"].map(bundles).fillna(rows["library"])


def count_surveys(kept, dropped):
    """One row per collection, and All.

    Parameters
    ----------
    kept : DataFrame
        Labels of the spectra that take part.
    dropped : DataFrame
        Columns library, file, step (of `STEPS`).

    Returns
    -------
    DataFrame
        ``spectra`` in, those that drop out at each step, ``kept``, their ``objects`` and classes. Asserted:
        in = kept + dropped.
    """
    own, other = collections(kept), collections(dropped)
    rows = []
    for name in [*pd.unique(pd.concat([own, other])), "All"]:
        stay = kept[(own == name) | (name == "All")]
        go = dropped[(other == name) | (name == "All")]
        steps = {step: int((go["step"] == step).sum()) for step in STEPS}
        row = {"collection": name, "spectra": len(stay) + len(go), **steps, "kept": len(stay)}
        if row["spectra"] != row["kept"] + sum(steps.values()):
            raise AssertionError(f"{name}: {len(go)} spectra drop out at {sorted(set(go['step']))}")
        classes = {label: int((stay["class"] == label).sum()) for label in ("GALAXY", "QSO", "STAR")}
        rows.append({**row, "objects": stay["star"].nunique(), **classes})
    return pd.DataFrame(rows).assign(source=", ".join(sorted(set(kept["source"]))))


if __name__ == "__main__":
    with job(snakemake):
        inputs = snakemake.input
        unreadable = pd.concat([pd.read_csv(path, keep_default_na=False) for path in inputs.rejected])
        cut = pd.read_csv(inputs.dropped, keep_default_na=False)
        parts = [unreadable.assign(step="unreadable"), cut, bundled(snakemake.params.sdss)]
        dropped = pd.concat(parts, ignore_index=True)
        table = count_surveys(read_labels(inputs.spectra), dropped)
        write_table(table, *snakemake.output)
