"""The classifier's graph computes what its weights say; its inputs do not depend on the unit of flux."""

import json

import numpy as np

from obafgkm.classify.export import write_onnx
from obafgkm.classify.inputs import WAVE, network_inputs
from obafgkm.classify.model import Model


def softmax(logits):
    powers = np.exp(logits - logits.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def test_graph_equals_its_weights(tmp_path):
    rng = np.random.default_rng(1)
    shapes = [(3 * WAVE.size, 8), 8, (8, 6), 6, (6, 70), 70, (6, 5), 5]
    members = [[rng.normal(0, 0.1, shape).astype(np.float32) for shape in shapes] for _ in range(2)]
    mean, basis = rng.normal(0, 0.1, WAVE.size), np.eye(3, WAVE.size)
    write_onnx(tmp_path / "model.onnx", members, mean, basis)
    card = {"wave": WAVE.tolist(), "conformal_threshold": 0.02, "outlier_threshold": 0.1}
    (tmp_path / "model.json").write_text(json.dumps(card))

    flux = rng.uniform(0.5, 1.5, (4, WAVE.size))
    flux[0, 100:150] = np.nan
    types = Model.load(tmp_path).classify(flux)
    x = network_inputs(flux)
    expected = 0
    for w in members:
        hidden = np.maximum(np.maximum(x @ w[0] + w[1], 0) @ w[2] + w[3], 0)
        expected = expected + softmax(hidden @ w[4] + w[5]) / 2
    np.testing.assert_allclose(types.temperature, expected, atol=1e-5)
    good = np.isfinite(flux)
    left = (x[:, WAVE.size : 2 * WAVE.size] - mean) * good
    left[:, :3] = 0
    np.testing.assert_allclose(types.outlier, np.sqrt((left**2).sum(1) / good.sum(1)), atol=1e-5)


def test_inputs_ignore_unit_and_masked_values():
    flux = np.random.default_rng(2).uniform(0.5, 1.5, (2, WAVE.size))
    ivar = np.ones_like(flux)
    ivar[:, :80] = 0
    spoilt = np.where(ivar > 0, 1e-17 * flux, 1e9)
    np.testing.assert_allclose(network_inputs(spoilt, ivar), network_inputs(flux, ivar), atol=1e-6)
