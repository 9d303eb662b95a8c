"""Table 2, the one-hot encoding of the classes, and the numbers left after each cut."""

import pandas as pd

from obafgkm.documents.csepreghy.sample import STEPS
from obafgkm.report.tables import write_table
from obafgkm.spectra import read_labels
from obafgkm.workflow.job import job


def one_hot(classes, source):
    """Each class with its one-hot vector."""
    classes = sorted(set(classes) - {""})
    rows = [{"class": name, **{other: int(other == name) for other in classes}} for name in classes]
    return pd.DataFrame(rows).assign(source=source)


def table_sample(kept, dropped, source):
    """Numbers of spectra of each class before the cuts, lost at each, and after.

    Parameters
    ----------
    kept, dropped : DataFrame
        Labels of the prepared spectra; columns ``class, step`` of the others.
    source : str

    Returns
    -------
    DataFrame
        One row per class, and All; columns ``class, packed``, one per step, ``kept, source``.
    """
    rows = []
    for name in [*sorted(set(kept["class"]) | set(dropped["class"])), "All"]:
        left = kept if name == "All" else kept[kept["class"] == name]
        lost = dropped if name == "All" else dropped[dropped["class"] == name]
        steps = lost["step"].value_counts().reindex(STEPS, fill_value=0)
        rows.append({"class": name or "none", "packed": len(left) + len(lost), **steps, "kept": len(left)})
    return pd.DataFrame(rows).assign(source=source)


if __name__ == "__main__":
    with job(snakemake):
        output, parts = snakemake.output, []
        for path, lost in zip(snakemake.input.samples, snakemake.input.dropped, strict=True):
            labels = read_labels(path)
            source = ", ".join(sorted(set(labels["source"])))
            table = table_sample(labels, pd.read_csv(lost, keep_default_na=False), source)
            parts.append(table.assign(role="other real spectra" if parts else "sample"))
            if len(parts) == 1:
                known = labels.loc[(labels["class"] == "GALAXY") & (labels["subclass"] != ""), "subclass"]
                codes = one_hot([name for name in known if " " not in name], source)
                write_table(codes, output.table2, output.table2_tex)
        write_table(pd.concat(parts), output.table_sample, output.table_sample_tex)
