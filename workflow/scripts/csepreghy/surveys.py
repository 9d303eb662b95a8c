"""Prepare spectra of SDSS and LAMOST on the pixels that both cover: cuts, widths, one name per object."""

from obafgkm.documents.csepreghy.sample import WIDTHS
from obafgkm.documents.csepreghy.surveys import common
from obafgkm.spectra import Spectra
from obafgkm.spectroscopy.lines import code_widths
from obafgkm.workflow.job import job

if __name__ == "__main__":
    with job(snakemake):
        packed = [Spectra.read(path) for path in snakemake.input]
        kept, dropped = common(packed, snakemake.params.min_valid)
        kept.labels[WIDTHS] = code_widths(kept.wave, kept.flux, kept.labels["z"].to_numpy())
        kept.write(snakemake.output.spectra)
        dropped.to_csv(snakemake.output.dropped, index=False)
        print(kept.labels.groupby(["class", "library"])["star"].agg(["size", "nunique"]).to_string())
        print(dropped.groupby(["library", "step"]).size().to_string())
