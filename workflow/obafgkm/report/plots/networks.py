"""Drawings of networks: layers, learning curves."""

from obafgkm.report.plots import COLUMN, PAGE, new_figure

__all__ = ["draw_layers", "draw_learning_curves"]


_LAYERS_A_ROW = 6


def draw_layers(layers):
    """A network as rows of boxes, each with its outputs and free parameters.

    Parameters
    ----------
    layers : DataFrame
        Columns ``layer, kind, outputs, parameters``.

    Returns
    -------
    matplotlib Figure
    """
    n_columns = min(len(layers), _LAYERS_A_ROW)
    n_rows = -(-len(layers) // n_columns)
    figure, axes = new_figure(PAGE, 0.25 + 0.95 * n_rows)
    arrow = {"arrowstyle": "->", "lw": 0.8}
    for i, layer in enumerate(layers.itertuples()):
        row, column = divmod(i, n_columns)
        text = f"{layer.layer}\n{layer.kind}\nOutput: {layer.outputs}\nFree params: {layer.parameters:,}"
        axes.text(
            column,
            -row,
            text,
            ha="center",
            va="center",
            fontsize=6,
            bbox={"boxstyle": "round,pad=0.5", "fc": "#dbe9f6", "ec": "C0", "lw": 0.8},
        )
        if column:
            axes.annotate("", (column - 0.37, -row), (column - 0.63, -row), arrowprops=arrow)
        elif row:
            axes.annotate("", (-0.5, -row), (-0.62, -row), arrowprops=arrow)
    total = layers["parameters"].sum()
    axes.set(xlim=(-0.65, n_columns - 0.4), ylim=(0.6 - n_rows, 0.5), title=f"{total:,} free parameters")
    axes.axis("off")
    return figure


def draw_learning_curves(history, best_epoch, quantities):
    """Quantities against epoch, training and validation, with the epoch whose weights were kept.

    Parameters
    ----------
    history : DataFrame
        Columns ``epoch``, and for each quantity ``x`` and ``val_x``.
    best_epoch : int
    quantities : dict of str to str
        Columns, and their names on the axes; one panel each.

    Returns
    -------
    matplotlib Figure
    """
    width = COLUMN if len(quantities) == 1 else PAGE
    figure, panels = new_figure(width, 0.75 * COLUMN, panels=(1, len(quantities)), squeeze=False)
    for axes, (quantity, name) in zip(panels[0], quantities.items(), strict=True):
        axes.plot(history["epoch"], history[quantity], label="training")
        axes.plot(history["epoch"], history[f"val_{quantity}"], label="validation")
        axes.axvline(best_epoch, color="0.6", lw=0.8, ls=":", label=f"kept: epoch {best_epoch}")
        axes.set(xlabel="Epoch", ylabel=name, xlim=(0, history["epoch"].max()))
        axes.legend()
    return figure
