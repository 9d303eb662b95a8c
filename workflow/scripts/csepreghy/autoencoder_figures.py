"""Figures 31 to 37 and the clusters in the latent space of the autoencoders."""

import numpy as np
import pandas as pd
import seaborn

from obafgkm.report.plots import PAGE, save_figure
from obafgkm.report.plots.objects import draw_spectrum, spectra_page
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

PAIRS = 4  # spectra a figure


def draw_reconstructions(result, chosen):
    """Spectra above, their reconstructions below."""
    figure, panels = spectra_page(2 * PAIRS, columns=PAIRS)
    for spare in panels[len(chosen) : PAIRS] + panels[PAIRS + len(chosen) :]:
        spare.set_visible(False)
    for column, i in enumerate(chosen):
        label = result["label"][i]
        title = f"{label} {result['name'][i]}"
        draw_spectrum(panels[column], result["wave"], result["flux"][i], label, title)
        title = f"reconstruction, error {result['error'][i]:.2f}"
        below = panels[PAIRS + column]
        draw_spectrum(below, result["wave"], result["reconstruction"][i], "", title)
    return figure


def draw_pairs(result):
    """Pair plot of the numbers of the latent space that are not the same for all spectra."""
    live = np.flatnonzero(result["latent"].std(axis=0) > 0)
    table = pd.DataFrame(result["latent"][:, live], columns=[str(i + 1) for i in live])
    table["class"] = result["label"]
    if not live.size:
        table.insert(0, "1", result["latent"][:, 0])
    grid = seaborn.pairplot(
        table,
        hue="class",
        hue_order=sorted(set(result["label"])),
        palette={"GALAXY": "C2", "QSO": "C0", "STAR": "C4"},
        diag_kind="hist",
        corner=True,
        height=PAGE / max(live.size, 4),
        plot_kws={"s": 4, "linewidth": 0},
    )
    grid.figure.subplots_adjust(bottom=0.09)  # constraining the layout of 105 panels takes seconds
    return grid.figure


def score_clusters(result, name, seed):
    """Agreement of k-means with the classes, and the share of the variance that is explained.

    Parameters
    ----------
    result : dict of arrays
    name : str
        Of the autoencoder.
    seed : int

    Returns
    -------
    list of dict
        One for the latent space, one for as many principal components of the same spectra. The adjusted Rand
        index and the normalised mutual information are NaN of a single class, and where all spectra are at
        one place: there are no clusters then.
    """
    from sklearn.cluster import KMeans
    from sklearn.decomposition import PCA
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    classes = np.unique(result["label"]).size
    flux = (result["flux"] - result["flux"].mean(axis=0)) / result["flux"].std(axis=0)
    components = PCA(min(result["latent"].shape[1], len(flux) - 1), random_state=seed).fit(flux)
    spaces = {
        "latent": (result["latent"], float(result["explained"])),
        f"{components.n_components_} principal components": (
            components.transform(flux),
            components.explained_variance_ratio_.sum(),
        ),
    }
    rows = []
    for space, (values, explained) in spaces.items():
        spread = values.std(axis=0)
        live = spread > 0
        row = {
            "autoencoder": name,
            "space": space,
            "dimensions": int(live.sum()),
            "spectra": len(values),
            "explained": explained,
            "clusters": classes,
            "adjusted_rand": np.nan,
            "mutual_information": np.nan,
            "source": str(result["source"]),
        }
        if classes > 1 and live.any():
            clusters = KMeans(classes, n_init=10, random_state=seed)
            found = clusters.fit_predict(values[:, live] / spread[live])
            row["adjusted_rand"] = adjusted_rand_score(result["label"], found)
            row["mutual_information"] = normalized_mutual_info_score(result["label"], found)
        rows.append(row)
    return rows


if __name__ == "__main__":
    with job(snakemake):
        output = snakemake.output
        quasars, everything = (dict(np.load(path)) for path in snakemake.input)
        by_error = quasars["error"].argsort()
        label = everything["label"]
        drawings = {
            "fig31": draw_reconstructions(quasars, by_error[:PAIRS]),
            "fig32": draw_reconstructions(quasars, by_error[::-1][:PAIRS]),
            "fig33": draw_pairs(quasars),
            "fig34": draw_reconstructions(everything, np.flatnonzero(label == "GALAXY")[:PAIRS]),
            "fig35": draw_reconstructions(everything, np.flatnonzero(label == "QSO")[:PAIRS]),
            "fig36": draw_reconstructions(everything, np.flatnonzero(label == "STAR")[:PAIRS]),
            "fig37": draw_pairs(everything),
        }
        source = str(everything["source"])
        for name, drawn in drawings.items():
            save_figure(drawn, [output[name], output[f"{name}_pdf"]], source)
        rows = score_clusters(everything, "all", snakemake.params.seed)
        rows += score_clusters(quasars, "quasars", snakemake.params.seed)
        write_table(pd.DataFrame(rows), output.table_clusters, output.table_clusters_tex, digits=3)
