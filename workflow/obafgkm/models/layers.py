"""The layers of a built network as a table."""

import pandas as pd

__all__ = ["layer_table"]


def layer_table(model):
    """Layers of a built Keras model, its input first.

    Returns
    -------
    DataFrame
        Columns ``layer, kind, outputs`` (shape as text: ``64``, ``1448 x 128``) and ``parameters``.
    """
    layers = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
    rows = [("input", "Input", _shape(model.input_shape), 0)]
    rows += [
        (layer.name, type(layer).__name__, _shape(layer.output.shape), int(layer.count_params()))
        for layer in layers
    ]
    return pd.DataFrame(rows, columns=["layer", "kind", "outputs", "parameters"])


def _shape(shape):
    return " x ".join(str(int(size)) for size in shape[1:])
