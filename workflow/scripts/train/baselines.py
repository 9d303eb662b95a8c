"""Classify the test spectra with what every network has to beat."""

from obafgkm.job import job
from obafgkm.models.baselines import majority_class, nearest_template
from obafgkm.predictions import write_predictions
from obafgkm.spectra import Spectra


def predict_baselines(sample, test):
    """Predicted class numbers (n_test,) of the commonest class and of the nearest template."""
    number = sample.labels["mk_class"].to_numpy()
    return majority_class(number, len(test)), nearest_template(sample.flux, number, test.flux)


if __name__ == "__main__":
    with job(snakemake):
        sample, test = Spectra.read(snakemake.input.training), Spectra.read(snakemake.input.test)
        majority, nearest = predict_baselines(sample, test)
        write_predictions(snakemake.output.majority, test, majority)
        write_predictions(snakemake.output.nearest, test, nearest)
