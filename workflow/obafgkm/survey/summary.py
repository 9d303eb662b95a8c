"""Summary of a survey: counts, agreement with its pipeline, sky map, and strongest outliers."""

import heapq
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from pyarrow import dataset

from obafgkm.mk import MAIN_CLASSES
from obafgkm.survey.merging import PARTITIONS
from obafgkm.survey.pipelines import FAMILIES

__all__ = ["DEC_EDGES", "RA_EDGES", "Summary", "summarise"]

_BATCH = 65_536  # rows
_COLUMNS = ["file", "name", "type", "class_number", "snr", "coverage", "outlier", "flags", "ra", "dec"]
_COLUMNS += ["pipeline_class", "pipeline_subclass", "pipeline_family", "main_class"]
_FLAGS = ("low_snr", "outlier", "no_lines", "other_kind", "partial")
_LISTED = ["file", "name", "outlier", "snr", "coverage", "flags", "ra", "dec"]
_LISTED += ["pipeline_class", "pipeline_subclass"]
# Cells of equal area, about 5 degrees wide.
RA_EDGES = np.linspace(0, 360, 73)
DEC_EDGES = np.degrees(np.arcsin(np.linspace(-1, 1, 37)))


@dataclass
class Summary:
    """Sums over rows, of a size independent of the number of rows.

    Attributes
    ----------
    most : int
        Number of outliers listed.
    counts : Counter
        Number of rows by main class.
    flags : Counter
        Number of rows by main class and flag.
    agreement : Counter
        Number of rows by the pipeline's family and main class.
    sky, class_sum : array (n_ra, n_dec)
        Number of typed spectra per cell of the sky, and the sum of their mean classes.
    """

    most: int = 1000
    counts: Counter = field(default_factory=Counter)
    flags: Counter = field(default_factory=Counter)
    agreement: Counter = field(default_factory=Counter)
    sky: np.ndarray = field(default_factory=lambda: np.zeros((RA_EDGES.size - 1, DEC_EDGES.size - 1)))
    class_sum: np.ndarray = field(default_factory=lambda: np.zeros((RA_EDGES.size - 1, DEC_EDGES.size - 1)))
    _odd: list = field(default_factory=list)

    def add(self, rows):
        """Add rows, a DataFrame."""
        self.counts.update(rows["main_class"])
        self.agreement.update(zip(rows["pipeline_family"], rows["main_class"], strict=True))
        for flag in _FLAGS:
            has = rows["flags"].str.contains(flag, regex=False)
            self.flags.update((name, flag) for name in rows["main_class"][has])
        typed = rows[(rows["type"] != "") & rows["ra"].notna() & rows["dec"].notna()]
        place = typed["ra"] % 360, typed["dec"]
        for total, weights in ((self.sky, None), (self.class_sum, typed["class_number"])):
            total += np.histogram2d(*place, bins=(RA_EDGES, DEC_EDGES), weights=weights)[0]
        odd = rows[rows["flags"].str.contains("outlier", regex=False)].nlargest(self.most, "outlier")
        found = zip(odd["outlier"], odd["file"], odd["name"], odd[_LISTED].to_dict("records"), strict=True)
        self._odd = heapq.nlargest(self.most, [*self._odd, *found], key=lambda own: own[:3])

    def count_table(self):
        """Number of spectra by main class, and of those with each flag."""
        total = sum(self.counts.values())
        rows = [
            {
                "class": name,
                "spectra": self.counts[name],
                "share": self.counts[name] / total if total else 0.0,
                **{flag: self.flags[name, flag] for flag in _FLAGS},
            }
            for name in PARTITIONS
        ]
        return pd.DataFrame(rows)

    def agreement_table(self):
        """The pipeline's families, and the classifier's results for each.

        ``same`` is the fraction of typed spectra with the main class of the pipeline.
        """
        rows = []
        for name in FAMILIES:
            own = {column: self.agreement[name, column] for column in PARTITIONS}
            typed = sum(own[column] for column in MAIN_CLASSES)
            same = own[name] / typed if typed and name in MAIN_CLASSES else np.nan
            rows.append({"pipeline": name, "spectra": sum(own.values()), "same": same, **own})
        return pd.DataFrame(rows)

    def outlier_table(self):
        """The spectra flagged as outliers, strongest first."""
        return pd.DataFrame([row for *_, row in self._odd], columns=_LISTED)


def summarise(folder, most=1000):
    """The `Summary` of a dataset written by `obafgkm.survey.merging.merge`."""
    summary = Summary(most)
    table = dataset.dataset(folder, partitioning="hive")
    for batch in table.to_batches(
        columns=_COLUMNS, batch_size=_BATCH, batch_readahead=1, fragment_readahead=1
    ):
        summary.add(batch.to_pandas())
    return summary
