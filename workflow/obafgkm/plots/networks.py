"""Drawings of networks: layers, learning curves."""

from obafgkm.plots import COLUMN, PAGE, new_figure

__all__ = ["draw_layers", "draw_learning_curves"]


def draw_layers(layers):
    """A network as a row of boxes, each with its outputs and free parameters.

    Parameters
    ----------
    layers : DataFrame
        Columns ``layer, kind, outputs, parameters``.

    Returns
    -------
    matplotlib Figure
    """
    figure, axes = new_figure(PAGE, 1.3)
    for i, layer in enumerate(layers.itertuples()):
        text = f"{layer.layer}\n{layer.kind}\nOutput: {layer.outputs}\nFree params: {layer.parameters:,}"
        axes.text(
            i,
            0,
            text,
            ha="center",
            va="center",
            bbox={"boxstyle": "round,pad=0.6", "fc": "#dbe9f6", "ec": "C0"},
        )
        if i:
            axes.annotate("", (i - 0.36, 0), (i - 0.64, 0), arrowprops={"arrowstyle": "->"})
    total = layers["parameters"].sum()
    axes.set(xlim=(-0.6, len(layers) - 0.4), ylim=(-1, 1), title=f"{total:,} free parameters")
    axes.axis("off")
    return figure


def draw_learning_curves(history, best_epoch):
    """Accuracy and loss against epoch, training and validation, with the epoch whose weights were kept.

    Parameters
    ----------
    history : DataFrame
        Columns ``epoch, accuracy, loss, val_accuracy, val_loss``.
    best_epoch : int

    Returns
    -------
    matplotlib Figure
    """
    figure, panels = new_figure(PAGE, 0.75 * COLUMN, panels=(1, 2))
    for axes, quantity, name in zip(panels, ["accuracy", "loss"], ["Accuracy", "Cross-entropy"], strict=True):
        axes.plot(history["epoch"], history[quantity], label="training")
        axes.plot(history["epoch"], history[f"val_{quantity}"], label="validation")
        axes.axvline(best_epoch, color="0.6", lw=0.8, ls=":", label=f"kept: epoch {best_epoch}")
        axes.set(xlabel="Epoch", ylabel=name, xlim=(0, history["epoch"].max()))
        axes.legend()
    return figure
