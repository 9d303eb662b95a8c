"""Tables 1 and 4: ranges of the stellar parameters, and what was drawn from them."""

import pandas as pd

from obafgkm.report.plots.parameters import NAMES
from obafgkm.report.tables import write_table
from obafgkm.spectra import read_labels
from obafgkm.workflow.job import job


def ranges_table(labels, ranges, resolving_power):
    """Limits of each parameter, and the extremes among the spectra."""
    rows = [
        {
            "parameter": NAMES[name],
            "lowest": float(low),
            "highest": float(high),
            "lowest_drawn": labels[name].min(),
            "highest_drawn": labels[name].max(),
            "spectra": len(labels),
        }
        for name, (low, high) in ranges.items()
    ]
    power = float(resolving_power)
    rows.append({"parameter": "Resolving power", "lowest": power, "highest": power, "spectra": len(labels)})
    return pd.DataFrame(rows).assign(source=labels["source"].iloc[0])


if __name__ == "__main__":
    with job(snakemake):
        labels = pd.concat(map(read_labels, snakemake.input))
        params = snakemake.params
        write_table(ranges_table(labels, params.ranges, params.resolving_power), *snakemake.output)
