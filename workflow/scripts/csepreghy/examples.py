"""Examples of test spectra that a network classifies correctly or wrongly."""

import pandas as pd

from obafgkm.documents.csepreghy.sample import shaped
from obafgkm.report.plots import save_figure
from obafgkm.report.plots.objects import draw_spectrum, public_name, redshift, spectra_page
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job


def choose(predictions, right, n, seed):
    """Rows of at most `n` test spectra, correctly or wrongly classified, drawn from each class in turn.

    In the thesis they are selected by hand; here they are random.
    """
    pool = predictions[predictions["part"] == "test"]
    pool = pool[(pool["expected"] == pool["predicted"]) == right].sample(frac=1, random_state=seed)
    turn = pool.groupby("expected").cumcount()
    return pool.assign(turn=turn).sort_values(["turn", "expected"])[:n].sort_values("expected")


def draw_examples(sample, rows, smoothing):
    """Draw spectra with expected and predicted classes.

    Parameters
    ----------
    sample : Spectra
        Prepared.
    rows : DataFrame
        Columns ``name, expected, predicted, probability``; if it is empty, the figure says so.
    smoothing : float
        Pixels.
    """
    figure, panels = spectra_page(len(rows))
    index = pd.Index(sample.labels["name"])
    for axes, row in zip(panels, rows.itertuples(), strict=True):
        i = index.get_loc(row.name)
        label = sample.labels.loc[i]
        flux = shaped(sample.flux[[i]], smoothing, 1)[0]
        name = public_name(row.name, label["source"])
        title = f"{name}{', ' * bool(name)}{redshift(label['z'], 4)}\n{row.expected}"
        # On a line of its own: two long names would reach into the next panel.
        title += "" if row.expected == row.predicted else f"\ntaken for {row.predicted}"
        draw_spectrum(axes, sample.wave, flux, label["class"], f"{title} ($p$ = {row.probability:.2f})")
    return figure


if __name__ == "__main__":
    with job(snakemake):
        output, params = snakemake.output, snakemake.params
        sample = Spectra.read(snakemake.input.sample)
        for figure, path in zip(params.examples, snakemake.input.predictions, strict=True):
            _, right, n, smoothing = params.examples[figure]
            predictions = pd.read_csv(path, keep_default_na=False)
            rows = choose(predictions, right, n, params.seed)
            drawn = draw_examples(sample, rows, smoothing)
            save_figure(drawn, [output[figure], output[f"{figure}_pdf"]], sample.source, networks=True)
