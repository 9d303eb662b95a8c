"""Make spectra of the label grid of Saldic & Rathcke and down-sample them, in chunks."""

from obafgkm.documents.saldic.grid import down_sample, draw_labels, pixels
from obafgkm.simulate.grids import GridDescription, SyntheticGrid
from obafgkm.spectra import write_chunks
from obafgkm.workflow.job import job


def make_spectra(grid, settings, seed, path):
    """Write the down-sampled spectra of random rows of the label grid.

    Parameters
    ----------
    grid : SyntheticGrid
    settings : dict
        The section `saldic.spectra` of the configuration.
    seed : int
    path : path
        HDF5; labels are those of `label_grid`, the spectrum's number in the grid, and ``source``.
    """
    labels, wave = draw_labels(settings["number"], seed), pixels(settings)
    chunks = (down_sample(flux, settings["down_sample"]) for flux in grid.sample(labels, wave))
    write_chunks(
        path,
        down_sample(wave[None], settings["down_sample"])[0],
        chunks,
        labels.rename_axis("spectrum").reset_index().assign(source=grid.source),
    )


if __name__ == "__main__":
    with job(snakemake):
        params = snakemake.params
        make_spectra(
            SyntheticGrid.load(snakemake.input.grid or "saldic", GridDescription.from_dict(params.grid)),
            params.settings,
            params.seed,
            snakemake.output.spectra,
        )
