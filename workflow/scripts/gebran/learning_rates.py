"""Find the learning rate of each optimiser by the rule of Gebran et al. 2022."""

from pathlib import Path

import pandas as pd

from obafgkm.documents.gebran.databases import Database
from obafgkm.documents.gebran.rate import half_the_diverging_rate
from obafgkm.documents.gebran.sweep import Trainer, optimisers
from obafgkm.workflow.job import job

PARAMETER = "teff"  # the labels of all parameters are scaled alike


def learning_rates(trainer, database, limits, settings):
    """Every rate tried for every optimiser, with the other hyper-parameters as the sweep fixes them.

    Parameters
    ----------
    trainer : Trainer
    database : Database
    limits : (float, float)
        Of the effective temperature.
    settings : dict
        The section `gebran` of the configuration.

    Returns
    -------
    DataFrame
        Columns ``optimiser, learning_rate, relative_loss, diverged, chosen, source``.
    """
    search, tables = settings["rates"], []
    for optimiser in optimisers(settings):
        network = {**settings["sweep"]["fixed"], "optimiser": optimiser}

        def loss_after(rate, network=network):
            return trainer.relative_loss(database, PARAMETER, limits, network, rate, search["updates"])

        rate, tried = half_the_diverging_rate(loss_after, search["highest"])
        table = pd.DataFrame(tried)
        table.insert(0, "optimiser", optimiser)
        tables.append(table.assign(chosen=table["learning_rate"] == rate))
    return pd.concat(tables, ignore_index=True).assign(source=database.source)


if __name__ == "__main__":
    with job(snakemake):
        from obafgkm.training.backend import set_up_backend

        params, output = snakemake.params, Path(snakemake.output[0])
        set_up_backend(params.seed, snakemake.threads)
        trainer = Trainer(params.seed, output.with_suffix(".checkpoint"))
        limits = params.settings["a_stars"]["ranges"][PARAMETER]
        database = Database.read(snakemake.input.database)
        learning_rates(trainer, database, limits, params.settings).to_csv(output, index=False)
