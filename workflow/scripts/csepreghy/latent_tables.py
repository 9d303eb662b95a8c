"""Table and figure of the latent space's size: reconstruction, purity of the classes, filling of gaps."""

import pandas as pd

from obafgkm.evaluation.trivial import PREFIX
from obafgkm.report.plots import PAGE, dodge, new_figure, save_figure
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

QUANTITIES = {
    "explained": "Explained variance",
    "purity": "Neighbours of the same class",
    "gap_gain": "Gain over a straight line",
}


def fig_latent(table):
    """Draw each quantity against the size, for the autoencoder and for principal components."""
    figure, axes = new_figure(PAGE, 0.36 * PAGE, panels=(1, len(QUANTITIES)))
    for panel, (name, words) in zip(axes, QUANTITIES.items(), strict=True):
        for i, (model, marker) in enumerate((("Autoencoder", "o"), ("Principal components", "s"))):
            rows = table[table["model"] == model].sort_values("numbers")
            errors = [rows[name] - rows[f"{name}_low"], rows[f"{name}_high"] - rows[name]]
            style = {"marker": marker, "ms": 3, "capsize": 2, "label": model}
            dodge(panel.errorbar(rows["numbers"], rows[name], errors, **style), i, 2)
        panel.set(xscale="log", xlabel="Latent variables", ylabel=words)
        sizes = sorted(table["numbers"].unique())
        panel.set_xticks(sizes, sizes)
        panel.minorticks_off()
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    return figure


if __name__ == "__main__":
    with job(snakemake):
        output = snakemake.output
        table = pd.read_csv(snakemake.input[0])
        source = table["source"].iloc[0]
        save_figure(fig_latent(table), [output.fig_latent, output.fig_latent_pdf], source)
        shown = table.loc[:, ~table.columns.str.startswith(PREFIX)]
        write_table(shown, output.table_latent, output.table_latent_tex, digits=3)
