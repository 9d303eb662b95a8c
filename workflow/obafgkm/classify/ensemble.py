"""Training of the released classifier: ensembles of networks on stars under many observing conditions."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from obafgkm.classify.conditions import Conditions, observe
from obafgkm.classify.inputs import N_INPUTS, network_inputs
from obafgkm.classify.kinds import KINDS
from obafgkm.classify.network import CLASSES, build_kinds, build_mk_types, build_parameters
from obafgkm.classify.other_objects import FWHM, other_objects
from obafgkm.classify.parameters import PARAMETERS, targets
from obafgkm.mk import N_CLASSES
from obafgkm.training import engine

__all__ = [
    "draw",
    "expected_types",
    "observed_inputs",
    "predict",
    "train",
    "train_kinds",
    "train_member",
]

_LUMINOSITY_WEIGHT = 0.5  # of the second head's loss
_LITTLE_DROPOUT = 0.2  # more, as the types may need, shrinks the parameters towards their mean
_KIND_NEURONS = (64, 32)  # at most; the kinds differ more than the types
_GROUPS = (0, 0, 1, 2, 2)  # of luminosity classes I-V, balanced in the draw of the training stars


def train_member(flux, labels, settings, *, seed, checkpoint):
    """Train one member of the ensemble: a network for MK types and one for stellar parameters.

    One network for both would be worse at the parameters. Every star is observed under several simulated
    conditions (`obafgkm.classify.conditions`), rare kinds of stars more often than common ones. The
    number of epochs is fixed, to need no stars for validation.

    Parameters
    ----------
    flux : array (n, n_fine)
        Flux on `obafgkm.classify.conditions.FINE`.
    labels : DataFrame (n rows)
        Columns ``mk_class, luminosity, fwhm, source``; ``teff`` (K), ``logg, feh`` (dex), NaN where unknown.
    settings : dict
        The section ``classifier`` of the configuration.
    seed : int
    checkpoint : pathlib.Path

    Returns
    -------
    types, parameters : keras.Model
    """
    rng = np.random.default_rng(seed)
    chosen = draw(labels, settings["copies"] * len(flux), settings, rng)
    x = observed_inputs(flux, labels["fwhm"].to_numpy(), chosen, rng)
    network, y = settings["network"], expected_types(labels, settings["width"])[chosen]
    types = train(build_mk_types, x, y, network, seed, checkpoint)
    network = network | {"dropout": min(network["dropout"], _LITTLE_DROPOUT)}
    y = targets(labels[list(PARAMETERS)].to_numpy())[chosen]
    checkpoint = checkpoint.with_name(f"{checkpoint.name}_parameters")
    return types, train(build_parameters, x, y, network, seed, checkpoint)


def train_kinds(flux, labels, settings, *, seed, checkpoint):
    """Train the network that tells stars from other objects, on stars and as many simulated other objects.

    Arguments as in `train_member`.

    Returns
    -------
    keras.Model
    """
    rng = np.random.default_rng(seed)
    half = max(1, settings["copies"] // 2) * len(flux)
    chosen = draw(labels, half, settings, rng)
    others, kinds = other_objects(settings["others"], rng)
    drawn = rng.integers(len(others), size=half)
    x = np.concatenate(
        [
            observed_inputs(flux, labels["fwhm"].to_numpy(), chosen, rng),
            observed_inputs(others, np.full(len(others), FWHM), drawn, rng),
        ]
    )
    y = np.zeros((len(x), len(KINDS)), np.float32)
    y[np.arange(len(x)), np.r_[np.full(half, KINDS.index("star")), kinds[drawn]]] = 1
    neurons = [min(pair) for pair in zip(settings["network"]["neurons"], _KIND_NEURONS, strict=True)]
    network = settings["network"] | {"neurons": neurons}
    network["dropout"] = min(network["dropout"], _LITTLE_DROPOUT)
    return train(build_kinds, x, y, network, seed, checkpoint)


def draw(labels, number, settings, rng):
    """Indices (number,) of stars, rare kinds of stars more often than common ones, simulated ones less."""
    weight = _rarity(labels)
    if (real := labels["source"] != "simulated").any():
        weight[~real] *= settings["simulated"]
    return rng.choice(len(labels), number, p=weight / weight.sum())


def observed_inputs(flux, fwhm, chosen, rng):
    """Inputs of the network for chosen spectra, each under conditions of its own."""
    x = np.empty((chosen.size, N_INPUTS), np.float32)
    for first in range(0, chosen.size, 1000):
        part = chosen[first : first + 1000]
        x[first : first + 1000] = network_inputs(
            *observe(flux[part].astype(float), fwhm[part], Conditions.draw(part.size, rng), rng)
        )
    return x


def train(build, x, y, network, seed, checkpoint):
    """Train the network of a function of `obafgkm.classify.network` for a fixed number of epochs."""
    model = build(N_INPUTS, network["neurons"], network["dropout"], network["learning_rate"], seed)
    few = slice(0, 64)  # required by the interface, not used
    model, _ = engine.fit(
        model,
        x,
        y,
        (x[few], y[few]),
        **engine.schedule(network),
        monitor="loss",
        seed=seed,
        checkpoint=checkpoint,
    )
    return model


def predict(models, inputs):
    """Outputs (n_models, n, n_out) of networks for the inputs of `obafgkm.classify.inputs.network_inputs`.

    For MK types they are the probabilities of the temperature classes and then of the luminosity classes, for
    stellar parameters see `obafgkm.classify.parameters.from_outputs`, for kinds they are the probabilities.
    """
    return np.stack([engine.predict(model, inputs) for model in models])


def _rarity(labels):
    """Weights for the draw of stars: inverse square root of the number of similar stars."""
    group = labels["luminosity"].map(dict(enumerate(_GROUPS))).fillna(-1).to_numpy()
    weight, classes = np.empty(len(labels)), labels["mk_class"].to_numpy()
    for name in np.unique(group):
        own = group == name
        density = gaussian_filter1d(np.bincount(classes[own], minlength=N_CLASSES).astype(float), 2)
        weight[own] = 1 / np.sqrt(density[classes[own]] + 0.3)
    return weight


def expected_types(labels, width):
    """Expected distributions (n, 75): normal around the temperature class, one-hot in luminosity class."""
    classes, luminosity = labels["mk_class"].to_numpy(), labels["luminosity"].to_numpy()
    y = np.zeros((len(labels), sum(CLASSES)), np.float32)
    normal = np.exp(-0.5 * ((np.arange(N_CLASSES) - classes[:, None]) / width) ** 2)
    y[:, :N_CLASSES] = normal / normal.sum(1, keepdims=True)
    known = np.flatnonzero(luminosity >= 0)
    y[known, N_CLASSES + luminosity[known].astype(int)] = _LUMINOSITY_WEIGHT
    return y
