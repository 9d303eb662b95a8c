# Exhibits of Sharma et al. 2020; the form of a row: workflow/rules/documents.smk.

SAMPLES = {part: f"resources/sharma/{part}.h5" for part in ["training", "test"]}
ANN, CNN, LUMINOSITY = [{"predictions": prediction(model)} for model in ["ann", "cnn", "cnn_luminosity"]]
SDSS = {"predictions": prediction("cnn", "sdss")}
SDSS_STARS = {"stars": "resources/sharma/sdss_sharma.h5"}
SDSS_MODELS = ["cnn", "majority", "nearest"]
SURVEYS = ["sdss", "lamost"] if LAMOST else ["sdss"]
CLASSIFIERS = ["ann", "ann_centred", "mlp_classifier", "forest_classifier", "cnn", "linear"]
ERRORS = {"errors": "results/sharma/robustness/errors.csv"}
RETRAINED_ALONE = f"results/sharma/robustness/retrained_{RETRAINED}.csv"


def names_of(models):
    """Names of these models in tables."""
    return {"names": [MODELS[model] for model in models]}


def catalogue(name):
    """A catalogue's files besides CSV and LaTeX."""
    return {suffix: f"results/sharma/{name}.{suffix}" for suffix in ["ecsv", "fits", "vot"]}


EXHIBITS["sharma"] = {
    "table1": dict(
        about="the four libraries, and the numbers of spectra left after each step",
        input=dict(
            ingested=expand("resources/ingested/{library}.h5", library=SHARMA_LIBRARIES),
            unreadable=expand("resources/ingested/{library}_rejected.csv", library=SHARMA_LIBRARIES),
            unhomogenised=expand("resources/homogenised/{library}_rejected.csv", library=SHARMA_LIBRARIES),
            left_out="resources/sharma/left_out.csv",
            **SAMPLES,
        ),
        params=dict(libraries=SHARMA_LIBRARIES),
    ),
    "table_luminosity_counts": dict(
        about="luminosity classes of each library",
        input=dict(ingested=expand("resources/ingested/{library}.h5", library=SHARMA_LIBRARIES), **SAMPLES),
        params=dict(libraries=SHARMA_LIBRARIES),
        labels="Luminosity counts",
    ),
    "table_overlap": dict(
        about="stars shared by libraries",
        input=dict(stars="resources/ingested/stars.csv"),
        params=dict(libraries=SHARMA_LIBRARIES, source=", ".join(sorted(SOURCES))),
        also=dict(shared="results/sharma/table_shared_stars.csv"),
        labels="Shared stars",
    ),
    "table_types": dict(
        about="types of the libraries against a second type of the same star",
        inputs=expand("resources/ingested/{library}.h5", library=SHARMA_LIBRARIES),
        params=dict(libraries=SHARMA_LIBRARIES),
        labels="Agreement of types",
    ),
    "fig01": dict(about="selected spectra of each main class", input=SAMPLES),
    "fig02": dict(
        about="internal dispersion of each subclass of the training sample",
        input=dict(training=SAMPLES["training"]),
        params=CLIP,
        also=dict(csv="results/sharma/fig02.csv"),
    ),
    "fig03": dict(
        about="subclass error over the random search of the neural network",
        input=dict(trials="results/sharma/search_ann.csv"),
        params=dict(inset=[1.4, 2.5]),
    ),
    "table_search": dict(
        about="search spaces, and the best hyper-parameters found",
        inputs=expand("results/sharma/search_{model}.csv", model=SEARCHED),
        params=dict(names=SEARCHED, search=lookup(within=config, dpath="sharma/search")),
        labels="Search",
    ),
    "table_cv": dict(
        about="cross-validated accuracy of the models",
        inputs=expand("results/sharma/cross_validation_{model}.csv", model=SEARCHED),
        params=dict(names=list(SEARCHED.values())),
        labels="Cross-validation",
    ),
    "fig04": dict(
        about="architecture of the neural network",
        input=trained("ann", "layers.csv", "card.json"),
        script="layers",
    ),
    "fig05": dict(
        about="learning curves of the neural network",
        input=trained("ann", "history.csv", "card.json"),
        script="learning_curves",
        params=dict(quantities={"accuracy": "Accuracy", "loss": "Cross-entropy (nats)"}),
    ),
    "fig06": dict(about="confusion matrix of the neural network", input=ANN, script="confusion"),
    "table2": dict(
        about="classification report of the neural network", input=ANN, script="classification_report"
    ),
    "fig07": dict(
        about="predicted against expected classes of the neural network", input=ANN, script="comparison"
    ),
    "table3": dict(
        about="every model on the test sample",
        inputs=[prediction(model) for model in MODELS],
        params=names_of(MODELS) | EVALUATION,
    ),
    "calibration": dict(
        about="calibration of the probabilities of the classifiers",
        inputs=[prediction(model) for model in CLASSIFIERS],
        params=names_of(CLASSIFIERS) | EVALUATION,
        exhibits=["fig_calibration", "table_calibration"],
        labels=dict(fig_calibration="Calibration, figure", table_calibration="Calibration"),
    ),
    "fig08": dict(
        about="architecture of the autoencoder",
        input=trained("autoencoder", "layers.csv", "card.json"),
        script="layers",
    ),
    "fig09": dict(
        about="architecture of the CNN on the encoder",
        input=trained("cnn", "layers.csv", "card.json"),
        script="layers",
    ),
    "fig10": dict(
        about="learning curves of the autoencoder",
        input=trained("autoencoder", "history.csv", "card.json"),
        script="learning_curves",
        params=dict(
            quantities={
                "loss": "Mean squared logarithmic error",
                "unexplained": "1 − $R^2$",
                "rmse": "RMS error (relative flux)",
            }
        ),
    ),
    "fig11": dict(about="predicted against expected classes of the CNN", input=CNN, script="comparison"),
    "fig12": dict(about="confusion matrix of the CNN", input=CNN, script="confusion"),
    "table4": dict(about="classification report of the CNN", input=CNN, script="classification_report"),
    "fig13": dict(
        about="error of the CNN along the sequence",
        input=CNN,
        params=CLIP,
        also=dict(csv="results/sharma/fig13.csv"),
    ),
    "fig14": dict(about="confusion matrix of the luminosity classes", input=LUMINOSITY),
    "table_luminosity": dict(
        about="luminosity classification, its checks and its baselines",
        input=dict(
            luminosity=LUMINOSITY["predictions"],
            mlp_regressor=prediction("mlp_regressor"),
            forest_regressor=prediction("forest_regressor"),
        ),
        params=EVALUATION,
        labels="Luminosity",
    ),
    "table5": dict(
        about="expected and predicted type of every test spectrum",
        input=dict(
            classes=CNN["predictions"],
            luminosity=LUMINOSITY["predictions"],
            others=[path for path in RETRAININGS if path.endswith("retrained_cnn.csv")],
        ),
        also=catalogue("table5"),
    ),
    "fig15": dict(
        about="spectra misclassified by the CNN by more than five subclasses",
        input=dict(**CNN, test=SAMPLES["test"]),
    ),
    "table6": dict(
        about="parameters of the stars misclassified by the CNN by more than five subclasses",
        input=dict(**CNN, test=SAMPLES["test"]),
    ),
    "fig16": dict(
        about="a hot and a cool star with, without and with exchanged continua",
        input=dict(
            test=SAMPLES["test"],
            normalised="resources/sharma/normalised_test.h5",
            predictions="results/sharma/robustness/spoilt.csv",
        ),
    ),
    "fig_labels": dict(
        about="error against the fraction of wrong labels",
        input=ERRORS,
        params=dict(confidence=lookup(within=config, dpath="evaluation/confidence"), **CLIP),
        labels="Wrong labels",
    ),
    "fig_reddening": dict(
        about="error against reddening",
        input=ERRORS,
        params=dict(
            names=SPOILT | MK_PROGRAMS, confidence=lookup(within=config, dpath="evaluation/confidence")
        ),
        labels="Reddening",
    ),
    "table_sensitivity": dict(
        about="errors on perturbed spectra and after training on wrong labels",
        input=ERRORS,
        params=dict(names=SPOILT | MK_PROGRAMS),
        labels="Sensitivity",
    ),
    "table_seeds": dict(
        about="mean and scatter of each model's metrics over trainings with other seeds",
        input=dict(first=[prediction(model) for model in SEEDS], others=RETRAININGS),
        params=dict(names={model: MODELS[model] for model in SEEDS}, **CLIP),
        labels="Seeds",
    ),
    "table_pairs": dict(
        about="differences on the same stars between models, and between kinds of training data",
        input=dict(
            predictions=[prediction(model) for model in MODELS],
            retrained=RETRAINED_ALONE,
            spoilt="results/sharma/robustness/spoilt.csv",
        ),
        params=dict(names=MODELS, network=RETRAINED, **EVALUATION),
        labels="Paired differences",
    ),
    "fig17": dict(
        about="main classes of the SDSS stars, by the survey's pipeline and by the CNN",
        input=SDSS,
        mem_mb=4000,
    ),
    "fig18": dict(
        about="subclasses of the SDSS F stars, by the survey's pipeline and by the CNN",
        input=SDSS,
        mem_mb=4000,
    ),
    "fig19": dict(
        about="SDSS spectra for which the survey's pipeline and the CNN disagree",
        input=dict(**SDSS, **SDSS_STARS),
        mem_mb=4000,
    ),
    "table7": dict(
        about="class of every SDSS star by the survey's pipeline and by the CNN",
        input=dict(
            classes=SDSS["predictions"], luminosity=prediction("cnn_luminosity", "sdss"), **SDSS_STARS
        ),
        also=catalogue("table7"),
    ),
    "table_sdss": dict(
        about="agreement of the CNN and the baselines with the survey's pipeline on the SDSS stars",
        inputs=[prediction(model, "sdss") for model in SDSS_MODELS],
        params=names_of(SDSS_MODELS) | EVALUATION,
        runtime=30,
        labels="Agreement on SDSS",
    ),
    "table_survey_classes": dict(
        about="agreement with the pipelines of the surveys on each main class, and their confusions",
        input=dict(
            predictions=[prediction(model, survey) for survey in SURVEYS for model in ["cnn", "nearest"]],
        ),
        params=dict(
            names=[(survey, MODELS[model]) for survey in SURVEYS for model in ["cnn", "nearest"]],
            **EVALUATION,
        ),
        labels="Agreement by class",
    ),
}
# The same star on several nights is real, or it is not drawn.
if LAMOST:
    EXHIBITS["sharma"]["table_repeats"] = dict(
        about="agreement of types of the same LAMOST star between nights",
        input=dict(
            stars="resources/sharma/lamost.h5",
            predictions=[prediction(model, "lamost") for model in ["cnn", "nearest"]],
        ),
        params=names_of(["cnn", "nearest"]) | EVALUATION,
        labels="Repeatability",
    )
# So are the stars that the encoder is pre-trained on.
if ON_MIRROR and LAMOST:
    EXHIBITS["sharma"]["pretraining_curve"] = dict(
        about="error on the test stars against the number of observed stars that the encoder was pre-trained on",
        input=dict(predictions="results/sharma/pretraining.csv"),
        params=EVALUATION,
        exhibits=["fig_pretraining", "table_pretraining"],
        labels=dict(fig_pretraining="Pre-training, figure", table_pretraining="Pre-training"),
    )
