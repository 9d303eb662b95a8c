"""Train a model of Sharma et al. 2020 on some spectra and classify others with it."""

import numpy as np

from obafgkm.evaluation.trivial import compare_classes
from obafgkm.mk import N_CLASSES
from obafgkm.training.splits import held_out_stars

__all__ = ["fit_and_predict", "network_fit", "score_fold"]


def network_fit(model, seed, threads):
    """What trains a model that is a network, its backend set up; None for others, which train themselves."""
    if model not in ("ann", "cnn"):
        return None
    from obafgkm.training.backend import set_up_backend
    from obafgkm.training.engine import fit

    set_up_backend(seed, threads)
    return fit


def score_fold(predict, flux, labels, held_out):
    """Subclass accuracy and error of held-out spectra.

    Parameters
    ----------
    predict : callable
        Takes ``(flux, labels, flux to classify)``, returns predicted class numbers and a dict of notes.
    flux : array (n, n_pix)
    labels : DataFrame (n rows)
        With the class number ``mk_class``, and ``star``.
    held_out : array of bool (n,)

    Returns
    -------
    dict
        ``accuracy``, ``sigma`` (raw), the notes, and the columns of a
        `obafgkm.evaluation.trivial.Comparison` of the accuracy with that of the commonest class.
    """
    predicted, notes = predict(flux[~held_out], labels[~held_out], flux[held_out])
    expected = labels["mk_class"].to_numpy()[held_out]
    difference = np.asarray(predicted) - expected
    compared = compare_classes(expected, predicted, labels["star"][held_out]).columns()
    scores = {"accuracy": float((difference == 0).mean()), "sigma": float(difference.std())}
    return {**scores, **notes, **compared}


def fit_and_predict(
    model, settings, x, labels, x_test, *, fit, validation, seed, checkpoint, autoencoder=None
):
    """Train one of the models of Sharma et al. 2020 and classify other spectra with it.

    A network's early stopping uses an inner part of its own training spectra, so that the spectra on which it
    is scored do not affect it.

    Parameters
    ----------
    model : str
        ``ann``, ``cnn``, or one of `obafgkm.documents.sharma.estimators`.
    settings : dict
        Hyper-parameters. For a network, those of its builder, ``batch``, ``epochs``, ``patience`` and, for
        ``ann``, ``centred``: whether the mean training spectrum is subtracted first.
    x : array (n, n_pix)
    labels : DataFrame (n rows)
        Columns ``mk_class``, ``luminosity`` and ``star``; spectra of one star stay together.
    x_test : array (m, n_pix)
    fit : callable
        Function that trains a network, `training.fit`; not called for other models.
    validation : float
        Fraction of the stars used for a network's early stopping.
    seed : int
    checkpoint : path
        Directory of a network's checkpoint.
    autoencoder : path, optional
        The pre-trained one, whose encoder the convolutional network uses.

    Returns
    -------
    predicted : array (m,)
        Class numbers.
    notes : dict
        ``live_units`` of the first layer for ``ann``; empty for other models.
    """
    if model not in ("ann", "cnn"):
        from obafgkm.documents.sharma.estimators import build_estimator, predict_class, target

        fitted = build_estimator(model, settings, seed).fit(x, target(model, labels))
        return predict_class(model, fitted, x_test), {}

    import keras

    from obafgkm.training.engine import predict, schedule

    keras.backend.clear_session(free_memory=False)  # otherwise memory grows; freeing it takes 0.2 s
    keras.utils.set_random_seed(seed)  # otherwise weights would depend on earlier trials
    number, inner = labels["mk_class"].to_numpy(), held_out_stars(labels["star"], validation, seed)
    if model == "cnn":
        from obafgkm.documents.sharma.cnn import build_classifier, encoder_of, fit_head

        encoder = encoder_of(keras.saving.load_model(autoencoder))
        architecture = {key: settings[key] for key in ("dense", "activation", "learning_rate")}
        network = build_classifier(encoder, N_CLASSES, **architecture)
    else:
        from obafgkm.documents.sharma.ann import build_ann, live_units

        architecture = {key: settings[key] for key in ("neurons", "activation", "initialiser", "optimiser")}
        network = build_ann(x.shape[1], **architecture)
        centre = x[~inner].mean(axis=0) * settings["centred"]
        x, x_test = x - centre, x_test - centre
    shape = network.input_shape[1:]
    x, x_test = (flux[:, : shape[0]].reshape(-1, *shape) for flux in (x, x_test))
    spectra = (x[~inner], number[~inner], (x[inner], number[inner]))
    followed = {"monitor": "val_accuracy", "seed": seed, "checkpoint": checkpoint}
    if model == "cnn" and settings["head"]["epochs"]:
        fit_head(network, *spectra, settings, **followed)
    network, _ = fit(network, *spectra, **schedule(settings), **followed)
    predicted = predict(network, x_test).argmax(axis=1)
    return predicted, {"live_units": live_units(network, x)} if model == "ann" else {}
