"""The training databases of Gebran et al. 2022 as principal components, with and without augmentation."""

from dataclasses import dataclass

import numpy as np

from obafgkm.documents.gebran.augmentation import AUGMENTATIONS, add_noise, augment
from obafgkm.documents.gebran.components import PrincipalComponents, reconstruction_errors
from obafgkm.spectra import read_chunks, read_labels

__all__ = ["PARAMETERS", "SETS", "TESTED", "Database", "make_database"]

PARAMETERS = ["teff", "logg", "feh", "vsini"]
SETS = {
    "training": "Training",
    "validation": "Validation",
    "noisy_validation": "Validation with noise",
    "test": "Test without noise",
    "noisy_test": "Test with noise",
}
TESTED = "noisy_test"  # the set on which networks are evaluated
_CURVE = 200  # spectra over which the reconstruction error is averaged


@dataclass(frozen=True)
class Database:
    """Spectra of one database as coefficients of its principal components.

    Attributes
    ----------
    coefficients : dict of str to array of float32 (n, n_components)
        One entry for each of `SETS`.
    labels : dict of str to array (n, 4)
        `PARAMETERS` of the same spectra.
    star : dict of str to array of int (n,)
        Replicas of a spectrum share its number.
    snr : dict of str to array (n,)
        Signal-to-noise ratios of the two noisy sets.
    source : str
        Origin of the spectra.
    """

    coefficients: dict
    labels: dict
    star: dict
    snr: dict
    source: str

    def write(self, path):
        """Write to ``.npz``."""
        tables = {name: table for name, table in vars(self).items() if name != "source"}
        arrays = {f"{name}/{key}": array for name, table in tables.items() for key, array in table.items()}
        np.savez(path, source=self.source, **arrays)

    @classmethod
    def read(cls, path):
        """Read what `write` wrote."""
        tables = {name: {} for name in ("coefficients", "labels", "star", "snr")}
        with np.load(path) as file:
            source = str(file["source"])
            for key in set(file.files) - {"source"}:
                name, part = key.split("/")
                tables[name][part] = file[key]
        return cls(**tables, source=source)


def make_database(training, test, n, augmented, *, validation, snr, components, passes, seed):
    """Fit principal components to the training spectra of a database and project every set on them.

    Parameters
    ----------
    training, test : path
        HDF5 files of spectra.
    n : int
        The database consists of the first `n` spectra of the training file.
    augmented : bool
        Add the five replicas of each training and each validation spectrum.
    validation : float
        Fraction of the `n` spectra, the last ones, used for validation.
    snr : (float, float)
        Signal-to-noise ratios are uniform between these.
    components, passes, seed : int
        See `PrincipalComponents.fit`.

    Returns
    -------
    database : Database
    errors : array (1 + components,)
        `reconstruction_errors` of validation spectra, without replicas.
    """
    n_training = n - round(validation * n)
    kinds = len(AUGMENTATIONS) if augmented else 1

    def spectra(path, first, last, replicas):
        for number, flux in enumerate(read_chunks(path, first, last)):
            rng = np.random.default_rng([seed, 22, first, number])
            yield augment(flux, snr, rng).reshape(-1, flux.shape[1]) if replicas else flux

    principal = PrincipalComponents.fit(
        lambda: spectra(training, 0, n_training, augmented), components, seed, passes
    )
    limits = {
        "training": (training, 0, n_training, augmented),
        "validation": (training, n_training, n, augmented),
        "noisy_validation": (training, n_training, n, False),
        "test": (test, 0, len(read_labels(test)), False),
        "noisy_test": (test, 0, len(read_labels(test)), False),
    }
    tables = {path: read_labels(path)[PARAMETERS].to_numpy() for path in (training, test)}
    coefficients, labels, star, ratios = {}, {}, {}, {}
    for number, (name, (path, first, last, replicas)) in enumerate(limits.items()):
        rng, projected, numbers, noise = np.random.default_rng([seed, 23, number]), [], [], []
        for flux in spectra(path, first, last, replicas):
            if name.startswith("noisy"):
                noise.append(rng.uniform(*snr, len(flux)))
                flux = add_noise(flux, noise[-1], rng)
            projected.append(principal.project(flux))
            start = first + sum(map(len, projected[:-1])) // (kinds if replicas else 1)
            stars = np.arange(start, start + len(flux) // (kinds if replicas else 1))
            numbers.append(np.tile(stars, kinds if replicas else 1))
        coefficients[name], star[name] = np.concatenate(projected), np.concatenate(numbers)
        labels[name] = tables[path][star[name]]
        if noise:
            ratios[name] = np.concatenate(noise)
    clean = next(read_chunks(training, n_training, min(n, n_training + _CURVE), _CURVE))
    source = ", ".join(sorted({*read_labels(training)["source"], *read_labels(test)["source"]}))
    return Database(coefficients, labels, star, ratios, source), reconstruction_errors(principal, clean)
