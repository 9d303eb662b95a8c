"""Real spectra of SDSS and LAMOST on common wavelengths and one scale, and noisier copies of them.

LAMOST ends at 9099 Angstrom, one short of the thesis's cut, so that the pixels here end a little earlier.
Flux is scaled to unit power: that of LAMOST is relative, and its scale would reveal the survey.
"""

import numpy as np
import pandas as pd

from obafgkm.archives.sdss.labels import object_names, star_family
from obafgkm.documents.csepreghy.sample import cut
from obafgkm.mk import MAIN_CLASSES
from obafgkm.spectra import concatenate
from obafgkm.training.splits import stratified_folds

__all__ = [
    "FIRST",
    "PIXELS",
    "answers",
    "common",
    "held_out",
    "noisier",
    "scaled",
    "some_objects",
    "survey_target",
]

PIXELS = slice(355, 4063)  # of the archive's grid: 3,708 pixels, 3850.3 to 9040.6 Angstrom
FIRST = 35500 + PIXELS.start  # log10 wavelength of the first of them in units of 1e-4
_REACHED = (3850.0, 9045.0)  # Angstrom: a spectrum must begin below the first and end above the second
_WARP = np.array([3, 1.6, 1])  # how much a continuum tilts and bends, relative to its finest bend


def common(parts, min_valid):
    """Spectra of several surveys on the pixels that all of them cover.

    Parameters
    ----------
    parts : sequence of Spectra
        As packed.
    min_valid : float
        Minimum fraction of valid pixels.

    Returns
    -------
    kept : Spectra
        Selected spectra; the label ``star`` is the same for all spectra of an object in either survey.
    dropped : DataFrame
        See `obafgkm.documents.csepreghy.sample.cut`.
    """
    spectra = concatenate(parts)
    spectra.labels["star"] = object_names(spectra.labels, "object")
    return cut(spectra, min_valid, PIXELS, _REACHED, repeats=True)


def survey_target(labels, task, fewest):
    """The class expected in a task, as text; '' for spectra that do not take part.

    Parameters
    ----------
    labels : DataFrame
    task : {'class', 'stars'}
        ``stars``: main classes O to M, by the first letter of the pipeline's subclass.
    fewest : int
        Objects below which a class is left out.
    """
    names = labels["class"]
    if task == "stars":
        family = labels["subclass"].map(star_family)
        names = family.where((names == "STAR") & family.isin(list(MAIN_CLASSES)), "")
    objects = labels["star"].groupby(names).nunique()
    return names.where(names.map(objects) >= fewest, "")


def scaled(spectra, binning):
    """Flux at unit power and its error, averaged over neighbouring pixels by inverse variances.

    Parameters
    ----------
    spectra : Spectra
    binning : int
        Number of pixels averaged into one; a remainder at the red end is dropped.

    Returns
    -------
    flux, error : arrays of float32 (n_spec, n_pix // binning)
        Where no pixel is valid, flux is interpolated, and the error is the largest of the spectrum.
    """
    n = spectra.flux.shape[1] // binning
    weight = spectra.ivar[:, : n * binning].reshape(len(spectra), n, binning).astype(float)
    value = (spectra.flux[:, : n * binning].reshape(weight.shape) * weight).sum(axis=2)
    weight = weight.sum(axis=2)
    place = np.arange(n)
    flux, error = np.empty((2, len(spectra), n), np.float32)
    for i, (values, weights) in enumerate(zip(value, weight, strict=True)):
        valid = weights > 0
        binned = np.interp(place, place[valid], values[valid] / weights[valid])
        power = np.sqrt((binned**2).mean())
        flux[i] = binned / power
        error[i] = 1 / np.sqrt(np.where(valid, weights, weights[valid].min())) / power
    return flux, error


def noisier(flux, error, faintest, warp, rng):
    """Copies of spectra as they would be observed if fainter and with another calibration.

    Each gets noise, to reach a signal-to-noise ratio drawn between its own and the `faintest`, uniformly in
    the logarithm, and is multiplied by a smooth factor.

    Parameters
    ----------
    flux, error : arrays (n_spec, n_bins)
        From `scaled`.
    faintest : float
        Median ratio in a bin; a spectrum below gets no noise.
    warp : float
        Standard deviation of the finest bend of the factor's logarithm; that of its tilt is three times as
        large.
    rng : numpy.random.Generator

    Returns
    -------
    array of float32 (n_spec, n_bins)
        At unit power.
    """
    own = np.median(np.abs(flux) / error, axis=1)
    drawn = np.exp(rng.uniform(np.log(np.minimum(faintest, own)), np.log(own)))
    more = np.sqrt(np.maximum((own / drawn) ** 2 - 1, 0))[:, np.newaxis]
    x = np.linspace(-1, 1, flux.shape[1])
    factor = np.exp(rng.normal(0, warp * _WARP, (len(flux), 3)) @ np.stack([x, x**2 - 1 / 3, x**3 - 0.6 * x]))
    copies = flux * factor + rng.normal(size=flux.shape) * error * more
    return (copies / np.sqrt((copies**2).mean(axis=1, keepdims=True))).astype(np.float32)


def some_objects(stars, classes, share, seed):
    """Mask of the spectra of a share of the objects of each class, one object at least.

    Those of a smaller share are among those of a larger one.
    """
    table = pd.DataFrame({"star": np.asarray(stars, str), "class": np.asarray(classes, str)})
    objects = table.drop_duplicates("star").sort_values("star")
    objects = objects.sample(frac=1, random_state=seed)
    rank = objects.groupby("class").cumcount()
    size = objects.groupby("class")["star"].transform("size")
    chosen = objects["star"][rank < np.maximum(np.round(share * size), 1)]
    return table["star"].isin(chosen).to_numpy()


def held_out(stars, classes, settings, seed):
    """Folds of a repeated cross-validation, by object.

    Parameters
    ----------
    stars, classes : array-like of str (n_spec,)
    settings : dict
        ``folds`` and ``repeats``.
    seed : int

    Yields
    ------
    repeat, fold : int
    mask : array of bool (n_spec,)
        The test spectra.
    """
    for repeat in range(settings["repeats"]):
        folds = stratified_folds(stars, classes, settings["folds"], [seed, repeat])
        for fold, mask in enumerate(folds):
            yield repeat, fold, mask


def answers(labels, expected, predicted, **told):
    """Predictions of a model as rows of a table.

    Parameters
    ----------
    labels : DataFrame (n_spec rows)
    expected, predicted : array-like of str (n_spec,)
    **told
        Further columns: task, model, fold ...
    """
    table = pd.DataFrame(told, index=labels.index)
    return table.assign(
        name=labels["name"],
        star=labels["star"],
        survey=labels["library"],
        source=labels["source"],
        expected=expected,
        predicted=predicted,
    )
