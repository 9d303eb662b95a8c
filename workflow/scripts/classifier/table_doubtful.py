"""Stars whose catalogue type their parameters and their spectrum contradict, and the class used instead."""

from obafgkm.mk import class_name
from obafgkm.report.tables import write_table
from obafgkm.spectra import read_labels
from obafgkm.workflow.job import job


def table_doubtful(labels):
    """One row per doubtful star, those furthest off first.

    Parameters
    ----------
    labels : DataFrame
        Of the stars of all libraries, with the columns of `obafgkm.classify.vetting.vet`.
    """
    doubtful = labels[labels["doubt"] != ""]
    off = (doubtful["vetted"] - doubtful["mk_class"]).abs().sort_values(ascending=False, kind="stable")
    doubtful = doubtful.loc[off.index].reset_index(drop=True)
    for name in ("teff", "logg", "feh"):
        if name not in doubtful:
            doubtful[name] = float("nan")
    doubtful["vetted"] = [class_name(number) for number in doubtful["vetted"]]
    witnesses = ["by_parameters", "by_spectrum", "teff", "logg", "feh"]
    return doubtful[["library", "file", "star", "mk_type", "vetted", *witnesses, "doubt", "source"]]


if __name__ == "__main__":
    with job(snakemake):
        table = table_doubtful(read_labels(snakemake.input.stars))
        write_table(table, snakemake.output.csv, snakemake.output.tex, digits=2)
