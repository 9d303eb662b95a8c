"""Figures 31 to 37 and the clusters in the latent space of the autoencoders."""

import numpy as np
import pandas as pd

from obafgkm.report.plots import PAGE, new_figure, save_figure
from obafgkm.report.plots.objects import COLOURS, draw_spectrum, public_name, spectra_page
from obafgkm.report.tables import write_table
from obafgkm.workflow.job import job

PAIRS = 4  # spectra per figure


def draw_reconstructions(result, chosen):
    """Spectra (top) and their reconstructions (bottom), each pair over the same range of flux."""
    pairs = len(chosen)
    figure, panels = spectra_page(2 * pairs, columns=max(pairs, 2) if pairs != 1 else 1)
    for column, i in enumerate(chosen):
        label = result["label"][i]
        title = f"{label} {public_name(result['name'][i], str(result['source']))}".strip()
        draw_spectrum(panels[column], result["wave"], result["flux"][i], label, title)
        title = f"Reconstruction, error {result['error'][i]:.2f}"
        below = panels[pairs + column]
        below.sharey(panels[column])
        draw_spectrum(below, result["wave"], result["reconstruction"][i], "", title)
    return figure


def draw_pairs(result):
    """Scatter plots of all pairs of non-constant latent numbers, and histograms.

    All panels share one pair of axes, with a unit square each: separate axes would take half a minute to
    draw.
    """
    live = np.flatnonzero(np.ptp(result["latent"], axis=0) > 0)
    figure, axes = new_figure(PAGE, PAGE)
    if not live.size:
        axes.text(0.5, 0.5, "All spectra have the same latent numbers.", ha="center")
        return figure
    latent = result["latent"][:, live]
    place = 0.05 + 0.9 * (latent - latent.min(axis=0)) / np.ptp(latent, axis=0)
    n = live.size
    rows, columns = np.tril_indices(n, -1)
    edges = np.linspace(0.05, 0.95, 25)
    counts = {
        label: [np.histogram(numbers, edges)[0] for numbers in place[result["label"] == label].T]
        for label in np.unique(result["label"])
    }
    highest = np.max(list(counts.values()), axis=(0, 2))
    for label, of_class in counts.items():
        points, colour = place[result["label"] == label], COLOURS[label]
        x, y = columns + points[:, columns], n - 1 - rows + points[:, rows]
        axes.scatter(x, y, 4, colour, lw=0, alpha=0.7, label=label)
        for i, heights in enumerate(of_class):
            base = n - 1 - i
            axes.stairs(base + 0.9 * heights / highest[i], i + edges, baseline=base, color=colour, lw=0.6)
    lines = np.arange(n + 1)
    axes.hlines(lines, 0, np.minimum(n - lines + 1, n), color="0.7", lw=0.5, clip_on=False)
    axes.vlines(lines, 0, np.minimum(n - lines + 1, n), color="0.7", lw=0.5, clip_on=False)
    axes.set(xlim=(0, n), ylim=(0, n), aspect="equal", xlabel="Latent number", ylabel="Latent number")
    axes.set_xticks(np.arange(n) + 0.5, live + 1)
    axes.set_yticks(np.arange(n) + 0.5, live[::-1] + 1)
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)
    axes.legend(markerscale=2, loc="upper right")
    return figure


def score_clusters(result, name, seed):
    """Agreement of k-means with the classes, and the fraction of explained variance.

    Parameters
    ----------
    result : dict of arrays
    name : str
        Name of the autoencoder.
    seed : int

    Returns
    -------
    list of dict
        One row for the latent space, one for as many principal components of the training spectra. The
        adjusted Rand index and the normalised mutual information are NaN if there is a single class, or if
        all spectra coincide, so that there are no clusters.
    """
    from sklearn.cluster import KMeans
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    classes = np.unique(result["label"]).size
    spaces = {
        "latent": (result["latent"], float(result["explained"])),
        f"{result['components'].shape[1]} principal components": (
            result["components"],
            float(result["components_explained"]),
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
            save_figure(drawn, [output[name], output[f"{name}_pdf"]], source, networks=True)
        rows = score_clusters(everything, "all", snakemake.params.seed)
        rows += score_clusters(quasars, "quasars", snakemake.params.seed)
        write_table(pd.DataFrame(rows), output.table_clusters, output.table_clusters_tex, digits=3)
