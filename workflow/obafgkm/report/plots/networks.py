"""Plots of networks: layers, learning curves."""

import numpy as np
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import MaxNLocator

from obafgkm.report.plots import COLUMN, PAGE, new_figure

__all__ = ["draw_layers", "draw_learning_curves", "lanes_of", "parts_of"]

# Keras's types of layers in words, and the colour of each group.
_KINDS = {
    "Input": "input",
    "Normalization": "standardising",
    "Reshape": "reshaping",
    "Flatten": "flattening",
    "Concatenate": "joining",
    "Conv1D": "convolution",
    "MaxPooling1D": "max pooling",
    "UpSampling1D": "up-sampling",
    "Dense": "dense",
    "Dropout": "dropout",
}
_COLOURS = {
    "convolution": "#56B4E9",
    "max pooling": "#0072B2",
    "up-sampling": "#E69F00",
    "dense": "#D55E00",
    "joining": "#009E73",
    "dropout": "#FFFFFF",
}
_OTHER = "0.75"
_ROW, _BOX = 0.155, 0.105  # heights of a row and of the layer's box, in inches
_BETWEEN = 0.2  # space between branches, in inches
_WIDEST = 0.8  # largest width of a box, in inches
_LINEAR = 20  # largest ratio of the losses of a learning curve on a linear axis
_AXIS = 0.68  # centre of the boxes within a lane, in inches
_PLACES = {"Layer": 1.14, "Kind": 1.80, "Output": 2.82, "Parameters": 3.33}  # of the texts, in inches


def lanes_of(layers):
    """The branch of each layer of a network.

    Parameters
    ----------
    layers : DataFrame
        Columns ``layer`` and ``inputs``, names separated by commas; layers follow their inputs.

    Returns
    -------
    dict of str to (int or None)
        Numbers of the branches that merge in one layer, in order; None before they split and after they
        merge. All 0 if there is no merging layer.
    """
    inputs = _inputs(layers)
    ends = next((names for names in inputs.values() if len(names) > 1), None)
    if ends is None:
        return dict.fromkeys(inputs, 0)
    through = {name: {i for i, end in enumerate(ends) if end == name} for name in inputs}
    for name in reversed(list(inputs)):
        for before in inputs[name] if through[name] else []:
            through[before] |= through[name]
    return {name: lanes.pop() if len(lanes) == 1 else None for name, lanes in through.items()}


def parts_of(layers):
    """The part of a network to which each layer belongs, from its name and kind.

    Returns
    -------
    dict of str to (str or None)
        Encoder, Decoder, Convolutions, Dense. Layers of other kinds belong to the part before them; those
        before the first part and at a junction to none.
    """
    parts = {}
    for layer in layers.itertuples():
        fed_by = _names(layer.inputs)
        part = parts[fed_by[0]] if len(fed_by) == 1 else None
        if layer.layer.startswith("encode"):
            part = "Encoder"
        elif layer.layer.startswith(("decode", "upsample")):
            part = "Decoder"
        elif layer.kind == "Dense":
            part = "Dense"
        elif layer.kind == "Conv1D":
            part = part or "Convolutions"
        parts[layer.layer] = part
    return parts


def _names(text):
    return [] if text != text or not text else text.split(", ")


def _inputs(layers):
    return {layer.layer: _names(layer.inputs) for layer in layers.itertuples()}


def draw_layers(layers):
    """A network from its input at the top to its output at the bottom, branches side by side.

    Layers before the branches split and after they merge are drawn in the first branch.

    A layer is a box whose width is proportional to the square root of the length of its output, labelled with
    its kind, output shape and free parameters.

    Parameters
    ----------
    layers : DataFrame
        Columns ``layer, kind, inputs, outputs, parameters``, from `obafgkm.training.engine.layer_table`.

    Returns
    -------
    matplotlib Figure
    """
    layers = layers.astype({"outputs": str})
    inputs, lanes, parts = _inputs(layers), lanes_of(layers), parts_of(layers)
    depth = {}
    for name, before in inputs.items():
        depth[name] = 1 + max((depth[other] for other in before), default=-1)
    n_lanes = 1 + max(lane for lane in lanes.values() if lane is not None)
    left = {name: (COLUMN + _BETWEEN) * (lane or 0) for name, lane in lanes.items()}
    rows, wide = 2 + max(depth.values()), COLUMN + (COLUMN + _BETWEEN) * (n_lanes - 1)
    figure, axes = new_figure(wide, _ROW * rows + 0.75)
    longest = max(_length(outputs) for outputs in layers["outputs"])
    for layer in layers.itertuples():
        name, y = layer.layer, -_ROW * depth[layer.layer]
        x = left[name] + _AXIS
        width = max(_WIDEST * np.sqrt(_length(layer.outputs) / longest), 0.03)
        kind = _KINDS.get(layer.kind, layer.kind)
        style = {"fc": _COLOURS.get(kind, _OTHER), "ec": "0.2", "lw": 0.5, "zorder": 2}
        axes.add_patch(Rectangle((x - width / 2, y - _BOX / 2), width, _BOX, **style))
        outputs = " × ".join(f"{int(length):,}" for length in layer.outputs.split(" x "))
        texts = [name.replace("_", " "), kind, outputs, f"{layer.parameters:,}" if layer.parameters else "–"]
        _write(axes, left[name], y, texts)
        for before in inputs[name]:
            above, turn = -_ROW * depth[before], y + _ROW / 2
            from_x = left[before] + _AXIS
            axes.plot([from_x, from_x, x, x], [above, turn, turn, y], color="0.3", lw=0.7, zorder=1)
    for lane in set(left.values()):
        first = min(depth[name] for name in left if left[name] == lane)
        _write(axes, lane, _ROW * (1 - first), _PLACES, weight="bold")
    for part, first, last, x in _spans(parts, depth, left):
        top, bottom = (0.4 * _ROW - _ROW * first, -0.4 * _ROW - _ROW * last)
        axes.plot([x + 0.2, x + 0.14, x + 0.14, x + 0.2], [top, top, bottom, bottom], color="0.3", lw=0.7)
        axes.text(x + 0.06, (top + bottom) / 2, part, rotation=90, ha="center", va="center", fontsize=6.5)
    axes.set(xlim=(0, wide), ylim=(_ROW * (1 - rows), 1.6 * _ROW))
    axes.set_title(f"{layers['parameters'].sum():,} free parameters")
    axes.axis("off")
    shown = [word for word in _COLOURS if word in set(layers["kind"].map(_KINDS))]
    handles = [Patch(fc=_COLOURS[word], ec="0.2", lw=0.5, label=word) for word in shown]
    handles.append(Patch(fc=_OTHER, ec="0.2", lw=0.5, label="no weights to train"))
    figure.legend(handles=handles, loc="outside upper center", ncols=3 * n_lanes, fontsize=6.5)
    return figure


def _length(outputs):
    """Length of an output: 1448 for ``1448 x 128``."""
    return int(outputs.split(" ")[0])


def _write(axes, x, y, texts, **style):
    """Write the texts of a row: two left-aligned, then right-aligned numbers."""
    for (head, place), text in zip(_PLACES.items(), texts, strict=True):
        side = "left" if head in ("Layer", "Kind") else "right"
        axes.text(x + place, y, text, ha=side, va="center", fontsize=6.5, **style)


def _spans(parts, depth, left):
    """Part, first and last row, and left edge of each group of neighbouring layers in a lane."""
    spans = []
    for name, part in parts.items():
        own = [part, depth[name], depth[name], left[name]]
        before = next((span for span in spans if span[0] == part and span[3] == left[name]), None)
        if part and before and before[2] == depth[name] - 1:
            before[2] = depth[name]
        elif part:
            spans.insert(0, own)
    return [span for span in spans if span[2] > span[1]]


def draw_learning_curves(history, best_epoch, quantities):
    """Training and validation quantities against epoch, marking the epoch whose weights were kept.

    Parameters
    ----------
    history : DataFrame
        Columns ``epoch``, from 1, and for each quantity ``x`` and ``val_x``.
    best_epoch : int
    quantities : dict of str to str
        Columns and their axis labels; one panel each.

    Returns
    -------
    matplotlib Figure
    """
    width = COLUMN if len(quantities) == 1 else PAGE
    figure, panels = new_figure(width, 0.75 * COLUMN, panels=(1, len(quantities)), squeeze=False)
    epochs = history["epoch"]
    margin = 0.03 * max(epochs.max() - 1, 10)
    marker = {"marker": "o", "ms": 2} if len(history) <= 30 else {}
    for axes, (quantity, name) in zip(panels[0], quantities.items(), strict=True):
        axes.plot(epochs, history[quantity], label="training", **marker)
        axes.plot(epochs, history[f"val_{quantity}"], label="validation", **marker)
        kept = history.loc[epochs == best_epoch, f"val_{quantity}"]
        axes.axvline(best_epoch, color="0.4", lw=0.8, ls=":")
        label = f"kept: epoch {best_epoch}"
        axes.plot([best_epoch] * len(kept), kept, "o", ms=6, mfc="none", mec="k", mew=0.8, ls="", label=label)
        axes.set(xlabel="Epoch", ylabel=name, xlim=(1 - margin, epochs.max() + margin))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10], min_n_ticks=1))
        drawn = history[[quantity, f"val_{quantity}"]].to_numpy()
        if "accuracy" not in quantity and 0 < drawn.min() < drawn.max() / _LINEAR:
            axes.set_yscale("log")
    # Above the panels, where it hides no curve.
    figure.legend(*panels[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=3)
    return figure
