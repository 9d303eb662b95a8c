# Exhibits of the classifier for any stellar spectra; the form of a row: workflow/rules/documents.smk.

CLASSIFIER_PREDICTIONS = {"predictions": "results/classifier/predictions.csv"}

EXHIBITS["classifier"] = {
    "tables": dict(
        about="errors, sets, luminosities, parameters, outliers and failures on left-out stars",
        input=dict(
            **CLASSIFIER_PREDICTIONS,
            objects="results/classifier/objects.csv",
            architectures="results/classifier/architectures.csv",
            peers=[
                *map(prediction, PEERS),
                *expand("results/sharma/robustness/mk_{program}.csv", program=MK_PROGRAMS),
            ],
        ),
        params=dict(
            peers=[*[f"{name} of Sharma et al." for name in PEERS.values()], *MK_PROGRAMS.values()],
            **EVALUATION,
        ),
        exhibits=CLASSIFIER_TABLES,
        labels={
            "table_held_out": "Held out",
            "table_architectures": "Architectures",
            "table_conditions": "Conditions",
            "table_sets": "Sets",
            "table_luminosity": "Luminosity",
            "table_parameters": "Parameters",
            "table_outliers": "Outliers",
            "table_kinds": "Kinds of objects",
            "table_failures": "Failures",
        },
        runtime=20,
    ),
    "table_doubtful": dict(
        about="stars whose catalogue type is contradicted by their parameters and spectrum",
        input=dict(stars="resources/classifier/stars.h5"),
        labels="Doubtful types",
    ),
    "figures": dict(
        about="classes, errors under poor conditions, and reliability on left-out stars",
        input=dict(**CLASSIFIER_PREDICTIONS, conditions="results/classifier/table_conditions.csv"),
        exhibits=["fig_classes", "fig_conditions", "fig_reliability"],
        labels=dict(
            fig_classes="Classes", fig_conditions="Conditions, figure", fig_reliability="Reliability"
        ),
        runtime=20,
    ),
}
# Real stars for a classifier trained on real stars, or not at all.
M67_GIANTS = Path(MIRROR, "sdss", "m67_giants", "m67_giants.npz")
if "mirror" in SOURCES and M67_GIANTS.is_file():
    EXHIBITS["classifier"]["table_cluster"] = dict(
        about="types and parameters of giants of the cluster M67, whose metallicity is known",
        input=dict(
            model=[
                f"results/classifier/model/{file}" for file in ("model.onnx", "outliers.npz", "model.json")
            ]
        ),
        params=dict(
            bundle=str(M67_GIANTS),
            contents=mirror_contents("sdss/m67_giants"),
            **EVALUATION,
        ),
        labels="Giants of M67",
    )
PRODUCTS["classifier"] = ["results/classifier/model/card.md"]
