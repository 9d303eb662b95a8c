"""Predict the test spectra of every split by a linear fit and by the nearest training spectrum."""

import pandas as pd

from obafgkm.documents.saldic.grid import PARAMETERS, divide
from obafgkm.evaluation.predictions import parameter_table
from obafgkm.spectra import Spectra
from obafgkm.training.baselines import nearest_template, ridge
from obafgkm.workflow.job import job


def predict_baselines(sample, settings, penalties, seed):
    """Predictions of both baselines for the three splits, as in `parameter_table`.

    Parameters
    ----------
    sample : Spectra
    settings : dict
        The section `saldic.split` of the configuration.
    penalties : list of float
        Candidate penalties of the linear fit.
    seed : int
    """
    expected = sample.labels[PARAMETERS].to_numpy()
    tables = []
    for split in ("random", "nodes", "region"):
        part = divide(sample.labels, split, settings, seed)
        training, validation, test = (part == name for name in ("training", "validation", "test"))
        flux = sample.flux[test]
        predictions = {
            "linear fit": ridge(
                (sample.flux[training], expected[training]),
                (sample.flux[validation], expected[validation]),
                flux,
                penalties,
            ),
            "nearest spectrum": nearest_template(sample.flux[training], expected[training], flux),
        }
        tables += [
            parameter_table(
                sample.labels.loc[test, ["spectrum", "node", "source"]],
                PARAMETERS,
                expected[test],
                predicted,
                model=model,
                split=split,
            )
            for model, predicted in predictions.items()
        ]
    return pd.concat(tables, ignore_index=True)


if __name__ == "__main__":
    with job(snakemake):
        sample = Spectra.read(snakemake.input.spectra)
        params = snakemake.params
        table = predict_baselines(sample, params.split, params.penalties, params.seed)
        table.to_csv(snakemake.output.predictions, index=False, float_format="%.6g")
