"""Stars whose catalogue type is contradicted by parameters and spectrum, and the class used instead."""

from obafgkm.mk import class_name
from obafgkm.report.tables import write_table
from obafgkm.spectra import read_labels
from obafgkm.workflow.job import job

LEAST = 10  # rows


def table_doubtful(labels):
    """One row per doubtful star, followed by the next candidates (empty `doubt`) up to `LEAST` rows.

    Parameters
    ----------
    labels : DataFrame
        Labels of the stars of all libraries, with the columns of `obafgkm.classify.vetting.vet`.
    """
    off = labels[["by_parameters", "by_spectrum"]].sub(labels["mk_class"], axis=0).abs().min(axis=1)
    table = labels.assign(is_doubtful=labels["doubt"] != "", off=off)
    table = table.sort_values(["is_doubtful", "off"], ascending=False, kind="stable")
    table = table.head(max(LEAST, table["is_doubtful"].sum())).reset_index(drop=True)
    for name in ("teff", "logg", "feh"):
        if name not in table:
            table[name] = float("nan")
    table["vetted"] = [class_name(number) for number in table["vetted"]]
    witnesses = ["by_parameters", "by_spectrum", "teff", "logg", "feh"]
    return table[["library", "file", "star", "mk_type", "vetted", *witnesses, "doubt", "source"]]


if __name__ == "__main__":
    with job(snakemake):
        table = table_doubtful(read_labels(snakemake.input.stars))
        write_table(table, snakemake.output.csv, snakemake.output.tex, digits=2)
