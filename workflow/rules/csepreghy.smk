# The samples and networks of Csepreghy 2020.
#
# NEEDS   resources/sdss/csepreghy.h5; with a mirror, resources/sdss/mirror.h5
# MAKES   resources/csepreghy/sample.h5, mirror.h5           spectra that pass the cuts, with widths and parts
#         results/csepreghy/models/<run>/                    the networks and how they were made
#         results/csepreghy/predictions/<run>_test.csv       predictions for every spectrum of the sample
#         results/csepreghy/predictions/galaxies_nameless.csv   predictions for galaxies without a subclass

# Each run: the network, the task, the smoothing (filled in below), and the seed of the weights.
MAIN_RUNS = {
    f"{network}{'' if seed == 0 else f'_seed{seed}'}": {
        "network": network,
        "task": "class",
        "smoothing": 0,
        "seed": seed,
    }
    for network in ("cnn", "mixed")
    for seed in range(config["csepreghy"]["seeds"] if network == "mixed" else 1)
}
OTHER_RUNS = {
    "mixed_smooth": {
        "network": "mixed",
        "task": "class",
        "smoothing": config["csepreghy"]["smoothing"],
        "seed": 0,
    },
    **{
        task: {"network": "mixed", "task": task, "smoothing": 0, "seed": 0}
        for task in ("galaxies", "galaxies_known", "stars", "stars_full")
    },
}
# Networks trained on other spectra are also applied to the real ones of a mirror.
REAL_SPECTRA = (
    ["resources/csepreghy/mirror.h5"]
    if MIRROR and Path(MIRROR, "sdss").is_dir() and config["datasets"]["sdss_csepreghy"]["source"] != "mirror"
    else []
)
# The two surveys are studied together only if their spectra are real.
REAL_SURVEYS = LAMOST and config["datasets"]["sdss_csepreghy"]["source"] == "mirror"
# Exhibits of one kind: run and quantity; run; run, whether correct, number of spectra, smoothing.
CURVES = {
    "fig11": ("cnn", "accuracy"),
    "fig12": ("cnn", "loss"),
    "fig17": ("mixed", "accuracy"),
    "fig18": ("mixed", "loss"),
    "fig23": ("galaxies", "accuracy"),
    "fig24": ("galaxies", "loss"),
    "fig27": ("stars", "accuracy"),
    "fig28": ("stars", "loss"),
}
MATRICES = {"table3": "cnn", "table7": "mixed", "table8": "galaxies", "table9": "stars"}
EXAMPLES = {
    "fig13": ("cnn", True, 9, 0),
    "fig14": ("cnn", False, 9, 0),
    "fig19": ("mixed", True, 9, 0),
    "fig20": ("mixed", False, 9, 0),
    "fig21": ("mixed_smooth", True, 6, config["csepreghy"]["smoothing"]),
    "fig22": ("mixed_smooth", False, 6, config["csepreghy"]["smoothing"]),
    "fig25": ("galaxies", True, 9, 0),
    "fig26": ("galaxies", False, 9, 0),
    "fig29": ("stars", True, 9, 0),
    "fig30": ("stars", False, 9, 0),
}
BASELINES = {
    "class_by_majority": "Majority class (baseline)",
    "class_by_flux": "Logistic regression on flux (baseline)",
    "class_by_z_only": "Redshift only (baseline)",
    "class_by_magnitudes_only": "Magnitudes only (baseline)",
    "class_by_all_features": "26 features, no flux (baseline)",
    "galaxies_by_majority": "Majority class (baseline)",
    "galaxies_by_flux": "Logistic regression on flux (baseline)",
    "galaxies_by_all_features": "26 features, no flux (baseline)",
    "stars_by_majority": "Majority class (baseline)",
    "stars_by_flux": "Logistic regression on flux (baseline)",
    "stars_by_all_features": "26 features, no flux (baseline)",
}
# Rows of the table of accuracies; McNemar's test compares each with the mixed-input network on its task.
COMPARED = {
    "cnn": {"task": "class", "model": "CNN (flux: no redshift)", "against": "mixed"},
    "mixed": {"task": "class", "model": "Mixed-input network", "against": None},
    "mixed_smooth": {"task": "class", "model": "Mixed-input network, smoothed", "against": "mixed"},
    **{
        task: {"task": task, "model": "Mixed-input network", "against": None}
        for task in ("galaxies", "galaxies_known", "stars", "stars_full")
    },
    **{
        name: {
            "task": name.partition("_by_")[0],
            "model": words,
            "against": name.partition("_by_")[0].replace("class", "mixed"),
        }
        for name, words in BASELINES.items()
    },
}
for name, row in COMPARED.items():
    row["seeds"] = [run for run in MAIN_RUNS if run.startswith(f"{name}_seed")]


rule prepare_csepreghy:
    """Cut, measure and split the sample as in the thesis."""
    input:
        spectra="resources/sdss/csepreghy.h5",
    output:
        spectra="resources/csepreghy/sample.h5",
        dropped="resources/csepreghy/sample_dropped.csv",
    log:
        "logs/csepreghy/prepare_sample.log",
    benchmark:
        "benchmarks/results/prepare_csepreghy.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        min_valid=lookup(within=config, dpath="csepreghy/min_valid"),
        smoothing=lookup(within=config, dpath="csepreghy/smoothing"),
        test=lookup(within=config, dpath="csepreghy/test"),
        validation=lookup(within=config, dpath="csepreghy/validation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Preparing the sample of Csepreghy 2020"
    script:
        "../scripts/csepreghy/prepare.py"


use rule prepare_csepreghy as prepare_csepreghy_mirror with:
    input:
        spectra="resources/sdss/mirror.h5",
    output:
        spectra="resources/csepreghy/mirror.h5",
        dropped="resources/csepreghy/mirror_dropped.csv",
    log:
        "logs/csepreghy/prepare_mirror.log",
    benchmark:
        "benchmarks/results/prepare_csepreghy_mirror.tsv"
    message:
        "Preparing the mirror's spectra as in Csepreghy 2020"


rule train_csepreghy:
    """Train the CNN and the mixed-input network on galaxies, quasars and stars; apply them to real ones."""
    input:
        sample="resources/csepreghy/sample.h5",
        mirror=REAL_SPECTRA,
    output:
        models=expand("results/csepreghy/models/{run}/model.keras", run=MAIN_RUNS),
        histories=expand("results/csepreghy/models/{run}/history.csv", run=MAIN_RUNS),
        layers=expand("results/csepreghy/models/{run}/layers.csv", run=MAIN_RUNS),
        cards=expand("results/csepreghy/models/{run}/card.json", run=MAIN_RUNS),
        predictions=expand("results/csepreghy/predictions/{run}_test.csv", run=MAIN_RUNS),
        real="results/csepreghy/predictions/main_mirror.csv",
    log:
        "logs/csepreghy/train_main.log",
    benchmark:
        "benchmarks/results/train_csepreghy_main.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=6000,
        runtime=1440,
        gpu=0,
    params:
        runs=MAIN_RUNS,
        config=lookup(within=config, dpath="csepreghy"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training the networks of Csepreghy 2020 on the main classes"
    script:
        "../scripts/csepreghy/classifiers.py"


use rule train_csepreghy as train_csepreghy_subclasses with:
    input:
        sample="resources/csepreghy/sample.h5",
    output:
        models=expand("results/csepreghy/models/{run}/model.keras", run=OTHER_RUNS),
        histories=expand("results/csepreghy/models/{run}/history.csv", run=OTHER_RUNS),
        layers=expand("results/csepreghy/models/{run}/layers.csv", run=OTHER_RUNS),
        cards=expand("results/csepreghy/models/{run}/card.json", run=OTHER_RUNS),
        predictions=expand("results/csepreghy/predictions/{run}_test.csv", run=OTHER_RUNS),
        nameless="results/csepreghy/predictions/galaxies_nameless.csv",
    log:
        "logs/csepreghy/train_subclasses.log",
    benchmark:
        "benchmarks/results/train_csepreghy_subclasses.tsv"
    params:
        runs=OTHER_RUNS,
        config=lookup(within=config, dpath="csepreghy"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training the mixed-input network on smoothed flux and on subclasses"


rule study_csepreghy:
    """Search the CNN's hyper-parameters, and train the mixed-input network on samples of growing size."""
    input:
        sample="resources/csepreghy/sample.h5",
    output:
        search="results/csepreghy/search_cnn.csv",
        sizes="results/csepreghy/sizes.csv",
    log:
        "logs/csepreghy/studies.log",
    benchmark:
        "benchmarks/results/study_csepreghy.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=6000,
        runtime=2880,
        gpu=0,
    params:
        config=lookup(within=config, dpath="csepreghy"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Searching the hyper-parameters of the CNN of Csepreghy 2020, and varying the sample size"
    script:
        "../scripts/csepreghy/studies.py"


rule autoencoders_csepreghy:
    """Train the autoencoders of quasars and of all spectra."""
    input:
        sample="resources/csepreghy/sample.h5",
    output:
        quasars="results/csepreghy/models/autoencoder_quasars/test.npz",
        all="results/csepreghy/models/autoencoder/test.npz",
    log:
        "logs/csepreghy/autoencoders.log",
    benchmark:
        "benchmarks/results/autoencoders_csepreghy.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=6000,
        runtime=1440,
        gpu=0,
    params:
        settings=lookup(within=config, dpath="csepreghy/autoencoder"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training the autoencoders of Csepreghy 2020"
    script:
        "../scripts/csepreghy/autoencoders.py"


rule csepreghy_baselines:
    """Classify by flux, by redshift, by magnitudes, by all features, and by the commonest class."""
    input:
        sample="resources/csepreghy/sample.h5",
    output:
        expand("results/csepreghy/predictions/{name}_test.csv", name=BASELINES),
    log:
        "logs/csepreghy/baselines.log",
    benchmark:
        "benchmarks/results/csepreghy_baselines.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        names=list(BASELINES),
        binning=lookup(within=config, dpath="csepreghy/binning"),
        drawn=lookup(within=config, dpath="csepreghy/drawn"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Classifying by features alone, and by flux without a network"
    script:
        "../scripts/csepreghy/baselines.py"


if REAL_SURVEYS:

    include: "csepreghy_surveys.smk"
