# Sharma et al. 2020: its models, and which of them are searched, retrained and perturbed. Included before the
# document's rules and exhibits.

SEARCHED = {
    "ann": "Keras ANN",
    "mlp_classifier": "MLP classifier",
    "forest_classifier": "Random forest classifier",
}
MODELS = {
    "ann": "Keras ANN",
    "ann_centred": "Keras ANN, flux centred",
    "mlp_classifier": "MLP classifier",
    "forest_classifier": "Random forest classifier",
    "cnn": "CNN with autoencoder",
    "mlp_regressor": "MLP regressor",
    "forest_regressor": "Random forest regressor",
    "median": "Median of the paper's six",
    "majority": "Majority class (baseline)",
    "nearest": "Nearest template (baseline)",
    "linear": "PCA and logistic regression (baseline)",
}
# The models of the paper's Table 3.
SIX = ["ann", "mlp_classifier", "forest_classifier", "cnn", "mlp_regressor", "forest_regressor"]


def prediction(model, sample="cflib"):
    """File of a model's predictions for a sample."""
    return f"results/sharma/predictions/{model}_{sample}.csv"


def trained(model, *files):
    """Files written by a training beside its model, by stem."""
    return {Path(file).stem: f"results/sharma/models/{model}/{file}" for file in files}


NETWORKS = {model: MODELS[model] for model in ["ann", "ann_centred", "cnn"]}
# Classifiers of perturbed spectra: the networks and the baselines.
SPOILT = NETWORKS | {"nearest": MODELS["nearest"]}
# Programs that assign MK types, with the standards that each uses.
MK_NAMES = {
    "mkclass": "MKCLASS, libr18",
    "nutmaat": "NutMaat, averaged standards",
    "nutmaat_libr18": "NutMaat, libr18",
}
MK_PROGRAMS = {program: MK_NAMES[program] for program in config["sharma"]["robustness"]["mk_programs"]}
SEEDS = config["sharma"]["seeds"]
RETRAINED = config["sharma"]["robustness"]["network"]


def retrainings(model):
    """Further trainings of a model: with other seeds and, for one network, on perturbed data."""
    cases = [("clean", None, repeat) for repeat in range(1, SEEDS[model])]
    if model == RETRAINED:
        cases += [("trained on normalised", None, 0), ("trained on continua", None, 0)]
        cases += [
            ("wrong labels", share, repeat)
            for share in config["sharma"]["robustness"]["wrong_labels"]
            for repeat in range(config["sharma"]["robustness"]["seeds"])
        ]
    return [
        dict(test=test, setting=setting, repeat=repeat, seed=config["seed"] + repeat)
        for test, setting, repeat in cases
    ]


def retraining_samples(wildcards):
    """Training files for retraining a model."""
    kinds = {"flux": ""}
    if wildcards.model == RETRAINED:
        kinds |= {"normalised": "normalised_", "continua": "continua_"}
    files = {
        f"{kind}_{part}": f"resources/sharma/{prefix}{part}.h5"
        for kind, prefix in kinds.items()
        for part in ["training", "test"]
    }
    if wildcards.model == "cnn":
        files["autoencoder"] = "results/sharma/models/autoencoder/model.keras"
    return files


RETRAININGS = expand(
    "results/sharma/robustness/retrained_{model}.csv", model=[model for model in SEEDS if retrainings(model)]
)


include: "sharma_models.smk"
include: "sharma_search.smk"
include: "sharma_robustness.smk"


# Observed stars come from a mirror, or none of this is drawn.
if ON_MIRROR and LAMOST:

    include: "sharma_pretraining.smk"
