"""Sharma's random search of networks, in two processes: the library's engine and Keras's own loop.

Each variant trains the first combinations of the published search, in two processes at once. A unit is one
fit; the time that the processes take to start is in it. The notes tell the hours that the 500 fits of the
published search would take in as many epochs each, and accuracies of the best fit and of all.
"""

import json
import os
import subprocess
import sys
import tempfile
import time

import numpy as np

from benchmarks.data import library_stars, plain_fit

THREADS = 1  # of each of the two processes
SIZES = {
    "full": {"spectra": 1580, "trials": 4, "folds": 2, "epochs": 40, "patience": 50},
    "tiny": {"spectra": 40, "trials": 2, "folds": 1, "epochs": 2, "patience": 5},
}
OURS = "obafgkm, two processes"
TARGETS = {"Keras fit, two processes": 4}
WARM_UP = False  # the processes are new every time
PROCESSES, PUBLISHED = 2, 500


def search(size, engine, part):
    """Accuracies of one process's share of the fits, and the seconds that these took."""
    import pandas as pd
    import yaml

    from obafgkm import training
    from obafgkm.samples import held_out_folds
    from obafgkm.search import draw_trials, fit_and_predict, score_fold

    training.set_up_backend(0, THREADS)
    with open("config/config.yaml") as file:
        space = yaml.safe_load(file)["sharma"]["search"]["ann"]["space"]
    flux, number = library_stars(size["spectra"])
    labels = pd.DataFrame({"mk_class": number, "star": np.arange(len(number)).astype(str)})
    masks = list(held_out_folds(labels["star"], 5, 0))[: size["folds"]]
    scores, start = [], time.perf_counter()
    for trial in draw_trials(space, size["trials"], 1)[part::PROCESSES]:
        settings = {**trial, "neurons": [trial["neurons1"], trial["neurons2"]], "centred": True}
        settings |= {"epochs": size["epochs"], "patience": size["patience"]}
        for held_out in masks:

            def predict(*spectra, settings=settings):
                with tempfile.TemporaryDirectory() as checkpoint:
                    return fit_and_predict(
                        "ann", settings, *spectra, fit=engine, validation=0.15, seed=1, checkpoint=checkpoint
                    )

            scores.append(score_fold(predict, flux, labels, held_out)["accuracy"])
    return scores, time.perf_counter() - start


def variants(size):
    """See `benchmarks.harness`."""

    def in_processes(engine):
        def run():
            command = [sys.executable, "-m", __name__, json.dumps(size), engine]
            processes = [
                subprocess.Popen([*command, str(part)], stdout=subprocess.PIPE, text=True)
                for part in range(PROCESSES)
            ]
            answers = [process.communicate()[0] for process in processes]
            if any(process.returncode for process in processes):
                raise RuntimeError(f"{command} failed")
            parts, seconds = zip(*(json.loads(answer.splitlines()[-1]) for answer in answers), strict=True)
            scores = np.concatenate(parts)
            hours = max(seconds) / 3600 / len(scores) * PUBLISHED
            return len(scores), {"hours_for_500": hours, "best": scores.max(), "mean": scores.mean()}

        return run

    return {OURS: in_processes("obafgkm"), "Keras fit, two processes": in_processes("keras")}


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if sys.argv[2] == "keras":
        fit = plain_fit
    else:
        from obafgkm.training import fit
    print(json.dumps(search(json.loads(sys.argv[1]), fit, int(sys.argv[3]))))
