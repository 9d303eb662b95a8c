"""The survey, simulated: stars, galaxies and quasars as recorded and labelled by the survey.

Two samples of spectra: ``sharma``, bright stars observed by the BOSS spectrograph, and ``csepreghy``, objects
of all classes observed by the SDSS spectrographs. Plates, fibres and sky positions are fictitious: plate
numbers lie above those used by the spectrographs.
"""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.ndimage import map_coordinates
from scipy.special import ndtr

from obafgkm import mk
from obafgkm.archives.sdss import spectra as sdss
from obafgkm.archives.sdss.labels import BANDS, COLUMNS, mk_part, spectrum_id, subclass_name
from obafgkm.errors import SpectralTypeError
from obafgkm.simulate.galaxies import draw_galaxies, galaxy_spectra
from obafgkm.simulate.peculiar import peculiar_spectra
from obafgkm.simulate.photometry import ab_magnitudes
from obafgkm.simulate.quasars import draw_quasars, quasar_spectra
from obafgkm.simulate.redshifts import redshift_errors, redshifts
from obafgkm.simulate.restframe import FIRST, INSTRUMENT, REST, smooth_field, starlight
from obafgkm.simulate.seeds import named_generator
from obafgkm.simulate.stars import draw_stars
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.extinction import extinction_curve

__all__ = ["SAMPLES", "simulate_survey"]

_SPEED_OF_LIGHT = 299792.458
# The photometric bands extend beyond the spectrographs.
_SKY_FIRST = 34700
_SKY_WAVE = 10 ** (1e-4 * (_SKY_FIRST + np.arange(5601)))
_SPECTROGRAPH = slice(800, 800 + sdss.WAVE.size)
# Background noise, 1e-17 erg/s/cm2/Angstrom at Angstrom; and the variance per unit of flux. Both from files
# of either spectrograph.
_NOISE = (
    [3550, 3800, 4000, 4400, 4800, 5600, 6000, 6400, 7200, 8000, 8800, 9200, 9800, 10300],
    [5.0, 2.8, 1.7, 1.2, 1.0, 0.95, 0.75, 0.58, 0.62, 0.72, 1.1, 1.25, 1.6, 3.0],
)
_PHOTON_NOISE = 0.03
_IMAGING_DEPTH = (21.0, 22.0, 22.0, 21.5, 20.0)  # magnitude with an error of 0.09 mag
_FIRST_OBJECT = 1237000000000000000
# Subclasses of the pipeline's stellar templates, spEigenStar-53724 and -55734, that are MK types.
_LEGACY_TYPES = re.findall(
    r"\S+", "O OB B6 B9 A0 A0p F2 F5 F9 G0 G2 G5 K1 K3 K5 K7 M0V M0 M1 M2 M2V M3 M4 M5 M6 M7 M8"
)
_BOSS_TYPES = re.findall(
    r"\S+ \(\d+\)",
    """
    O9.5Iae (30614) O8/O9 (167771) B0IVe (5394) B1Ve (212571) B2III (35468) B3V (29763) B5V (173087)
    B6IV (174959) B8V (171301) B9Vn (177756) A0IVn (25642) A1V (95418) A2II (39866) A3Iae (223385)
    A4V (136729) A5II (34578) A6IV (28527) A8V (155514) A9V (154660) F0V (90277) F0III (89025) F2V (33256)
    F3/F5V (30743) F6V (16673) F8V (30562) F9IV (136064) G0Va (143761) G1V (95128) G4V (32923)
    G5/G6IVw (26297) G8V (101501) G9IV (100030) K0V (10780) K0IIIa (57669) K1IVa (142091) K2III (115136)
    K3V (32147) K3III (101673) K4III (136726) K5 (110281) K5III (120933) M0III (168720) M1 (204445)
    M2III (169305) M3III (44478) M4.5:III (123657) M5III (221615) M6III (148783)
    """,
)


@dataclass(frozen=True)
class Sample:
    """Observing parameters and labels of a sample.

    Attributes
    ----------
    run2d : str
        Reduction.
    pixels : slice
        Section of `sdss.WAVE` covered by the spectrograph.
    plate : int
        Number of the first plate.
    fibres : int
        Fibres per plate.
    templates : list of str
        Stellar subclasses.
    peculiar : dict of str to float
        Fraction of the stars in each peculiar subclass.
    main_classes : tuple of 7 floats
        Fractions of O ... M among the others.
    magnitudes : dict of str to (float, float)
        Median r and its scatter, by class.
    faintest : float
        Limit in r.
    noise : float
        Factor applied to the noise of sky and detector.
    repeated : float
        Fraction of the spectra that are repeated observations.
    short : float
        Fraction of the spectra that lack more than a tenth of their pixels.
    """

    run2d: str
    pixels: slice
    plate: int
    fibres: int
    templates: list
    peculiar: dict
    main_classes: tuple
    magnitudes: dict
    faintest: float
    noise: float
    repeated: float
    short: float


SAMPLES = {
    "sharma": Sample(
        "v5_9_0",
        slice(29, 4633),
        12001,
        1000,
        _BOSS_TYPES,
        {"WDhotter": 0.02, "WDcooler": 0.01, "CalciumWD": 0.005, "Carbon": 0.01, "CV": 0.01},
        (0.004, 0.02, 0.16, 0.52, 0.09, 0.12, 0.086),
        {"STAR": (16.7, 0.5)},
        17.2,
        0.6,
        0.0,  # the query selects one complete spectrum per object
        0.0,
    ),
    "csepreghy": Sample(
        "26",
        slice(301, 4137),
        9001,
        640,
        _LEGACY_TYPES,
        {
            **{"WD": 0.12, "WDmagnetic": 0.02, "CarbonWD": 0.02, "Carbon": 0.02, "Carbon_lines": 0.02},
            **{"CV": 0.03, "L": 0.02, "T2": 0.01},
        },
        (0.01, 0.04, 0.24, 0.26, 0.08, 0.18, 0.19),
        {"STAR": (18.4, 0.8), "GALAXY": (17.7, 0.7), "QSO": (18.9, 0.5)},
        20.2,
        0.9,
        # The thesis does not quantify its "significant number of duplicates": half of 10,000 requested
        # positions gave no new spectrum, partly for this reason. One per cent is its figure for short ones.
        0.05,
        0.01,
    ),
}


def _sky_lines():
    """Factor (n_pix,) by which sky lines increase the noise: oxygen, sodium and a forest of OH."""
    rng = np.random.default_rng(5577)
    strong = [(5578.5, 3.0), (5891.6, 0.8), (5897.6, 0.6), (6302.0, 1.2), (6365.5, 0.6)]
    forest = zip(rng.uniform(6850, 10400, 110), rng.gamma(2.0, 0.5, 110), strict=True)
    shapes = (height * np.exp(-0.5 * ((sdss.WAVE - wave) / 2.2) ** 2) for wave, height in [*strong, *forest])
    return 1 + sum(shapes)


_SKY_LINES = _sky_lines()


def simulate_survey(sample, counts, seed, grid, chunk=300):
    """Spectra of a sample, with their catalogue data.

    Parameters
    ----------
    sample : {'sharma', 'csepreghy'}
    counts : dict of str to int
        Number of spectra of each class, ``STAR``, ``GALAXY`` and ``QSO``.
    seed : int
    grid : obafgkm.simulate.nodes.StellarGrid
    chunk : int
        Spectra at a time; 300 need about 100 MB.

    Returns
    -------
    Spectra
        On `obafgkm.archives.sdss.spectra.WAVE`, labels `obafgkm.archives.sdss.labels.COLUMNS`, classes mixed.
    lines : list of DataFrame or None
        The pipeline's line measurements of each: columns ``name, wave, z, sigma, area, area_err, ew, ew_err,
        continuum``; None for stars.
    """
    survey = SAMPLES[sample]
    rng = named_generator(seed, "sdss", sample)
    faults = named_generator(seed, "sdss", sample, "faults")
    parts = []
    for object_class, count in counts.items():
        for first in range(0, count, chunk):
            n = min(chunk, count - first)
            at_rest = _MAKERS[object_class](survey, n, grid, rng)
            shown = _shown(n, survey.repeated, faults)
            part = _observed(survey, object_class, *at_rest, shown, rng, faults)
            part[0]["object"] = [f"{object_class} {first + i}" for i in shown]
            parts.append(part)
    labels = pd.concat([part[0] for part in parts], ignore_index=True)
    order = rng.permutation(len(labels))
    labels = _numbered(labels.iloc[order].reset_index(drop=True), survey, rng)
    flux, ivar = (np.concatenate([part[i] for part in parts])[order] for i in (1, 2))
    lines = [table for part in parts for table in part[3]]
    spectra = Spectra(
        sdss.WAVE,
        flux,
        ivar,
        labels,
        sdss.MEDIUM,
        sdss.FWHM,
        {"source": "simulated", "library": "sdss", "sample": sample, "seed": seed, "counts": counts},
    )
    return spectra, [lines[i] for i in order]


def _stars(survey, n, grid, rng):
    """Rest-frame spectra and labels of `n` stars, without emission lines."""
    names = list(survey.peculiar)
    shares = np.array(list(survey.peculiar.values()))
    kind = rng.choice([*names, "MK"], n, p=[*shares, 1 - shares.sum()])
    flux = np.empty((n, REST.size), "f4")
    is_mk = kind == "MK"
    flux[~is_mk] = peculiar_spectra(grid, kind[~is_mk], rng)
    main = rng.choice(7, is_mk.sum(), p=np.array(survey.main_classes) / sum(survey.main_classes))
    number = 10 * main + rng.uniform(np.where(main == 0, 5, 0), np.where(main == 6, 7, 10))
    evolved = np.where(main >= 4, 0.35, 0.1)
    luminosity = np.where(rng.random(number.size) < evolved, 2, 4)
    stars = draw_stars(number, luminosity, rng, metal_poor=0.2)
    stars["teff"], stars["logg"], stars["feh"] = grid.clip(stars["teff"], stars["logg"], stars["feh"])
    flux[is_mk] = starlight(grid, stars["teff"], stars["logg"], stars["feh"], stars["vsini"])
    flux[is_mk] *= _reddening(stars["a_v"].clip(upper=1.5))
    text = kind.astype(object)
    text[is_mk] = _nearest_templates(stars["number"], luminosity, survey.templates, rng)
    if survey.run2d.startswith("v"):
        text[text == "L"] = "Ldwarf"
    labels = pd.DataFrame(
        {"class": "STAR", "subclass_text": text, "z": redshifts("STAR", ndtr(rng.normal(size=n)))}
    )
    for name in ("teff", "logg", "feh"):
        labels.loc[is_mk, name] = stars[name].to_numpy()
    return labels, flux, None


def _galaxies(survey, n, grid, rng):
    galaxies = draw_galaxies(n, rng)
    flux, lines = galaxy_spectra(grid, galaxies)
    labels = pd.DataFrame({"class": "GALAXY", "subclass_text": "", "z": galaxies["z"]})
    return labels, flux, lines


def _quasars(survey, n, grid, rng):
    quasars = draw_quasars(n, rng)
    flux, lines = quasar_spectra(quasars, rng)
    return pd.DataFrame({"class": "QSO", "subclass_text": "", "z": quasars["z"]}), flux, lines


_MAKERS = {"STAR": _stars, "GALAXY": _galaxies, "QSO": _quasars}


def _reddening(a_v):
    curve = -0.4 * np.log(10) * extinction_curve(REST)
    return np.exp(np.asarray(a_v)[:, np.newaxis] * curve).astype("f4")


def _nearest_templates(number, luminosity, templates, rng):
    """The template that the pipeline would choose: close in temperature, less so in luminosity."""
    places = []
    for name in templates:
        try:
            parsed = mk.parse(mk_part(name))
            places.append((parsed.number, 4 if parsed.luminosity is None else parsed.luminosity))
        except SpectralTypeError:
            places.append(({"O": 7, "OB": 10}[name], 4))
    places = np.array(places, float)
    seen = np.asarray(number) + rng.normal(0, 1.2, len(number))
    distance = np.abs(seen[:, np.newaxis] - places[:, 0])
    distance += 0.8 * np.abs(np.asarray(luminosity)[:, np.newaxis] - places[:, 1])
    distance += 0.3 * rng.random(distance.shape)  # either of two similar ones
    return np.array(templates, object)[distance.argmin(axis=1)]


def _shown(n, repeated, rng):
    """Index of the object of each of `n` spectra: a new one, or that of the preceding spectrum again."""
    own = np.arange(n)
    return np.maximum.accumulate(np.where((rng.random(n) < repeated) & (own > 0), 0, own))


def _observed(survey, object_class, labels, rest, lines, shown, rng, faults):
    """Observe rest-frame spectra with the spectrograph, photometry and pipeline.

    `shown` (n,) are the objects of the spectra; `faults` draws defects and the stated errors.

    Returns
    -------
    labels, flux, ivar, measured
        Fluxes on `sdss.WAVE`, and a table of lines or None for each spectrum.
    """
    z = labels["z"].to_numpy()
    seen = _redshifted(rest, z) * _galactic_dust(len(z), rng)
    magnitude = np.clip(rng.normal(*survey.magnitudes[object_class], len(z)), 14.5, survey.faintest)
    # Very red stars are selected by their z magnitude.
    brightest = np.minimum(*(ab_magnitudes(_SKY_WAVE, seen)[:, [2, 4]] + [0, 2]).T)
    scale = 10 ** (-0.4 * (magnitude - brightest))
    seen *= scale[:, np.newaxis].astype("f4")
    _photometry(labels, ab_magnitudes(_SKY_WAVE, seen), rng)
    labels, seen, scale, z = labels.iloc[shown].reset_index(drop=True), seen[shown], scale[shown], z[shown]
    flux = seen[:, _SPECTROGRAPH] * smooth_field(len(z), sdss.WAVE, 0.03, rng)
    flux, ivar = _with_noise(flux, survey, rng)
    _lose_pixels(ivar, survey, faults)
    ratio = np.where(ivar > 0, flux * np.sqrt(ivar), np.nan)
    labels["snr"] = np.nanmedian(ratio, axis=1).astype(float).round(4)
    labels["zerr"] = redshift_errors(object_class, labels["snr"], z, faults)
    labels["z"] = z + rng.normal(0, 1, len(z)) * labels["zerr"]
    if lines is None:
        return labels, flux, ivar, [None] * len(z)
    lines |= {name: lines[name][shown] for name in ("area", "sigma", "continuum")}
    measured = _measured_lines(lines, scale, z, ivar, rng)
    labels["subclass_text"] = [_pipeline_subclass(table) for table in measured]
    return labels, flux, ivar, measured


def _redshifted(rest, z):
    """Spectra on `_SKY_WAVE` at redshifts (n,): shifted in the logarithm, dimmed by 1 + z."""
    out = np.empty((len(z), _SKY_WAVE.size), "f4")
    for i, redshift in enumerate(z):
        pixels = _SKY_FIRST - FIRST - 1e4 * np.log10(1 + redshift) + np.arange(_SKY_WAVE.size)
        out[i] = map_coordinates(rest[i], [pixels], order=3, mode="nearest") / (1 + redshift)
    return out


def _galactic_dust(n, rng):
    a_v = rng.exponential(0.08, (n, 1))
    return np.exp(-0.4 * np.log(10) * a_v * extinction_curve(_SKY_WAVE)).astype("f4")


def _photometry(labels, magnitudes, rng):
    """Petrosian magnitudes with errors, as labels; the imaging limit is near 24th magnitude."""
    magnitudes = np.clip(magnitudes, 10, 25)
    errors = np.clip(0.01 + 0.08 * 10 ** (0.4 * (magnitudes - np.array(_IMAGING_DEPTH))), 0.01, 3.0)
    magnitudes = magnitudes + rng.normal(0, 1, errors.shape) * errors
    for i, band in enumerate(BANDS):
        labels[f"petromag_{band}"] = magnitudes[:, i].round(5)
        labels[f"petromagerr_{band}"] = errors[:, i].round(5)


def _with_noise(flux, survey, rng):
    """Noise from sky, detector and photons, residuals of sky lines, and bad pixels.

    As in real spectra, the residuals are not included in the inverse variance.
    """
    sky = survey.noise * np.interp(sdss.WAVE, *_NOISE) * _SKY_LINES
    sigma = np.sqrt(sky**2 + _PHOTON_NOISE * np.maximum(flux, 0)).astype("f4")
    ivar = 1 / sigma**2
    flux = flux + sigma * rng.standard_normal(flux.shape, dtype="f4")
    residual = rng.exponential(0.25, (len(flux), 1)) * (_SKY_LINES - 1) * sky
    flux += residual.astype("f4") * rng.standard_normal(flux.shape, dtype="f4")
    ivar[:, : survey.pixels.start] = ivar[:, survey.pixels.stop :] = 0
    for row in ivar:
        if survey.run2d.startswith("v"):
            row[np.abs(sdss.WAVE - 5578.5) < rng.uniform(0, 12)] = 0
        for start in rng.integers(0, row.size, rng.poisson(2.0)):
            row[start : start + rng.integers(1, 6)] = 0
    return flux, ivar


def _lose_pixels(ivar, survey, rng):
    """Mask, in place, a section of some spectra: "a few hundred up to in some cases over 50%" of pixels."""
    for i in np.flatnonzero(rng.random(len(ivar)) < survey.short):
        lost = rng.integers(400, 2000)
        start = rng.integers(survey.pixels.start, survey.pixels.stop - lost)
        ivar[i, start : start + lost] = 0


def _measured_lines(lines, scale, z, ivar, rng):
    """Line measurements as in the pipeline's table: observed frame, with the errors of an optimal fit."""
    measured = []
    for i, redshift in enumerate(z):
        wave = lines["wave"] * (1 + redshift)
        seen = np.interp(wave, sdss.WAVE, ivar[i], left=0, right=0) > 0
        pixel = wave * 1e-4 * np.log(10)
        width = wave * np.hypot(lines["sigma"][i], INSTRUMENT) / _SPEED_OF_LIGHT
        near = np.interp(wave, sdss.WAVE, np.where(ivar[i] > 0, ivar[i], np.median(ivar[i][ivar[i] > 0])))
        error = np.sqrt(2 * np.sqrt(np.pi) * width * pixel / near)
        area = scale[i] * lines["area"][i] + rng.normal(0, 1, wave.size) * error
        continuum = scale[i] * lines["continuum"][i] / (1 + redshift)
        table = pd.DataFrame(
            {
                "name": lines["name"],
                "wave": lines["wave"],
                "z": redshift,
                "sigma": lines["sigma"][i],
                "sigma_err": lines["sigma"][i] * error / np.maximum(np.abs(area), error),
                "area": area,
                "area_err": error,
                "ew": area / continuum,
                "ew_err": error / continuum,
                "continuum": continuum,
            }
        )
        measured.append(table[seen])
    return measured


def _pipeline_subclass(table):
    """Subclass by the pipeline's rules (idlspec2d, spreduce1d); '' if lines are not sufficiently detected.

    With all four lines above three standard deviations it is AGN if log([O III] / H beta) > 0.22 - 1.2
    log([N II] / H alpha), else STARFORMING, or STARBURST if H alpha is wider than 50 Angstrom. BROADLINE is
    added for a line above ten standard deviations whose dispersion exceeds 200 km/s by five of its errors.
    """
    lines = table.set_index("name")
    name = ""
    four = lines[["area", "area_err"]].reindex(["H_beta", "[O_III] 5007", "H_alpha", "[N_II] 6585"])
    if (four["area"] > 3 * four["area_err"]).all():
        beta, o3, alpha, n2 = four["area"]
        if np.log10(o3 / beta) > 0.22 - 1.2 * np.log10(n2 / alpha):
            name = "AGN"
        else:
            name = "STARBURST" if lines.loc["H_alpha", "ew"] > 50 else "STARFORMING"
    fitted = table[table["name"] != "Ly_alpha"]
    broad = (fitted["area"] > 10 * fitted["area_err"]) & (fitted["sigma"] - 5 * fitted["sigma_err"] > 200)
    return f"{name} BROADLINE".strip() if broad.any() else name


def _numbered(labels, survey, rng):
    """Labels with plates, fibres, sky positions and identifiers, as given by the archive's reader."""
    n = len(labels)
    plate, fibre = np.divmod(np.arange(n), survey.fibres)
    labels["plate"], labels["fiberid"] = survey.plate + plate, 1 + fibre
    labels["mjd"] = 52000 + 3 * plate if survey.run2d == "26" else 57000 + 3 * plate
    # A plate is 3 degrees wide; each has its own position in the northern cap.
    labels["ra"] = (130 + 4.0 * plate + 2.8 * rng.uniform(-0.5, 0.5, n)).round(6)
    labels["dec"] = (30 + 2.8 * rng.uniform(-0.5, 0.5, n)).round(6)
    labels["run2d"], labels["zwarning"], labels["target"] = survey.run2d, 0, labels["class"]
    labels["objid"] = [str(_FIRST_OBJECT + survey.plate * 10**9 + i) for i in range(n)]
    for column in ("ra", "dec", "objid"):
        labels[column] = labels.groupby("object", sort=False)[column].transform("first")
    labels["subclass"] = list(map(subclass_name, labels["class"], labels["subclass_text"]))
    labels["type_text"] = [
        mk_part(text) if name == "STAR" else ""
        for name, text in zip(labels["class"], labels["subclass_text"], strict=True)
    ]
    rows = list(labels[["plate", "mjd", "fiberid", "run2d"]].itertuples(index=False))
    labels["specobjid"] = [spectrum_id(*row) for row in rows]
    labels["name"] = [f"{plate:04d}-{mjd}-{fiber:04d}" for plate, mjd, fiber, _ in rows]
    labels["library"] = "sdss"
    labels = labels.reindex(columns=list(COLUMNS))
    return labels.fillna({name: default for name, default in COLUMNS.items() if default == ""})
