"""The four stellar libraries, simulated: one sky of fictitious stars with realistic overlaps.

Sizes, overlaps, luminosity classes and, for CFLIB, main classes are those of Sharma et al. 2020, section 2;
the remaining class tables follow the types in the libraries' own catalogues. Stars are named HD 500001 and
upwards, numbers beyond the Henry Draper Catalogue.

A star has one true position on the sequence; each catalogue's type scatters around it, by 0.7 subclasses
between two catalogues. Types stay within their main class, which preserves the counts.
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import linprog

from obafgkm import mk
from obafgkm.archives import cflib, elodie, jhc, miles
from obafgkm.simulate.calibration import stellar_parameters
from obafgkm.simulate.nodes import StellarGrid
from obafgkm.simulate.seeds import named_generator
from obafgkm.simulate.stars import draw_stars, observe, signal_to_noise
from obafgkm.spectra import Spectra

__all__ = ["LIBRARIES", "simulate_library", "sky"]

_FIRST_STAR = 500001


# Main class (rows, O to M) by luminosity class (columns, I to V), up to a factor per row and column.
_CFLIB_TABLE = [
    [3, 0.3, 3, 0.3, 3],
    [12, 6, 25, 30, 56],
    [7, 2, 16, 12, 62],
    [11, 6, 10, 32, 115],
    [12, 11, 159, 33, 79],
    [7, 9, 255, 24, 25],
    [7, 4, 26, 0.01, 1],
]
_ELODIE_TABLE = [
    [15, 1, 8, 0.3, 11],
    [10, 4, 31, 23, 73],
    [4, 5, 42, 34, 106],
    [7, 9, 20, 44, 369],
    [10, 12, 91, 58, 233],
    [4, 13, 139, 12, 108],
    [1, 3, 18, 0.01, 6],
]
_MILES_TABLE = [
    [0.2, 0.2, 1, 0.1, 1],
    [0.5, 1, 12, 9, 10],
    [0.5, 1, 9, 8, 30],
    [0.5, 2, 8, 18, 95],
    [0.5, 2, 50, 22, 60],
    [0.5, 2, 100, 8, 36],
    [0.5, 2, 15, 0.01, 9],
]
_JHC_TABLE = [
    [5, 0, 4, 0, 10],
    [12, 2, 11, 0, 8],
    [8, 0, 3, 0, 12],
    [8, 1, 6, 2, 12],
    [5, 2, 11, 2, 9],
    [4, 1, 6, 0, 3],
    [3, 2, 3, 0, 3],
]
_JHC_EXCLUDED = slice(152, 155)  # atlas numbers 153-155, which the paper drops
_CFLIB_COUNTS = ([7, 98, 90, 155, 251, 221, 28], [46, 16, 349, 80, 359])
_CFLIB_WITH_GAPS = ([5, 38, 26, 66, 128, 144, 16], [24, 10, 199, 44, 146])
_MILES_COUNTS = ([1, 30, 44, 113, 125, 120, 20], [1, 5, 164, 60, 223])
_ELODIE_COUNTS = ([27, 115, 156, 369, 324, 233, 24], [22, 11, 253, 125, 837])
_ELODIE_STARS = 886
_MILES_AND_CFLIB, _ELODIE_AND_CFLIB, _ELODIE_AND_MILES = 370, 402, 180
_MILES_UNTYPED, _ELODIE_UNTYPED, _ELODIE_SPECTRA = 162, 100, 1959
# Range of subclasses that occur: from, to (exclusive).
_SUBCLASSES = {"O": (5, 10), "B": (0, 10), "A": (0, 10), "F": (0, 10), "G": (0, 10), "K": (0, 8), "M": (0, 7)}
# Catalogue types without a luminosity class, or without an MK type at all.
_INCOMPLETE = 5 * ("{type}",) + ("{main}", "{main}II", "sd:{type}", "{main}:?", "Am")


def _counts(table, rows, columns):
    """Integers close to a table, with given row and column sums (rounded iterative proportional fitting).

    Rounding every entry up or down while keeping all sums is a transport problem with integer solutions.
    """
    fitted = np.array(table, float)
    for _ in range(500):
        fitted *= (np.array(rows) / fitted.sum(1))[:, np.newaxis]
        fitted *= np.array(columns) / fitted.sum(0)
    shape = fitted.shape
    sums = np.concatenate(
        [
            np.kron(np.eye(shape[0]), np.ones(shape[1])),
            np.kron(np.ones(shape[0]), np.eye(shape[1])),
        ]
    )
    solution = linprog(
        -(fitted % 1).ravel(),
        A_eq=sums,
        b_eq=np.concatenate([rows, columns]),
        bounds=np.stack([np.floor(fitted + 1e-6).ravel(), np.ceil(fitted - 1e-6).ravel()], 1),
        method="highs-ds",
    )
    return np.round(solution.x).astype(int).reshape(shape)


def _slots(table, rows, columns, rng):
    """One row per star: class number as catalogued (half subclasses among O and B) and luminosity."""
    counts = _counts(table, rows, columns)
    cells = np.argwhere(counts > 0)
    main, luminosity = np.repeat(cells, counts[counts > 0], axis=0).T
    low, high = np.array([_SUBCLASSES[name] for name in mk.MAIN_CLASSES])[main].T
    subclass = low + (high - low) * rng.random(main.size)
    subclass = np.where(main < 2, np.floor(2 * subclass) / 2, np.floor(subclass))
    return pd.DataFrame({"number": 10 * main + subclass, "luminosity": luminosity})


def _jhc_slots(rng):
    """The 158 stars kept by the paper, plus three dwarfs at the numbers that it drops."""
    kept = _slots(_JHC_TABLE, np.sum(_JHC_TABLE, axis=1), np.sum(_JHC_TABLE, axis=0), rng)
    dropped = pd.DataFrame({"number": [34.0, 37.0, 23.0], "luminosity": 4})
    first = _JHC_EXCLUDED.start
    return pd.concat([kept[:first], dropped, kept[first:]], ignore_index=True)


def _type_text(number, luminosity=None):
    main, subclass = divmod(float(number), 10)
    return str(mk.MKType(mk.MAIN_CLASSES[int(main)], subclass, luminosity))


def _second_opinion(stars, rng, complete=1.0):
    """Types in another catalogue: scattered by half a subclass about the truth, within the main class.

    ``complete`` is the fraction with a luminosity class.
    """
    opinion = np.round(stars["number"] + rng.normal(0, 0.5, len(stars)))
    main = 10 * (stars["catalogued"] // 10)
    opinion = main + np.clip(opinion - main, np.where(main == 0, 5, 0), np.where(main == 60, 7, 9))
    luminosity = np.where(rng.random(len(stars)) < complete, stars["luminosity"], None)
    return [_type_text(*pair) for pair in zip(opinion, luminosity, strict=True)]


def _incomplete_types(stars, rng):
    texts = [_type_text(np.floor(number)) for number in stars["catalogued"]]
    forms = rng.choice(_INCOMPLETE, len(texts))
    return [form.format(type=text, main=text[0]) for form, text in zip(forms, texts, strict=True)]


def _catalogued_types(stars):
    return [_type_text(*pair) for pair in zip(stars["catalogued"], stars["luminosity"], strict=True)]


@dataclass(frozen=True)
class Sky:
    """Stars, and their spectra in each library.

    Attributes
    ----------
    stars : DataFrame
        ``name``, ``home`` (the library of its catalogued type), ``catalogued`` (that class number),
        ``priority`` (0-1; a thinned library keeps the lowest) and the columns of
        `obafgkm.simulate.stars.draw_stars`.
    spectra : dict of str to DataFrame
        One row per spectrum: ``star`` (a row of ``stars``), ``type_text``, ``catalogue_type_text``.
    """

    stars: pd.DataFrame
    spectra: dict


@functools.lru_cache(maxsize=4)
def sky(seed):
    """The sky for a seed, and the stars observed by each library.

    Every library and every group of stars has its own random numbers, so that adding a library whose stars
    come last does not change the others.

    Parameters
    ----------
    seed : int

    Returns
    -------
    Sky
    """
    random = functools.partial(named_generator, seed, "sky")
    miles = _slots(_MILES_TABLE, *_MILES_COUNTS, random("miles"))
    elodie = _slots(_ELODIE_TABLE, *_ELODIE_COUNTS, random("elodie"))
    elodie["member"], shared = _elodie_stars(elodie, miles, random("elodie", "members"))
    elodie_only = elodie.drop_duplicates("member").query("member not in @shared.index")
    homes = {
        "cflib": (_slots(_CFLIB_TABLE, *_CFLIB_COUNTS, random("cflib")), 0.06),
        "cflib with gaps": (_slots(_CFLIB_TABLE, *_CFLIB_WITH_GAPS, random("cflib with gaps")), 0.06),
        "miles": (miles, 0.15),
        "elodie": (elodie_only, 0.06),
        "miles untyped": (miles.sample(_MILES_UNTYPED, random_state=random("miles untyped")), 0.4),
        "elodie untyped": (elodie.sample(_ELODIE_UNTYPED, random_state=random("elodie untyped")), 0.2),
        "jhc": (_jhc_slots(random("jhc")), 0.0),
    }
    parts = []
    for home, (slots, metal_poor) in homes.items():
        rng = random(home, "stars")
        part = draw_stars(slots["number"], slots["luminosity"], rng, metal_poor)
        parts.append(
            part.assign(home=home, catalogued=slots["number"].to_numpy(), priority=rng.random(len(part)))
        )
    stars = pd.concat(parts, ignore_index=True)
    stars["name"] = [f"HD {_FIRST_STAR + i}" for i in range(len(stars))]
    at = {home: np.flatnonzero(stars["home"] == home) for home in homes}
    stars.loc[at["jhc"][_JHC_EXCLUDED], "feh"] = -1.0

    star_of_member = pd.Series(at["elodie"], index=elodie_only["member"])
    star_of_member = pd.concat([star_of_member, shared.map(lambda i: at["miles"][i])])
    at["all of cflib"] = np.concatenate([at["cflib"], at["cflib with gaps"]])
    at["elodie typed"] = elodie["member"].map(star_of_member).to_numpy()
    spectra = {
        name: library.observed(stars, at, random(name, "spectra")) for name, library in LIBRARIES.items()
    }
    return Sky(stars, spectra)


def _elodie_stars(elodie, miles, rng):
    """The star of each ELODIE spectrum, and which of those stars are in MILES.

    Returns
    -------
    member : array of int (n_spectra,)
        Row of the star's first spectrum.
    shared : Series
        Row in ``miles``, indexed by member.
    """
    cell = [elodie["number"] // 10, elodie["luminosity"]]
    order = elodie.assign(random=rng.random(len(elodie))).groupby(cell)["random"].rank()
    # At least one star per cell, then at random.
    chance = np.where(order == 1, -1.0, rng.random(len(elodie)))
    first = chance.argsort().argsort() < _ELODIE_STARS
    member = np.arange(len(elodie))
    for rows in elodie.groupby(cell).indices.values():
        repeats = rows[~first[rows]]
        member[repeats] = rng.choice(rows[first[rows]], repeats.size)
    keys = ["main", "luminosity", "place"]
    left, right = (
        table.assign(main=table["number"] // 10, row=table.index).assign(
            place=lambda t: t.groupby(["main", "luminosity"]).cumcount()
        )[[*keys, "row"]]
        for table in (elodie[first], miles)
    )
    pairs = left.merge(right, on=keys, suffixes=("", "_miles")).sample(_ELODIE_AND_MILES, random_state=rng)
    return member, pd.Series(pairs["row_miles"].to_numpy(), index=pairs["row"])


def _jhc_spectra(stars, at, rng):
    types = _catalogued_types(stars.loc[at["jhc"]])
    return pd.DataFrame({"star": at["jhc"], "type_text": types, "catalogue_type_text": ""})


def _cflib_spectra(stars, at, rng):
    observed = at["all of cflib"]
    types, opinion = _catalogued_types(stars.loc[observed]), _second_opinion(stars.loc[observed], rng, 0.85)
    return pd.DataFrame({"star": observed, "type_text": types, "catalogue_type_text": opinion})


def _miles_spectra(stars, at, rng):
    common = np.sort(rng.choice(at["all of cflib"], _MILES_AND_CFLIB, replace=False))
    star = np.concatenate([at["miles"], common, at["miles untyped"]])
    types = _catalogued_types(stars.loc[at["miles"]])
    types += _second_opinion(stars.loc[common], rng)
    types += _incomplete_types(stars.loc[at["miles untyped"]], rng)
    return pd.DataFrame({"star": star, "type_text": types, "catalogue_type_text": ""})


def _elodie_spectra(stars, at, rng):
    typed = at["elodie typed"]
    common = np.sort(rng.choice(at["all of cflib"], _ELODIE_AND_CFLIB, replace=False))
    n_repeats = _ELODIE_SPECTRA - typed.size - common.size - _ELODIE_UNTYPED
    star = np.concatenate([typed, common, rng.choice(common, n_repeats), at["elodie untyped"]])
    seen = np.unique(star)
    texts = pd.Series(_second_opinion(stars.loc[seen], rng), index=seen)
    texts.loc[at["elodie"]] = _catalogued_types(stars.loc[at["elodie"]])
    texts.loc[at["elodie untyped"]] = _incomplete_types(stars.loc[at["elodie untyped"]], rng)
    simbad = pd.Series(_second_opinion(stars.loc[seen], rng), index=seen)
    simbad.loc[at["elodie untyped"]] = texts.loc[at["elodie untyped"]]
    return pd.DataFrame(
        {"star": star, "type_text": texts[star].to_numpy(), "catalogue_type_text": simbad[star].to_numpy()}
    )


@dataclass(frozen=True)
class Library:
    """Properties of a library.

    Attributes
    ----------
    wave : array (n_pix,)
        Angstrom, in air.
    fwhm : float
        Resolution, Angstrom.
    snr : float
        Median signal-to-noise ratio.
    dereddened : bool
    file : str
        Format of file names, from the spectrum's number and the star's number in the Henry Draper Catalogue.
    observed : callable
        Takes the stars of the sky, the rows of each group of stars and a random number generator; returns the
        library's entry in `Sky.spectra`.
    """

    wave: np.ndarray
    fwhm: float
    snr: float
    dereddened: bool
    file: str
    observed: Callable


LIBRARIES = {
    "jhc": Library(jhc.WAVE, jhc.FWHM, 80.0, True, "jc_{number}.fits", _jhc_spectra),
    "elodie": Library(elodie.WAVE, elodie.FWHM, 80.0, False, "{number:05d}.fits", _elodie_spectra),
    "miles": Library(miles.WAVE, miles.FWHM, 100.0, True, "s{number:04d}.fits", _miles_spectra),
    "cflib": Library(cflib.WAVE, cflib.FWHM, 80.0, False, "{star}.fits", _cflib_spectra),
}


def simulate_library(name, seed, fraction=1.0, grid=None):
    """A library as held by its archive.

    Parameters
    ----------
    name : {'jhc', 'miles', 'elodie', 'cflib'}
    seed : int
        Equal seeds give the same sky: a star shared by two libraries is identical in both.
    fraction : float
        Fraction of the spectra of each main class that is kept, at least one of each; it does not change the
        sky.
    grid : StellarGrid, optional
        By default the one in the package.

    Returns
    -------
    Spectra
        On the library's pixels, in air. Labels ``library, file, name, star, aliases, type_text,
        catalogue_type_text, teff, logg, feh``, the last three being the true ones. For CFLIB, ``type_text``
        is the Pickles type, which determines the continuum; ``catalogue_type_text`` is the type from the
        literature. Masked pixels have ``ivar`` 0.
    """
    library, heaven = LIBRARIES[name], sky(seed)
    grid = StellarGrid.load() if grid is None else grid
    rng = named_generator(seed, "library", name)
    spectra = heaven.spectra[name].assign(snr=signal_to_noise(len(heaven.spectra[name]), library.snr, rng))
    names = heaven.stars.loc[spectra["star"], "name"].str.removeprefix("HD ")
    spectra["file"] = [library.file.format(number=i, star=star) for i, star in enumerate(names, 1)]
    spectra = spectra[_thinned(heaven.stars.loc[spectra["star"]], fraction)]
    stars = heaven.stars.loc[spectra["star"]].reset_index(drop=True)
    stars["teff"], stars["logg"], stars["feh"] = grid.clip(stars["teff"], stars["logg"], stars["feh"])
    if library.dereddened:
        stars["a_v"] = rng.normal(0, 0.05, len(stars))
    forced = _of_catalogued_type(stars) if name == "cflib" else None
    flux, ivar = observe(
        grid, stars, library.wave, library.fwhm, spectra["snr"].to_numpy(), rng, continuum_stars=forced
    )
    if name == "elodie":
        ivar[_bad_columns(flux.shape, rng)] = 0
    else:
        ivar[:] = 1
    if name == "cflib":
        ivar[_gaps(library.wave, stars["home"] == "cflib with gaps", rng)] = 0
    labels = pd.DataFrame(
        {
            "library": name,
            "file": spectra["file"].to_numpy(),
            "name": stars["name"].str.removeprefix("HD ") if name == "cflib" else stars["name"],
            "star": stars["name"],
            "aliases": "",
            "type_text": spectra["type_text"].to_numpy(),
            "catalogue_type_text": spectra["catalogue_type_text"].to_numpy(),
            "teff": stars["teff"],
            "logg": stars["logg"],
            "feh": stars["feh"],
        }
    )
    provenance = {"source": "simulated", "library": name, "seed": seed, "fraction": fraction}
    return Spectra(library.wave, flux, ivar, labels, "air", library.fwhm, provenance)


def _thinned(stars, fraction):
    """Mask of the rows of lowest priority, an equal fraction of each main class."""
    main = stars["catalogued"].to_numpy() // 10
    rank = stars["priority"].groupby(main).rank(method="first").to_numpy()
    size = pd.Series(main).groupby(main).transform("size").to_numpy()
    return rank <= np.ceil(fraction * size)


def _of_catalogued_type(stars):
    teff, logg = stellar_parameters(stars["catalogued"], stars["luminosity"])
    return pd.DataFrame({"teff": teff, "logg": logg, "feh": 0.0})


def _bad_columns(shape, rng):
    """Mask (n_spec, n_pix) of a few runs of bad pixels in each spectrum."""
    bad = np.zeros(shape, bool)
    for row in bad:
        for start in rng.integers(0, shape[1], rng.integers(2, 8)):
            row[start : start + rng.integers(2, 15)] = True
    return bad


def _gaps(wave, wide, rng):
    """Mask (n_spec, n_pix) of the gaps between CFLIB's grating settings.

    Stars marked ``wide`` have a gap of 80-500 Angstrom in the optical; two in five of the others have a
    narrow one (below 45 Angstrom) or one beyond 6800 Angstrom.
    """
    gaps = np.zeros((len(wide), wave.size), bool)
    for row, is_wide in zip(gaps, wide, strict=True):
        if is_wide:
            start, width = rng.uniform(4000, 6200), rng.uniform(80, 500)
        elif rng.random() < 0.2:
            start, width = rng.uniform(4000, 6700), rng.uniform(5, 45)
        elif rng.random() < 0.25:
            start, width = rng.uniform(6830, 8500), rng.uniform(20, 600)
        else:
            continue
        row[(wave >= start) & (wave < start + width)] = True
    return gaps
