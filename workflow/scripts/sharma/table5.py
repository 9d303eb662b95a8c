"""Table 5: expected and predicted type of every test spectrum, as a released catalogue and as an excerpt."""

import numpy as np
import pandas as pd

from obafgkm.evaluation.predictions import probabilities
from obafgkm.mk import LUMINOSITY_CLASSES, N_CLASSES, class_name, main_class
from obafgkm.report.catalogues import described_table, write_catalogue
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

EXCERPT = 10
COMMENT = "Expected and predicted MK types of the test spectra (Table 5)."
FLAG_ABOVE = 5  # subclasses
_CLASS, _LUMINOSITY = "src.spType", "src.class.luminosity"
DESCRIPTIONS = {
    "identifier": ("name of the star in CFLIB", "meta.id"),
    "star": ("identity resolved across the libraries", "meta.id;meta.main"),
    "source": ("origin of the spectrum", "meta.note"),
    "expected_type": ("MK type of the catalogue", _CLASS),
    "predicted_type": (
        "spectral class and luminosity class by the convolutional networks",
        f"{_CLASS};meta.main",
    ),
    "expected": ("class number of the catalogue, O0 = 0 ... M9 = 69", _CLASS),
    "predicted": ("predicted class number", _CLASS),
    "probability": ("probability of the predicted spectral class", f"stat.probability;{_CLASS}"),
    "luminosity_probability": (
        "probability of the predicted luminosity class",
        f"stat.probability;{_LUMINOSITY}",
    ),
    "seeds_agreeing": (
        "fraction of trainings with other seeds that give the same main class",
        "stat.probability",
    ),
    "flag": (f"1 where the classes differ by more than {FLAG_ABOVE} subclasses", "meta.code.qual"),
    **{
        f"p_{class_name(n)}": (f"probability of class {class_name(n)}", f"stat.probability;{_CLASS}")
        for n in range(N_CLASSES)
    },
    **{
        f"p_{name}": (f"probability of luminosity class {name}", f"stat.probability;{_LUMINOSITY}")
        for name in LUMINOSITY_CLASSES
    },
}


def table5(classes, luminosity, others):
    """One row per test spectrum, in order of the identifier.

    Parameters
    ----------
    classes, luminosity : DataFrame
        Predictions of the two networks.
    others : DataFrame
        Predictions of the first network trained with other seeds: ``file, predicted``, one row per spectrum
        and seed.
    """
    own = luminosity.set_index("file").reindex(classes["file"]).set_index(classes.index)
    table = pd.DataFrame(
        {
            "identifier": classes["name"],
            "star": classes["star"],
            "source": classes["source"],
            "expected_type": classes["expected_type"],
            "predicted_type": classes["predicted_type"] + own["predicted_type"].fillna(""),
            "expected": classes["expected"],
            "predicted": classes["predicted"],
            "probability": classes["probability"],
            "luminosity_probability": own["probability"],
            "seeds_agreeing": agreement(classes, others),
            "flag": (np.abs(classes["predicted"] - classes["expected"]) > FLAG_ABOVE).astype(int),
        }
    )
    table = pd.concat([table, probabilities(classes), probabilities(own)], axis=1)
    return table.sort_values("identifier", ignore_index=True)


def agreement(classes, others):
    """Fraction of other trainings that give the same main class (an array); NaN if there are none."""
    both = others.merge(classes[["file", "predicted"]], on="file", suffixes=("_other", ""))
    both["same"] = main_class(both["predicted_other"]) == main_class(both["predicted"])
    return both.groupby("file")["same"].mean().reindex(classes["file"]).to_numpy()


if __name__ == "__main__":
    with job(snakemake):
        files = snakemake.input
        networks = [pd.read_csv(path, dtype={"name": str}) for path in (files.classes, files.luminosity)]
        others = [pd.read_csv(path).query("test == 'clean'") for path in files.others]
        empty = pd.DataFrame({"file": [], "predicted": []})
        table = table5(*networks, pd.concat([empty, *others]))
        excerpt = table[["identifier", "expected_type", "predicted_type", "flag"]].head(EXCERPT)
        write_table(excerpt, snakemake.output.csv, snakemake.output.tex)
        table.to_csv(snakemake.output.csv, index=False, float_format="%.6g")
        described = described_table(table, DESCRIPTIONS, COMMENT)
        for form in ("ecsv", "fits", "vot"):
            write_catalogue(described, snakemake.output[form])
