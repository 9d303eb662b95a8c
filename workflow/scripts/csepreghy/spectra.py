"""Figures 1, 3 and 5: example spectra of a star of class A, a star-forming galaxy, and a quasar."""

from obafgkm.documents.csepreghy.sample import star_group
from obafgkm.report.plots import save_figure
from obafgkm.report.plots.objects import draw_spectrum, redshift, spectra_page
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job

# Redshift of 600 km/s. No star of the Galaxy is faster; the H II regions of galaxies are, which the pipeline
# takes for stars.
FASTEST_STAR = 0.002


def draw_example(sample, which, name):
    """Draw the best exposed spectrum within a mask, with its position, redshift and plate."""
    chosen = sample.labels[which].nlargest(1, "snr")
    figure, panels = spectra_page(len(chosen), columns=1)
    for axes, (i, row) in zip(panels, chosen.iterrows(), strict=True):
        place = redshift(row["z"], 5)
        if row["source"] != "simulated":
            place = f"RA = {row['ra']:.5f}°, Dec = {row['dec']:.5f}°, {place}, plate {row['plate']}"
        draw_spectrum(axes, sample.wave, sample.flux[i], row["class"], f"{name}\n{place}")
    return figure


if __name__ == "__main__":
    with job(snakemake):
        output = snakemake.output
        sample = Spectra.read(snakemake.input.sample)
        labels = sample.labels
        groups = labels["subclass_text"].map(star_group).where(labels["class"] == "STAR")
        examples = {
            "fig01": ((groups == "A") & (labels["z"].abs() < FASTEST_STAR), "A star"),
            "fig03": (labels["subclass"] == "STARFORMING", "STARFORMING galaxy"),
            "fig05": (labels["class"] == "QSO", "QSO"),
        }
        for figure, (which, name) in examples.items():
            drawn = draw_example(sample, which, name)
            save_figure(drawn, [output[figure], output[f"{figure}_pdf"]], sample.source)
