"""Galaxies, quasars and stars as Csepreghy 2020 prepares them: cuts, classes, features, shapes of flux."""

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

PIXELS = slice(355, 4091)  # of the archive's grid: 3,736 pixels, 3850.34 to 9099.13 Angstrom
_REACHED = (3850.0, 9100.0)  # Angstrom that a spectrum has to begin below, and to end above
STEPS = ("not classified", "duplicate", "range", "short")

WIDTHS = [f"width_{i:02d}" for i in range(1, len(LINES) + 1)]
SMOOTH_WIDTHS = [f"smooth_{name}" for name in WIDTHS]  # of smoothed flux, for the networks that get it
# 14 equivalent widths, redshift and its error, five Petrosian magnitudes and their errors.
FEATURES = {
    "widths": WIDTHS,
    "redshift": ["z", "zerr"],
    "magnitudes": [f"{name}_{band}" for name in ("petromag", "petromagerr") for band in BANDS],
}
# The classes of the thesis's Tables 8 and 9, which a small sample need not hold.
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
    """Keep what the thesis's pipeline keeps, on its 3,736 pixels.

    In this order: what SDSS classifies without a warning, as the query asks; one spectrum an object; those
    that begin below 3850 and end above 9100 Angstrom; those with enough valid pixels between.

    Parameters
    ----------
    spectra : Spectra
        On `obafgkm.archives.sdss.spectra.WAVE`, as packed.
    min_valid : float
        Smallest share of valid pixels.
    pixels : slice
        Of the archive's grid, that are kept.
    reached : (float, float)
        Angstrom that a spectrum has to begin below, and to end above.
    repeats : bool
        Keep every spectrum of an object, not the first alone.

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
    """One of the thesis's 15 groups of stars, as its code finds them: of the letters in it the latest counts.

    Examples
    --------
    >>> [star_group(name) for name in ("A0p", "OB", "WDmagnetic", "L5.5", "A4 (G_165-39)")]
    ['A', 'B', 'WDmagnetic', 'L', 'G']
    """
    letters = [letter for letter in "OBAFGKML" if letter in subclass]
    return letters[-1] if letters else subclass


def target(labels, task):
    """The class that a task is to find, as text; '' of what does not take part.

    Parameters
    ----------
    labels : DataFrame
    task : str
        One of `TASKS`: ``class``; ``galaxies``, subclasses with NULL for those that have none, or
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
    """Mask of `n` spectra of a sample, drawn at random, of each part as many as its share.

    All are drawn where there are fewer. Those of a smaller draw of one seed are among those of a larger one.
    """
    rank = pd.Series(np.random.default_rng(seed).permutation(len(labels)), index=labels.index)
    within = rank.groupby(labels["part"]).rank(method="first")
    share = labels.groupby("part")["part"].transform("size") / len(labels)
    return (within <= np.maximum(np.round(n * share), 1)).to_numpy()


def takes_part(labels, task, numbers, seed):
    """Mask of the spectra that a task's networks train and are tested on.

    Parameters
    ----------
    labels : DataFrame
        Of a prepared sample.
    task : str
        One of `TASKS`.
    numbers : dict of str to int
        Spectra drawn at random for a task; of a task that is not in it all take part.
    seed : int

    Returns
    -------
    array of bool (n_spec,)
    """
    mask = (target(labels, task) != "").to_numpy()
    mask[mask] = drawn(labels[mask], numbers.get(task, mask.sum()), seed)
    return mask


def feature_table(labels, without=(), smoothed=False):
    """The features of the mixed-input network (n_spec, 26), or those that are not of a group `without`.

    Widths are those of smoothed flux if `smoothed`: the thesis's pipeline smooths first and measures then.
    """
    groups = FEATURES | ({"widths": SMOOTH_WIDTHS} if smoothed else {})
    names = [name for group, columns in groups.items() if group not in without for name in columns]
    return labels[names].to_numpy(float)


def shaped(flux, smoothing, binning):
    """Flux as the networks get it: smoothed by a Gaussian, then averaged over neighbouring pixels.

    Parameters
    ----------
    flux : array (n_spec, n_pix)
    smoothing : float
        Standard deviation, pixels; 0 leaves flux as it is.
    binning : int
        Pixels that become one; what is left over at the red end is dropped. 1 in the thesis.

    Returns
    -------
    array of float32 (n_spec, n_pix // binning)
    """
    if smoothing:
        flux = gaussian_filter1d(flux, smoothing, axis=1)
    n = flux.shape[1] // binning
    return flux[:, : n * binning].reshape(len(flux), n, binning).mean(axis=2, dtype=np.float32)
