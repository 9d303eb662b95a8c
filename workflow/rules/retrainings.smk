# Which trainings of Sharma et al. 2020 are repeated, and on what. Included before robustness.smk.

SEEDS = config["sharma"]["seeds"]
RETRAINED = config["sharma"]["robustness"]["network"]


def retrainings(model):
    """The trainings of a model besides its first: with other seeds; and one network's on what is spoilt."""
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
    """Files that a model is trained anew on."""
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
