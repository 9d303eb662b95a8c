# Exhibits of Gebran et al. 2022; the form of a row: workflow/rules/documents.smk.

PRINCIPAL = {"snr": lookup(within=config, dpath="gebran/principal/snr")}
RESOLVING_POWER = {"resolving_power": lookup(within=config, dpath="gebran/resolving_power")}
GEBRAN_ERRORS = {"errors": "results/gebran/errors.csv"}


def ranges_of(stars, about):
    """A table of the ranges of a sample's parameters."""
    return dict(
        about=about,
        input={part: f"resources/gebran/{stars}_{part}.h5" for part in ["training", "test"]},
        script="ranges",
        params=dict(ranges=lookup(within=config, dpath=f"gebran/{stars}/ranges"), **RESOLVING_POWER),
    )


def errors_of(stars, about):
    """A table of errors on every set of each of a sample's databases."""
    return dict(
        about=about,
        input=GEBRAN_ERRORS,
        script="errors_table",
        params=dict(databases=list(config["gebran"][stars]["databases"])),
    )


def varied(parameter, name):
    """A figure of the sweep over hyper-parameters for one stellar parameter."""
    return dict(
        about=f"error of {name} against the number of epochs, by hyper-parameter",
        input=dict(sweep="results/gebran/sweep.csv"),
        script="sweep_figure",
        params=dict(parameter=parameter),
    )


EXHIBITS["gebran"] = {
    "table1": ranges_of("a_stars", "ranges of the stellar parameters of A stars"),
    "fig1": dict(
        about="a sample of the augmented training database as a colour map",
        input=dict(spectra="resources/gebran/a_stars_training.h5"),
        params=PRINCIPAL | SEED,
    ),
    "fig2": dict(
        about="mean error of spectra rebuilt from their principal components",
        input=dict(errors="results/gebran/reconstruction_a_stars.csv"),
    ),
    "fig3": dict(about="the layers of the network", input=dict(layers="results/gebran/sweep/0_layers.csv")),
    "table2": dict(
        about="layers of the network and their parameters",
        input=dict(layers="results/gebran/sweep/0_layers.csv"),
    ),
    "fig4": dict(
        about="the five augmentations of one spectrum",
        input=dict(grid=grid_file("a_stars")),
        params=dict(
            settings=lookup(within=config, dpath="gebran/a_stars"), **RESOLVING_POWER, **PRINCIPAL, **SEED
        ),
    ),
    "fig5": varied("teff", "the effective temperature"),
    "fig6": varied("logg", "the surface gravity"),
    "fig7": varied("feh", "the metallicity"),
    "fig8": varied("vsini", "the rotation velocity"),
    "table_optimal": dict(
        about="the best configuration for each stellar parameter",
        input=GEBRAN_ERRORS,
        labels="Optimal configurations",
    ),
    "table3": errors_of("a_stars", "errors on every set of each database of A stars"),
    "fig9": dict(
        about="errors relative to the largest, for each database",
        input=dict(table="results/gebran/table3.csv"),
    ),
    "fig10": dict(
        about="predicted against true parameters", input=dict(predictions="results/gebran/predictions.csv")
    ),
    "fig11": dict(
        about="error against the signal-to-noise ratio, for ranges of v sin i",
        input=dict(predictions="results/gebran/predictions.csv"),
    ),
    "table_rotation": dict(
        about="errors on test spectra with noise, for ranges of v sin i",
        input=dict(predictions="results/gebran/predictions.csv"),
        params=EVALUATION,
        labels="Errors by rotation",
    ),
    "table4": ranges_of("fgk_stars", "ranges of the stellar parameters of FGK stars"),
    "table5": errors_of("fgk_stars", "errors on every set of FGK stars"),
    "table_interpolation": dict(
        about="error of the interpolation between nodes of the grids",
        input={grid: grid_file(grid) for grid in config["model_grids"]["grids"]},
        params=dict(
            grids=list(config["model_grids"]["grids"]),
            points=lookup(within=config, dpath="model_grids/checks"),
            **SEED,
        ),
        runtime=30,
        labels="Interpolation between nodes",
    ),
}
