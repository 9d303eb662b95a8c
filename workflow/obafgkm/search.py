"""Random search and cross-validation: what is finished is written at once, and found again after a kill."""

import hashlib
import itertools
import json
from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.samples import held_out_stars

__all__ = ["draw_trials", "fingerprint", "fit_and_predict", "run_trials", "score_fold"]


def draw_trials(space, n, seed):
    """Random combinations of a search space, none twice.

    Parameters
    ----------
    space : dict of str to list
        Values of each hyper-parameter.
    n : int
        Number of combinations; a space with fewer gives them all.
    seed : int

    Returns
    -------
    list of dict
        In random order; the first ones of a longer draw are those of a shorter one.
    """
    every = list(itertools.product(*space.values()))
    chosen = np.random.default_rng(seed).permutation(len(every))[:n]
    return [dict(zip(space, every[i], strict=True)) for i in chosen]


def run_trials(trials, evaluate, path):
    """Evaluate the trials that a file does not hold yet; each is a line of it as soon as it is finished.

    A line that a kill left unfinished is dropped, and its trial run again.

    Parameters
    ----------
    trials : dict of int to dict
        Hyper-parameters a trial number, and whatever else makes a finished trial another one when it changes.
    evaluate : callable
        Takes the hyper-parameters, returns a dict of results.
    path : path
        JSON lines.

    Returns
    -------
    DataFrame
        One row a trial: ``trial``, hyper-parameters, results.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    finished = _finished(path, trials)
    partial = path.with_suffix(".part")
    partial.write_text("".join(f"{json.dumps(row)}\n" for row in finished))
    partial.replace(path)
    done = {row["trial"] for row in finished}
    for number, settings in trials.items():
        if number not in done:
            row = {"trial": number, **settings, **evaluate(settings)}
            with path.open("a") as file:
                file.write(f"{json.dumps(row)}\n")
            finished.append(row)
    return pd.DataFrame(sorted(finished, key=lambda row: row["trial"]))


def _finished(path, trials):
    """Rows of whole lines whose trial is one of these, with these hyper-parameters."""
    rows = []
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            row = json.loads(line)
        except ValueError:
            continue
        settings = trials.get(row.get("trial"))
        if settings is not None and all(row.get(key) == value for key, value in settings.items()):
            rows.append(row)
    return rows


def fingerprint(sample):
    """What tells one sample from another: a short digest of its spectra and labels.

    Parameters
    ----------
    sample : Spectra

    Returns
    -------
    str
    """
    digest = hashlib.sha256(sample.flux.tobytes())
    digest.update(sample.labels.to_csv(index=False).encode())
    return digest.hexdigest()[:12]


def score_fold(predict, flux, number, held_out):
    """Subclass accuracy and error of the spectra held out.

    Parameters
    ----------
    predict : callable
        Takes ``(x_train, y_train, x_test)``, returns predicted class numbers and a dict of what else to note.
    flux : array (n, n_pix)
    number : array of int (n,)
        Class numbers.
    held_out : array of bool (n,)

    Returns
    -------
    dict
        ``accuracy``, ``sigma`` (raw), and the notes.
    """
    predicted, notes = predict(flux[~held_out], number[~held_out], flux[held_out])
    difference = np.asarray(predicted) - number[held_out]
    return {"accuracy": float((difference == 0).mean()), "sigma": float(difference.std()), **notes}


def fit_and_predict(model, settings, x, number, x_test, *, fit, groups, validation, seed, checkpoint):
    """Train one of the classifiers of Sharma et al. 2020, section 4.1, and let it classify other spectra.

    The network's training stops by an inner part of its own training spectra, so that the spectra that
    score it have no say in it.

    Parameters
    ----------
    model : {'ann', 'mlp_classifier', 'forest_classifier'}
    settings : dict
        Hyper-parameters. Those of the network are `build_ann`'s, ``batch``, ``epochs``, ``patience`` and
        ``centred``: whether the mean training spectrum is subtracted first.
    x : array (n, n_pix)
    number : array of int (n,)
        Class numbers.
    x_test : array (m, n_pix)
    fit : callable
        What trains the network, `training.fit`; not called for the others.
    groups : array (n,)
        Star of each training spectrum; another number each divides spectra, not stars.
    validation : float
        Share of the groups that stops the network's training.
    seed : int
    checkpoint : path
        Directory of the network's checkpoint.

    Returns
    -------
    predicted : array of int (m,)
    notes : dict
        ``live_units`` of the network's first layer; nothing for the others.
    """
    if model != "ann":
        from obafgkm.models.estimators import build_estimator

        return build_estimator(model, settings, seed).fit(x, number).predict(x_test), {}

    import keras

    from obafgkm.models.ann import build_ann, live_units

    keras.backend.clear_session()  # or memory grows with every network
    keras.utils.set_random_seed(seed)  # or weights would depend on the trials before
    architecture = {key: settings[key] for key in ("neurons", "activation", "initialiser", "optimiser")}
    inner = held_out_stars(groups, validation, seed)
    centre = x[~inner].mean(axis=0) * settings["centred"]
    x = x - centre
    network, _ = fit(
        build_ann(x.shape[1], **architecture),
        x[~inner],
        number[~inner],
        (x[inner], number[inner]),
        epochs=settings["epochs"],
        batch=settings["batch"],
        patience=settings["patience"],
        monitor="val_accuracy",
        seed=seed,
        checkpoint=checkpoint,
    )
    probability = keras.ops.convert_to_numpy(network(x_test - centre))
    return probability.argmax(axis=1), {"live_units": live_units(network, x)}
