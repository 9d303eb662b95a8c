# Exhibits of "Hack or Hammer"; the form of a row: workflow/rules/documents.smk.

PHOTOMETRY = {"sample": "resources/hammer/sample.csv"}
BOOTSTRAP = {"bootstrap": lookup(within=config, dpath="hammer/bootstrap"), **SEED}

EXHIBITS["hammer"] = {
    "fig_classes": dict(about="spectra of each main class", input=PHOTOMETRY, labels="Class counts"),
    "fig_teff": dict(
        about="template temperature of each main class, and the thresholds of the dummy rule",
        input=PHOTOMETRY,
        labels="Temperatures",
    ),
    "table_dummy": dict(
        about="the dummy rule", input=PHOTOMETRY, params=BOOTSTRAP, runtime=60, labels="Dummy rule"
    ),
    "table_model": dict(
        about="layers and parameters of the three networks",
        input=dict(layers="resources/hammer/layers.csv"),
        labels="Networks",
    ),
    "fig_curves": dict(
        about="learning curves of the slides' network",
        input=dict(**PHOTOMETRY, history="resources/hammer/history.csv"),
        labels="Learning curves",
    ),
    "fig_confusion": dict(
        about="confusion matrix of the slides' network",
        input=dict(predictions="resources/hammer/networks.csv"),
        labels="Confusion matrix",
    ),
    "table_search": dict(
        about="the five best trials of the search",
        input=dict(trials="resources/hammer/trials.csv"),
        labels="Search",
    ),
    "table_cv": dict(
        about="cross-validation of the three networks",
        input=dict(folds="resources/hammer/folds.csv"),
        labels="Cross-validation",
    ),
    "table_cost": dict(
        about="ordinal cost of the classifiers",
        input=dict(
            **PHOTOMETRY, networks="resources/hammer/networks.csv", baselines="resources/hammer/baselines.csv"
        ),
        params=BOOTSTRAP,
        runtime=60,
        labels="Ordinal cost",
    ),
    "ablation": dict(
        about="ablation of features and rows, and the importance of each feature",
        input=dict(
            **PHOTOMETRY,
            networks="resources/hammer/networks.csv",
            baselines="resources/hammer/baselines.csv",
            importance="resources/hammer/importance.csv",
        ),
        params=BOOTSTRAP,
        exhibits=["table_ablation", "fig_ablation"],
        labels=dict(table_ablation="Ablation, numbers", fig_ablation="Ablation"),
        runtime=60,
    ),
    "table_answers": dict(
        about="accuracy from photometry alone, and the gain from the template",
        input=dict(**PHOTOMETRY, baselines="resources/hammer/baselines.csv"),
        params=BOOTSTRAP,
        runtime=60,
        labels="Answers",
    ),
}
