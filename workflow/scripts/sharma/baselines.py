"""Classify the test spectra with the baselines that every network must beat."""

from obafgkm.documents.sharma.estimators import class_probabilities
from obafgkm.evaluation.predictions import write_predictions
from obafgkm.spectra import Spectra
from obafgkm.training.baselines import linear_classifier, majority_class, nearest_template
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        sample, test = Spectra.read(snakemake.input.training), Spectra.read(snakemake.input.test)
        number, output = sample.labels["mk_class"].to_numpy(), snakemake.output
        write_predictions(output.majority, test, majority_class(number, len(test)))
        write_predictions(output.nearest, test, nearest_template(sample.flux, number, test.flux))
        linear = linear_classifier(min(snakemake.params.components, len(sample)), snakemake.params.seed)
        probability = class_probabilities(linear.fit(sample.flux, number), test.flux)
        write_predictions(output.linear, test, probability.argmax(axis=1), probability)
