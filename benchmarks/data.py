"""Input of the tasks: simulated on demand."""

import functools
import tempfile

import numpy as np

from obafgkm.archives.sdss import spectra as sdss
from obafgkm.simulate.nodes import StellarGrid
from obafgkm.simulate.sdss import simulate_survey
from obafgkm.simulate.stars import draw_stars, observe
from obafgkm.spectroscopy.homogenise import wavelength_grid

__all__ = ["WAVE", "library_stars", "plain_fit", "restarter", "sdss_files"]

WAVE = wavelength_grid(3900, 6799, 1)


@functools.cache
def library_stars(n, seed=0):
    """Spectra of `n` stars, (n, 2900), like those of the homogenised libraries, and class numbers 5 to 67."""
    rng = np.random.default_rng(seed)
    number = rng.integers(5, 68, n)
    luminosity = rng.choice([2, 4], n, p=[0.3, 0.7])
    stars = draw_stars(number, luminosity, rng, metal_poor=0)
    grid = StellarGrid.load()
    stars["teff"], stars["logg"], stars["feh"] = grid.clip(stars["teff"], stars["logg"], stars["feh"])
    flux, _ = observe(grid, stars, WAVE, 4.5, np.full(n, 80.0), rng)
    return flux, number


def restarter(model):
    """A function that restores the present weights and optimiser state of a compiled network."""
    model.optimizer.build(model.trainable_variables)
    start = [(variable, variable.numpy()) for variable in (*model.variables, *model.optimizer.variables)]

    def restart():
        for variable, value in start:
            variable.assign(value)

    return restart


def plain_fit(model, x, y, validation, *, epochs, batch, patience, monitor, seed, checkpoint=None):
    """Equivalent of `obafgkm.training.engine.fit` with Keras's own loop, without checkpoints."""
    import keras
    import pandas as pd

    keras.utils.set_random_seed(seed)
    stop = keras.callbacks.EarlyStopping(monitor, patience=patience, mode="auto", restore_best_weights=True)
    history = model.fit(
        x, y, batch_size=batch, epochs=epochs, validation_data=validation, callbacks=[stop], verbose=0
    )
    return model, pd.DataFrame(history.history)


@functools.cache
def sdss_files(files, kinds):
    """A temporary folder of simulated spec-lite files: copies of a few, with consistent new plate numbers."""
    folder = tempfile.TemporaryDirectory()
    spectra, lines = simulate_survey("sharma", {"STAR": kinds}, 1, StellarGrid.load())
    for copy in range(-(-files // kinds)):
        spectra.labels["plate"] = 1000 + copy
        spectra.labels["fiberid"] = np.arange(kinds) + 1
        spectra.labels["name"] = [
            f"{plate:04d}-{mjd}-{fiber:04d}"
            for plate, mjd, fiber in spectra.labels[["plate", "mjd", "fiberid"]].itertuples(index=False)
        ]
        sdss.write(folder.name, spectra, lines)
    return folder
