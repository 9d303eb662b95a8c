"""Galaxies, quasars and stars as Csepreghy 2020 prepares them: cuts, classes, features and flux."""

import numpy as np
import pandas as pd
from scipy.ndimage import gaussian_filter1d

from obafgkm.archives.sdss.labels import BANDS, usable
from obafgkm.archives.sdss.spectra import WAVE
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.lines import LINES

__all__ = [
    "FEATURES",
    "GALAXY_SUBCLASSES",
    "PIXELS",
    "SMOOTH_WIDTHS",
    "STAR_GROUPS",
    "STEPS",
    "TASKS",
    "WIDTHS",
    "cut",
    "drawn",
    "feature_table",
    "shaped",
    "star_group",
    "takes_part",
    "target",
]

PIXELS = slice(355, 4091)  # section of the archive's grid: 3,736 pixels, 3850.34 to 9099.13 Angstrom
_REACHED = (3850.0, 9100.0)  # Angstrom: a spectrum must begin below the first and end above the second
STEPS = ("not classified", "duplicate", "range", "short")

WIDTHS = [f"width_{i:02d}" for i in range(1, len(LINES) + 1)]
SMOOTH_WIDTHS = [f"smooth_{name}" for name in WIDTHS]  # for networks that take smoothed flux
# 14 equivalent widths, redshift and its error, five Petrosian magnitudes and their errors.
FEATURES = {
    "widths": WIDTHS,
    "redshift": ["z", "zerr"],
    "magnitudes": [f"{name}_{band}" for name in ("petromag", "petromagerr") for band in BANDS],
}
# The classes of the thesis's Tables 8 and 9, not all of which occur in a small sample.
GALAXY_SUBCLASSES = (
    "AGN",
    "AGN BROADLINE",
    "BROADLINE",
    "NULL",
    "STARBURST",
    "STARBURST BROADLINE",
    "STARFORMING",
    "STARFORMING BROADLINE",
)
STAR_GROUPS = (
    *("A", "B", "CV", "Carbon", "CarbonWD", "Carbon_lines", "F", "G", "K", "L", "M", "O", "T2", "WD"),
    "WDmagnetic",
)
TASKS = ("class", "galaxies", "galaxies_known", "stars", "stars_full")


def cut(spectra, min_valid, pixels=PIXELS, reached=_REACHED, repeats=False):
    """Apply the cuts of the thesis's pipeline, on its 3,736 pixels.

    In this order: spectra classified by SDSS without a warning, as in the query; one spectrum per object;
    those that begin below 3850 and end above 9100 Angstrom; those with enough valid pixels in between.

    Parameters
    ----------
    spectra : Spectra
        On `obafgkm.archives.sdss.spectra.WAVE`, as packed.
    min_valid : float
        Smallest fraction of valid pixels.
    pixels : slice
        Section of the archive's grid that is kept.
    reached : (float, float)
        Wavelengths in Angstrom below which a spectrum must begin and above which it must end.
    repeats : bool
        Keep every spectrum of an object, not only the first.

    Returns
    -------
    kept : Spectra
    dropped : DataFrame
        Columns library, file, name, class, step (one of `STEPS`), reason.
    """
    labels = spectra.labels
    valid = spectra.ivar > 0
    classified, why = usable(labels, min_snr=-np.inf)
    first = WAVE[valid.argmax(axis=1)]
    last = WAVE[valid.shape[1] - 1 - valid[:, ::-1].argmax(axis=1)]
    share = valid[:, pixels].mean(axis=1)
    repeated = (
        pd.Series(labels["star"].to_numpy()).where(classified).duplicated() & classified & (not repeats)
    )
    step = np.select(
        [~classified, repeated, (first >= reached[0]) | (last <= reached[1]), share < min_valid],
        STEPS,
        default="",
    )
    reason = pd.Series("", index=labels.index)
    reason[why.index] = why["reason"]
    reason[step == "duplicate"] = "another spectrum of the object is kept"
    beyond = step == "range"
    reason[beyond] = [
        f"covers {low:.1f} to {high:.1f} Å, not {reached[0]:.0f} to {reached[1]:.0f} Å"
        for low, high in zip(first[beyond], last[beyond], strict=True)
    ]
    reason[step == "short"] = [f"{part:.0%} of its pixels are valid" for part in share[step == "short"]]
    keep = step == ""
    dropped = labels.loc[~keep, ["library", "file", "name", "class"]].assign(
        step=step[~keep], reason=reason[~keep]
    )
    kept = spectra.select(keep)
    kept = Spectra(
        WAVE[pixels],
        kept.flux[:, pixels],
        kept.ivar[:, pixels],
        kept.labels,
        kept.medium,
        kept.fwhm,
        kept.provenance,
    )
    assert len(spectra) == len(kept) + len(dropped)
    return kept, dropped


def star_group(subclass):
    """One of the thesis's 15 groups of stars, as in its code: the latest spectral letter in the name counts.

    Examples
    --------
    >>> [star_group(name) for name in ("A0p", "OB", "WDmagnetic", "L5.5", "A4 (G_165-39)")]
    ['A', 'B', 'WDmagnetic', 'L', 'G']
    """
    letters = [letter for letter in "OBAFGKML" if letter in subclass]
    return letters[-1] if letters else subclass


def target(labels, task):
    """The class to be predicted in a task, as text; '' for spectra that are not used.

    Parameters
    ----------
    labels : DataFrame
    task : str
        One of `TASKS`: ``class``; ``galaxies``, subclasses with NULL where there is none, or
        ``galaxies_known`` without these; ``stars``, grouped, or ``stars_full``, as SDSS has them.
    """
    if task == "class":
        return labels["class"]
    of_class = labels["class"] == ("STAR" if task.startswith("stars") else "GALAXY")
    if task == "stars":
        return labels["subclass_text"].map(star_group).where(of_class, "")
    if task == "stars_full":
        return labels["subclass_text"].where(of_class, "")
    missing = "" if task == "galaxies_known" else "NULL"
    return labels["subclass"].where(labels["subclass"] != "", missing).where(of_class, "")


def drawn(labels, n, seed):
    """Mask of `n` spectra of a sample drawn at random, in proportion to the size of each part.

    All are drawn if there are fewer. For the same seed, a smaller draw is a subset of a larger one.
    """
    rank = pd.Series(np.random.default_rng(seed).permutation(len(labels)), index=labels.index)
    within = rank.groupby(labels["part"]).rank(method="first")
    share = labels.groupby("part")["part"].transform("size") / len(labels)
    return (within <= np.maximum(np.round(n * share), 1)).to_numpy()


def takes_part(labels, task, numbers, seed):
    """Mask of the spectra used to train and test a task's networks.

    Parameters
    ----------
    labels : DataFrame
        Labels of a prepared sample.
    task : str
        One of `TASKS`.
    numbers : dict of str to int
        Number of spectra drawn at random per task; for other tasks all are used.
    seed : int

    Returns
    -------
    array of bool (n_spec,)
    """
    mask = (target(labels, task) != "").to_numpy()
    mask[mask] = drawn(labels[mask], numbers.get(task, mask.sum()), seed)
    return mask


def feature_table(labels, without=(), smoothed=False):
    """The features of the mixed-input network (n_spec, 26), or those outside the group `without`.

    Widths are those of smoothed flux if `smoothed`: the thesis's pipeline smooths before it measures.
    """
    groups = FEATURES | ({"widths": SMOOTH_WIDTHS} if smoothed else {})
    names = [name for group, columns in groups.items() if group not in without for name in columns]
    return labels[names].to_numpy(float)


def shaped(flux, smoothing, binning):
    """Flux for the networks: smoothed by a Gaussian, then averaged over neighbouring pixels.

    Parameters
    ----------
    flux : array (n_spec, n_pix)
    smoothing : float
        Standard deviation in pixels; 0 for no smoothing.
    binning : int
        Pixels averaged into one; a remainder at the red end is dropped. 1 in the thesis.

    Returns
    -------
    array of float32 (n_spec, n_pix // binning)
    """
    if smoothing:
        flux = gaussian_filter1d(flux, smoothing, axis=1)
    n = flux.shape[1] // binning
    return flux[:, : n * binning].reshape(len(flux), n, binning).mean(axis=2, dtype=np.float32)
