# Spoil the test spectra and the training labels of Sharma et al. 2020, section 5.2. Included after sharma.smk.
#
# NEEDS   resources/sharma/training.h5, test.h5; results/sharma/models/ann, ann_centred, cnn
# MAKES   resources/sharma/normalised_training.h5, normalised_test.h5  the samples with continua at one
#         results/sharma/models/<model>_normalised, <model>_wrong_<share>_<repeat>  networks trained anew
#         results/sharma/predictions/<model>_..._cflib.csv             what they say of each test spectrum
#         results/sharma/robustness/continuum.csv, reddening.csv       what the networks say of spoilt spectra
#         results/sharma/robustness/errors.csv                         the error of every test
#         results/sharma/fig16, fig_labels, fig_reddening, table_sensitivity

ROBUSTNESS = config["sharma"]["robustness"]
NETWORKS = {model: MODELS[model] for model in ["ann", "ann_centred", "cnn"]}
# Every repeat has its own wrong labels, initial weights and validation stars, through its seed. The first one
# without wrong labels is the network itself.
WRONG = [
    (share, repeat)
    for share in [0, *ROBUSTNESS["wrong_labels"]]
    for repeat in range(ROBUSTNESS["seeds"])
]
RETRAINED = ROBUSTNESS["network"]


rule normalised_samples:
    """Divide the spectra of both samples by their continua."""
    input:
        training="resources/sharma/training.h5",
        test="resources/sharma/test.h5",
    output:
        training="resources/sharma/normalised_training.h5",
        test="resources/sharma/normalised_test.h5",
    log:
        "logs/robustness/normalised_samples.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Normalising continua"
    script:
        "../scripts/robustness/normalised.py"


use rule train_ann as robustness_normalised with:
    input:
        training="resources/sharma/normalised_training.h5",
        test="resources/sharma/normalised_test.h5",
    output:
        model="results/sharma/models/{model}_normalised/model.keras",
        history="results/sharma/models/{model}_normalised/history.csv",
        layers="results/sharma/models/{model}_normalised/layers.csv",
        card="results/sharma/models/{model}_normalised/card.json",
        predictions="results/sharma/predictions/{model}_normalised_cflib.csv",
    log:
        "logs/robustness/{model}_normalised.log",
    benchmark:
        "benchmarks/results/robustness_{model}_normalised.tsv"
    message:
        "Training {wildcards.model} on normalised spectra"


rule wrong_labels:
    """Give a share of the training spectra a wrong class."""
    input:
        training="resources/sharma/training.h5",
    output:
        training=temp("resources/sharma/wrong_{share}_{repeat}_training.h5"),
    log:
        "logs/robustness/wrong_{share}_{repeat}_labels.log",
    wildcard_constraints:
        share=r"[\d.]+",
        repeat=r"\d+",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        seed=lambda wildcards: config["seed"] + int(wildcards.repeat),
    message:
        "Spoiling labels: share {wildcards.share}, repeat {wildcards.repeat}"
    script:
        "../scripts/robustness/wrong_labels.py"


use rule train_ann as robustness_labels with:
    input:
        training="resources/sharma/wrong_{share}_{repeat}_training.h5",
        test="resources/sharma/test.h5",
    output:
        model="results/sharma/models/{model}_wrong_{share}_{repeat}/model.keras",
        history="results/sharma/models/{model}_wrong_{share}_{repeat}/history.csv",
        layers="results/sharma/models/{model}_wrong_{share}_{repeat}/layers.csv",
        card="results/sharma/models/{model}_wrong_{share}_{repeat}/card.json",
        predictions="results/sharma/predictions/{model}_wrong_{share}_{repeat}_cflib.csv",
    log:
        "logs/robustness/{model}_wrong_{share}_{repeat}.log",
    benchmark:
        "benchmarks/results/robustness_{model}_wrong_{share}_{repeat}.tsv"
    wildcard_constraints:
        model="ann|ann_centred",
        share=r"[\d.]+",
        repeat=r"\d+",
    params:
        settings=lookup(within=config, dpath="sharma/ann"),
        validation=lookup(within=config, dpath="sharma/validation"),
        seed=lambda wildcards: config["seed"] + int(wildcards.repeat),
    message:
        "Training {wildcards.model} on wrong labels: share {wildcards.share}, repeat {wildcards.repeat}"


rule robustness_continuum:
    """Classify test spectra without their continua, and with those of others."""
    input:
        test="resources/sharma/test.h5",
        normalised="resources/sharma/normalised_test.h5",
        ann="results/sharma/models/ann/model.keras",
        ann_centred="results/sharma/models/ann_centred/model.keras",
        cnn="results/sharma/models/cnn/model.keras",
    output:
        predictions="results/sharma/robustness/continuum.csv",
    log:
        "logs/robustness/continuum.log",
    benchmark:
        "benchmarks/results/robustness_continuum.tsv"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=30,
    params:
        networks=list(NETWORKS),
        repeats=lookup(within=config, dpath="sharma/robustness/repeats"),
        unity_at=lookup(within=config, dpath="homogenise/unity_at"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Classifying spectra with spoilt continua"
    script:
        "../scripts/robustness/continuum.py"


rule robustness_reddening:
    """Classify ever more reddened test spectra."""
    input:
        test="resources/sharma/test.h5",
        ann="results/sharma/models/ann/model.keras",
        ann_centred="results/sharma/models/ann_centred/model.keras",
        cnn="results/sharma/models/cnn/model.keras",
    output:
        predictions="results/sharma/robustness/reddening.csv",
    log:
        "logs/robustness/reddening.log",
    benchmark:
        "benchmarks/results/robustness_reddening.tsv"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=60,
    params:
        networks=list(NETWORKS),
        step=lookup(within=config, dpath="sharma/robustness/a_v_step"),
        unity_at=lookup(within=config, dpath="homogenise/unity_at"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Classifying reddened spectra"
    script:
        "../scripts/robustness/reddening.py"


rule robustness_errors:
    """Measure the error of every test."""
    input:
        clean=expand("results/sharma/predictions/{model}_cflib.csv", model=NETWORKS),
        retrained=f"results/sharma/predictions/{RETRAINED}_normalised_cflib.csv",
        wrong=[
            (
                f"results/sharma/predictions/{RETRAINED}_wrong_{share}_{repeat}_cflib.csv"
                if share or repeat
                else f"results/sharma/predictions/{RETRAINED}_cflib.csv"
            )
            for share, repeat in WRONG
        ],
        continuum="results/sharma/robustness/continuum.csv",
        reddening="results/sharma/robustness/reddening.csv",
    output:
        errors="results/sharma/robustness/errors.csv",
    log:
        "logs/robustness/errors.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        networks=list(NETWORKS),
        network=lookup(within=config, dpath="sharma/robustness/network"),
        wrong=WRONG,
        settings=lookup(within=config, dpath="evaluation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Measuring the errors"
    script:
        "../scripts/robustness/errors.py"


rule fig16:
    """A hot and a cool star with, without and with exchanged continua."""
    input:
        test="resources/sharma/test.h5",
        normalised="resources/sharma/normalised_test.h5",
        predictions="results/sharma/robustness/continuum.csv",
    output:
        png=report(
            "results/sharma/fig16.png",
            caption="../report/sharma/fig16.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 16"},
        ),
        pdf="results/sharma/fig16.pdf",
    log:
        "logs/sharma/fig16.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Figure 16"
    script:
        "../scripts/sharma/fig16.py"


rule fig_labels:
    """Error against the share of wrong labels."""
    input:
        errors="results/sharma/robustness/errors.csv",
    output:
        png=report(
            "results/sharma/fig_labels.png",
            caption="../report/sharma/fig_labels.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Wrong labels"},
        ),
        pdf="results/sharma/fig_labels.pdf",
    log:
        "logs/sharma/fig_labels.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        confidence=lookup(within=config, dpath="evaluation/confidence"),
        clip=lookup(within=config, dpath="evaluation/clip"),
    message:
        "Drawing Wrong labels"
    script:
        "../scripts/sharma/fig_labels.py"


rule fig_reddening:
    """Error against reddening."""
    input:
        errors="results/sharma/robustness/errors.csv",
    output:
        png=report(
            "results/sharma/fig_reddening.png",
            caption="../report/sharma/fig_reddening.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Reddening"},
        ),
        pdf="results/sharma/fig_reddening.pdf",
    log:
        "logs/sharma/fig_reddening.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        names=NETWORKS,
        confidence=lookup(within=config, dpath="evaluation/confidence"),
    message:
        "Drawing Reddening"
    script:
        "../scripts/sharma/fig_reddening.py"


rule table_sensitivity:
    """Errors on spoilt spectra and after training on spoilt labels."""
    input:
        errors="results/sharma/robustness/errors.csv",
    output:
        csv=report(
            "results/sharma/table_sensitivity.csv",
            caption="../report/sharma/table_sensitivity.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Sensitivity"},
        ),
        tex="results/sharma/table_sensitivity.tex",
    log:
        "logs/sharma/table_sensitivity.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        names=NETWORKS,
    message:
        "Drawing Sensitivity"
    script:
        "../scripts/sharma/table_sensitivity.py"
