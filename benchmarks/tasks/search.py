"""Sharma's random search of networks, in two processes: the library's engine and Keras's own loop.

Each variant trains the first ten combinations of the published search in its five folds, in two processes at
once; on average they have about as many neurons as all hundred. A unit is a fit. The processes are started
beforehand, since the 500 fits of the published search share two starts; it trains for at least 51 epochs. The
notes give the hours for 500 fits with as many epochs, and the accuracies of the best fit and of all.
"""

import multiprocessing
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np

from benchmarks.data import library_stars, plain_fit

THREADS = 1  # number in each of the two processes
SIZES = {
    "full": {"spectra": 1580, "trials": 10, "folds": 5, "epochs": 60, "patience": 60},
    "tiny": {"spectra": 40, "trials": 2, "folds": 1, "epochs": 2, "patience": 5},
}
OURS = "obafgkm, two processes"
TARGETS = {"Keras fit, two processes": 4}
WARM_UP = False  # each combination has to be compiled in any case
PROCESSES, PUBLISHED = 2, 500


def search(size, engine, part):
    """Accuracies of the fits of one process."""
    import pandas as pd
    import yaml

    from obafgkm.documents.sharma.training import fit_and_predict, score_fold
    from obafgkm.training import backend, engine
    from obafgkm.training.splits import held_out_folds
    from obafgkm.training.trials import draw_trials

    backend.set_up_backend(0, THREADS)
    fit = {"obafgkm": engine.fit, "keras": plain_fit}[engine]
    with open("config/config.yaml") as file:
        space = yaml.safe_load(file)["sharma"]["search"]["ann"]["space"]
    flux, number = library_stars(size["spectra"])
    labels = pd.DataFrame({"mk_class": number, "star": np.arange(len(number)).astype(str)})
    masks = list(held_out_folds(labels["star"], 5, 0))[: size["folds"]]
    scores = []
    for trial in draw_trials(space, size["trials"], 1)[part::PROCESSES]:
        settings = {**trial, "neurons": [trial["neurons1"], trial["neurons2"]], "centred": True}
        settings |= {"epochs": size["epochs"], "patience": size["patience"]}
        for held_out in masks:

            def predict(*spectra, settings=settings):
                with tempfile.TemporaryDirectory() as checkpoint:
                    return fit_and_predict(
                        "ann", settings, *spectra, fit=fit, validation=0.15, seed=1, checkpoint=checkpoint
                    )

            scores.append(score_fold(predict, flux, labels, held_out)["accuracy"])
    return scores


def variants(size):
    """See `benchmarks.harness`."""

    def in_processes(engine):
        processes = ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn"))
        smallest = {"spectra": 40, "trials": 2, "folds": 1, "epochs": 1, "patience": 1}
        list(processes.map(search, [smallest] * PROCESSES, [engine] * PROCESSES, range(PROCESSES)))

        def run():
            start = time.perf_counter()
            parts = processes.map(search, [size] * PROCESSES, [engine] * PROCESSES, range(PROCESSES))
            scores = np.concatenate(list(parts))
            hours = (time.perf_counter() - start) / 3600 / len(scores) * PUBLISHED
            return len(scores), {"hours_for_500": hours, "best": scores.max(), "mean": scores.mean()}

        return run

    return {OURS: in_processes("obafgkm"), "Keras fit, two processes": in_processes("keras")}
