"""Classify the SDSS stars that have a complete MK type, by the networks and by the baselines."""

import json
from pathlib import Path

from obafgkm.errors import ObafgkmError
from obafgkm.job import job
from obafgkm.models.baselines import majority_class, nearest_template
from obafgkm.predictions import write_luminosity_predictions, write_predictions
from obafgkm.spectra import Spectra


def probabilities(path, spectra):
    """Probability of each class (n, n_classes) that a saved network gives."""
    from obafgkm import training

    model = training.load(path)
    return training.predict(model, spectra.flux[:, : model.input_shape[1], None])


if __name__ == "__main__":
    with job(snakemake):
        paths = snakemake.input
        stars, sample = Spectra.read(paths.stars), Spectra.read(paths.training)
        stars = stars.select((stars.labels["mk_class"] >= 0).to_numpy())
        if not len(stars):
            raise ObafgkmError(f"{paths.stars}: no star has a complete MK type; take more spectra")
        # What is predicted rests on what the networks have seen, too.
        sources = {*stars.source.split(", ")}
        for card in paths.cards:
            sources.update(json.loads(Path(card).read_text())["source"].split(", "))
        stars.labels["source"] = ", ".join(sorted(sources))
        number = sample.labels["mk_class"].to_numpy()
        write_predictions(snakemake.output.majority, stars, majority_class(number, len(stars)))
        nearest = nearest_template(sample.flux, number, stars.flux)
        write_predictions(snakemake.output.nearest, stars, nearest)
        probability = probabilities(paths.cnn, stars)
        write_predictions(snakemake.output.cnn, stars, probability.argmax(axis=1), probability)
        probability = probabilities(paths.luminosity, stars)
        write_luminosity_predictions(
            snakemake.output.luminosity, stars, probability.argmax(axis=1), probability
        )
