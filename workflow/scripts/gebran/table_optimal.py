"""The best configuration for each stellar parameter: ours, chosen as the paper chose, and the paper's."""

import pandas as pd

from obafgkm.documents.gebran.sweep import HYPERPARAMETERS
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

CHOICES = {
    "validation": "chosen on validation spectra with noise",
    "test": "chosen on the test spectra with noise, as in the paper",
    "paper": "the paper's configuration",
}


def table_optimal(errors):
    """Configurations with their errors on spectra with noise, from validation and from the test.

    Where the test spectra chose the configuration, their error is no longer one of a test.
    """
    rows = errors[(errors["model"] == "network") & errors["set"].isin(["noisy_validation", "noisy_test"])]
    swept = rows.loc[rows["choice"] == "test", "database"].iloc[0]
    table = []
    for (parameter, choice), group in rows[rows["database"] == swept].groupby(
        ["parameter", "choice"], sort=False
    ):
        test, validation = (group[group["set"] == f"noisy_{name}"].iloc[0] for name in ("test", "validation"))
        table.append(
            {
                "parameter": parameter,
                "choice": CHOICES[choice],
                **{name: test[name] for name in [*HYPERPARAMETERS, "epochs", "learning_rate"]},
                "sigma_validation": validation["sigma"],
                "sigma_test": test["sigma"],
                "sigma_test_low": test["sigma_low"],
                "sigma_test_high": test["sigma_high"],
                "test_untouched": choice != "test",
                "source": test["source"],
            }
        )
    return pd.DataFrame(table)


if __name__ == "__main__":
    with job(snakemake):
        write_table(table_optimal(pd.read_csv(snakemake.input.errors)), *snakemake.output)
