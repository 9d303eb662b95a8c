# The exhibits of Csepreghy 2020.
#
# NEEDS   resources/sdss/csepreghy.h5; with a mirror, resources/sdss/mirror.h5
# MAKES   resources/csepreghy/sample.h5, mirror.h5           spectra that pass the cuts, with widths and parts
#         results/csepreghy/models/<run>/                    the networks and how they were made
#         results/csepreghy/predictions/<run>_test.csv       what they say of every spectrum of the sample
#         results/csepreghy/<exhibit>.png|pdf|csv|tex

# Each run: the network, the task, the smoothing (filled in below), and which seed of the weights.
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
REAL_SPECTRA = ["resources/csepreghy/mirror.h5"] if MIRROR else []


rule prepare_csepreghy:
    """Cut, measure and split the sample as the thesis does."""
    input:
        spectra="resources/sdss/csepreghy.h5",
    output:
        spectra="resources/csepreghy/sample.h5",
        dropped="resources/csepreghy/sample_dropped.csv",
    log:
        "logs/csepreghy/prepare_sample.log",
    benchmark:
        "benchmarks/resources/prepare_csepreghy.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        min_valid=lookup(within=config, dpath="csepreghy/min_valid"),
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
        "benchmarks/resources/prepare_csepreghy_mirror.tsv"
    message:
        "Preparing the mirror's spectra as Csepreghy 2020 does"


rule train_csepreghy:
    """Train the CNN and the mixed-input network on galaxies, quasars and stars, and apply them to real ones."""
    input:
        sample="resources/csepreghy/sample.h5",
        mirror=REAL_SPECTRA,
    output:
        models=expand("results/csepreghy/models/{run}/model.keras", run=MAIN_RUNS),
        histories=expand("results/csepreghy/models/{run}/history.csv", run=MAIN_RUNS),
        layers=expand("results/csepreghy/models/{run}/layers.csv", run=MAIN_RUNS),
        cards=expand("results/csepreghy/models/{run}/card.json", run=MAIN_RUNS),
        predictions=expand(
            "results/csepreghy/predictions/{run}_test.csv", run=MAIN_RUNS
        ),
        real="results/csepreghy/predictions/main_mirror.csv",
    log:
        "logs/csepreghy/train_main.log",
    benchmark:
        "benchmarks/results/train_csepreghy_main.tsv"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
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
        predictions=expand(
            "results/csepreghy/predictions/{run}_test.csv", run=OTHER_RUNS
        ),
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
