"""Classifying more stars than fit into memory."""

import json
import runpy
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from obafgkm.spectra import Spectra, write_chunks

SCRIPT = ROOT / "workflow/scripts/sharma/classify_sdss.py"
classify = runpy.run_path(str(SCRIPT))["classify"]
WAVE = np.arange(3600.0, 6600.0, 3.0)
OUTPUTS = ("cnn", "luminosity", "nearest", "majority")
RNG = np.random.default_rng(8)
WEIGHTS = {"cnn": RNG.normal(size=(WAVE.size, 70)), "luminosity": RNG.normal(size=(WAVE.size, 5))}


def network(name):
    """A linear classifier in place of a network."""

    def probability(flux):
        logits = (flux - 1) @ WEIGHTS[name]
        exponential = np.exp(logits - logits.max(axis=1, keepdims=True))
        return exponential / exponential.sum(axis=1, keepdims=True)

    return probability


def labels(n, rng):
    text = pd.DataFrame({"library": "sdss", "file": "f", "source": "simulated", "mk_type": "G2V"}, range(n))
    text["name"] = text["star"] = [f"star {i}" for i in range(n)]
    return text.assign(mk_class=rng.integers(-1, 70, n), luminosity=rng.integers(0, 5, n))


def write(path, n):
    """A file of `n` spectra, a few hundred in memory; about one in seventy has no type."""
    rng = np.random.default_rng(n)
    chunks = (rng.normal(1, 0.1, (500, WAVE.size)) for _ in range(n // 500))
    write_chunks(path, WAVE, chunks, labels(n, rng))


@pytest.fixture
def training(tmp_path):
    labelled = labels(40, np.random.default_rng(1)).assign(mk_class=np.arange(40))
    flux = np.random.default_rng(2).normal(1, 0.1, (40, WAVE.size))
    Spectra(WAVE, flux, np.ones_like(flux), labelled).write(tmp_path / "training.h5")
    (tmp_path / "card.json").write_text(json.dumps({"source": "mirror"}))
    return tmp_path / "training.h5"


def run(folder, training, stars, chunk):
    """Tables of one classification, and the most memory that it took (bytes)."""
    folder.mkdir()
    paths = {name: folder / f"{name}.csv" for name in OUTPUTS}
    networks = {name: network(name) for name in WEIGHTS}
    tracemalloc.start()
    try:
        classify(stars, training, networks, paths, [training.with_name("card.json")], chunk=chunk)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    return {name: pd.read_csv(path) for name, path in paths.items()}, peak


def test_parts_give_what_the_whole_gives(tmp_path, training):
    write(tmp_path / "stars.h5", 1000)
    whole, _ = run(tmp_path / "whole", training, tmp_path / "stars.h5", 1000)
    parts, _ = run(tmp_path / "parts", training, tmp_path / "stars.h5", 300)
    typed = Spectra.read(tmp_path / "stars.h5").labels.query("mk_class >= 0")
    for name in OUTPUTS:
        pd.testing.assert_frame_equal(parts[name], whole[name], rtol=1e-5)
        assert parts[name]["star"].tolist() == typed["star"].tolist()
        assert set(parts[name]["source"]) == {"mirror, simulated"}


@pytest.mark.slow
def test_memory_does_not_grow_with_the_number_of_stars(tmp_path, training):
    peaks = []
    for n in (1000, 8000):
        write(tmp_path / f"{n}.h5", n)
        peaks.append(run(tmp_path / str(n), training, tmp_path / f"{n}.h5", 250)[1])
    bytes_of_flux = 7000 * WAVE.size * 4
    assert peaks[1] - peaks[0] < 0.1 * bytes_of_flux
