"""Classify the stars of a survey that have an MK type, with the networks and the baselines."""

import json
from pathlib import Path

from obafgkm.errors import ObafgkmError
from obafgkm.evaluation.predictions import join_sources, write_luminosity_predictions, write_predictions
from obafgkm.spectra import Spectra, read_labels
from obafgkm.training.baselines import majority_class, nearest_template
from obafgkm.workflow.job import job

CHUNK = 2000  # stars in memory


def classify(stars, training, networks, outputs, cards, complete=True, chunk=CHUNK):
    """Classify the stars with an MK type, with part of them in memory at a time.

    Parameters
    ----------
    stars, training : path
        Files of spectra; the baselines use the second.
    networks : dict of str to callable
        ``cnn`` and ``luminosity``: take flux (n, n_pix), return the probability of each class (n, n_classes).
    outputs : dict of str to path
        Tables of ``cnn, luminosity, nearest, majority``.
    cards : sequence of path
        Cards of the networks, as predictions also depend on the source of their training data.
    complete : bool
        Only stars with a luminosity class, as in the paper; otherwise all with a temperature class.
    chunk : int
        Stars in memory.

    Raises
    ------
    ObafgkmError
        If no star has such a type.
    """
    sample, labels = Spectra.read(training), read_labels(stars)
    number = sample.labels["mk_class"].to_numpy()
    wanted = labels[["mk_class", "luminosity"] if complete else ["mk_class"]]
    typed = (wanted >= 0).all(axis=1).to_numpy()
    if not typed.any():
        kind = "a complete MK type" if complete else "an MK type"
        raise ObafgkmError(f"{stars}: no star has {kind}; take more spectra")
    seen = [json.loads(Path(card).read_text())["source"] for card in cards]
    source = join_sources([*labels["source"][typed].unique(), *seen])
    del labels
    append = False
    for first in range(0, len(typed), chunk):
        part = Spectra.read(stars, slice(first, first + chunk)).select(typed[first : first + chunk])
        if not len(part):
            continue
        part.labels["source"] = source
        majority = majority_class(number, len(part))
        nearest = nearest_template(sample.flux, number, part.flux)
        write_predictions(outputs["majority"], part, majority, append=append)
        write_predictions(outputs["nearest"], part, nearest, append=append)
        for name, write in (("cnn", write_predictions), ("luminosity", write_luminosity_predictions)):
            probability = networks[name](part.flux)
            write(outputs[name], part, probability.argmax(axis=1), probability, append=append)
        append = True


def network(path):
    """Class probabilities from a saved network."""
    from obafgkm.training import engine

    model = engine.load(path)
    return lambda flux: engine.predict(model, flux[:, : model.input_shape[1], None])


if __name__ == "__main__":
    with job(snakemake):
        paths = snakemake.input
        networks = {name: network(paths[name]) for name in ("cnn", "luminosity")}
        outputs = dict(snakemake.output.items())
        classify(paths.stars, paths.training, networks, outputs, paths.cards, snakemake.params.complete)
