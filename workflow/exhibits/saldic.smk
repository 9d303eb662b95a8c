# Exhibits of Saldic & Rathcke; the form of a row: workflow/rules/documents.smk.

EXHIBITS["saldic"] = {
    "table_grid": dict(
        about="the grid of Teff and log g, with its spectra at each Teff",
        input=dict(spectra="resources/saldic/spectra.h5"),
        labels="Label grid",
    ),
    "fig_spectrum": dict(
        about="one spectrum, full and down-sampled",
        input=dict(grid=SALDIC_GRID),
        params=dict(settings=lookup(within=config, dpath="saldic/spectra")),
        labels="A spectrum, full and down-sampled",
    ),
    "table_model": dict(
        about="layers and parameters of the four-parameter network",
        input=dict(layers="results/saldic/models/multi_layers.csv"),
        labels="Layers of the network",
    ),
    "fig_curves": dict(
        about="learning curves of the four-parameter network",
        input=dict(history="results/saldic/models/multi_history.csv"),
        labels="Learning curves",
    ),
    "fig_single": dict(
        about="predicted against true parameters, one network each",
        input=dict(predictions="results/saldic/predictions/single.csv"),
        script="comparison",
        labels="One-parameter networks",
    ),
    "fig_multi": dict(
        about="predicted against true parameters, one network for all four",
        input=dict(predictions="results/saldic/predictions/multi.csv"),
        script="comparison",
        labels="Four-parameter network",
    ),
    "table_errors": dict(
        about="errors of networks and baselines by parameter and kind of split",
        input={
            family: f"results/saldic/predictions/{family}.csv" for family in ["multi", "single", "baselines"]
        },
        params=EVALUATION,
        labels="Errors by parameter",
    ),
}
