# Spoil the test spectra and the training labels of Sharma et al. 2020, section 5.2, and train again. Included
# after sharma.smk.
#
# NEEDS   resources/sharma/training.h5, test.h5; results/sharma/models, results/sharma/predictions
# MAKES   resources/sharma/normalised_<part>.h5, continua_<part>.h5   samples without continua, continua alone
#         results/sharma/robustness/retrained_<model>.csv   what a model says when it is trained anew
#         results/sharma/robustness/spoilt.csv              what the networks say of spoilt spectra
#         results/sharma/robustness/mk_<program>.csv        what other programs say of reddened spectra
#         results/sharma/robustness/errors.csv              the error of every test
#         results/sharma/fig16, fig_labels, fig_reddening, table_sensitivity, table_seeds, table_pairs

NETWORKS = {model: MODELS[model] for model in ["ann", "ann_centred", "cnn"]}
MK_PROGRAMS = {
    program: {"mkclass": "MKCLASS", "nutmaat": "NutMaat"}[program]
    for program in config["sharma"]["robustness"]["mk_programs"]
}
RETRAININGS = expand(
    "results/sharma/robustness/retrained_{model}.csv",
    model=[model for model in SEEDS if retrainings(model)],
)


rule divide_by_continua:
    """Divide the spectra of both samples by their continua."""
    input:
        training="resources/sharma/training.h5",
        test="resources/sharma/test.h5",
    output:
        normalised_training="resources/sharma/normalised_training.h5",
        normalised_test="resources/sharma/normalised_test.h5",
        continua_training="resources/sharma/continua_training.h5",
        continua_test="resources/sharma/continua_test.h5",
    log:
        "logs/robustness/divide_by_continua.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Dividing by continua"
    script:
        "../scripts/robustness/samples.py"


rule retrain:
    """Train a model anew: other seeds; lines or continua alone; wrong labels."""
    input:
        unpack(retraining_samples),
    output:
        predictions="results/sharma/robustness/retrained_{model}.csv",
    log:
        "logs/robustness/retrained_{model}.log",
    benchmark:
        "benchmarks/results/retrain_{model}.tsv"
    wildcard_constraints:
        model="|".join(SEEDS),
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=600,
        gpu=0,
    params:
        cases=lambda wildcards: retrainings(wildcards.model),
        samples=lambda wildcards: (
            ["flux", "normalised", "continua"]
            if wildcards.model == RETRAINED
            else ["flux"]
        ),
        settings=lambda wildcards: config["sharma"][
            wildcards.model.removesuffix("_centred")
        ],
        validation=lookup(within=config, dpath="sharma/validation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training {wildcards.model} anew"
    script:
        "../scripts/robustness/retrain.py"


rule classify_spoilt:
    """Classify test spectra without their continua, with those of others, and reddened."""
    input:
        test="resources/sharma/test.h5",
        normalised="resources/sharma/normalised_test.h5",
        ann="results/sharma/models/ann/model.keras",
        ann_centred="results/sharma/models/ann_centred/model.keras",
        cnn="results/sharma/models/cnn/model.keras",
    output:
        predictions="results/sharma/robustness/spoilt.csv",
    log:
        "logs/robustness/spoilt.log",
    benchmark:
        "benchmarks/results/classify_spoilt.tsv"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=60,
        gpu=0,
    params:
        networks=list(NETWORKS),
        repeats=lookup(within=config, dpath="sharma/robustness/repeats"),
        a_v_step=lookup(within=config, dpath="sharma/robustness/a_v_step"),
        unity_at=lookup(within=config, dpath="homogenise/unity_at"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Classifying spoilt spectra"
    script:
        "../scripts/robustness/spoilt.py"


rule nutmaat_environment:
    """Install NutMaat into an environment of its own, because its pins exclude ours. Needs the network once."""
    input:
        lock=workflow.source_path("../../envs/nutmaat.lock"),
    output:
        python="resources/nutmaat/bin/python",
    log:
        "logs/robustness/nutmaat_environment.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=1000,
        runtime=20,
    params:
        uv=os.path.join(workflow.basedir, ".uv", "bin"),
    message:
        "Installing NutMaat"
    shell:
        """
        exec >{log} 2>&1
        export PATH={params.uv}:$PATH
        environment=$(dirname $(dirname {output.python}))
        uv venv --allow-existing --python '>=3.11,<3.13' $environment
        uv pip install --python {output.python} --require-hashes -r {input.lock}
        """


rule classify_by_program:
    """Let MKCLASS or NutMaat classify ever more reddened test spectra."""
    input:
        training="resources/sharma/training.h5",
        test="resources/sharma/test.h5",
        python=branch(
            lambda wildcards: wildcards.program == "nutmaat",
            then=os.getenv("OBAFGKM_NUTMAAT", rules.nutmaat_environment.output.python),
            otherwise=[],
        ),
    output:
        types="results/sharma/robustness/mk_{program}.csv",
    log:
        "logs/robustness/mk_{program}.log",
    benchmark:
        "benchmarks/results/classify_{program}.tsv"
    wildcard_constraints:
        program="mkclass|nutmaat",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=600,
    params:
        a_v=lookup(within=config, dpath="sharma/robustness/mk_a_v"),
        unity_at=lookup(within=config, dpath="homogenise/unity_at"),
    message:
        "Classifying reddened spectra with {wildcards.program}"
    script:
        "../scripts/robustness/mk_program.py"


rule robustness_errors:
    """Measure the error of every test."""
    input:
        clean=expand("results/sharma/predictions/{model}_cflib.csv", model=NETWORKS),
        retrained=f"results/sharma/robustness/retrained_{RETRAINED}.csv",
        spoilt="results/sharma/robustness/spoilt.csv",
        programs=expand(
            "results/sharma/robustness/mk_{program}.csv", program=MK_PROGRAMS
        ),
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
        predictions="results/sharma/robustness/spoilt.csv",
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
        names=NETWORKS | MK_PROGRAMS,
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
        names=NETWORKS | MK_PROGRAMS,
    message:
        "Drawing Sensitivity"
    script:
        "../scripts/sharma/table_sensitivity.py"


rule table_seeds:
    """Mean and scatter of each model's numbers over trainings with other seeds."""
    input:
        first=expand("results/sharma/predictions/{model}_cflib.csv", model=SEEDS),
        others=RETRAININGS,
    output:
        csv=report(
            "results/sharma/table_seeds.csv",
            caption="../report/sharma/table_seeds.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Seeds"},
        ),
        tex="results/sharma/table_seeds.tex",
    log:
        "logs/sharma/table_seeds.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        names={model: MODELS[model] for model in SEEDS},
        clip=lookup(within=config, dpath="evaluation/clip"),
    message:
        "Drawing Seeds"
    script:
        "../scripts/sharma/table_seeds.py"


rule table_pairs:
    """Differences between models on the same stars, and between what a network learns from."""
    input:
        predictions=expand("results/sharma/predictions/{model}_cflib.csv", model=MODELS),
        retrained=f"results/sharma/robustness/retrained_{RETRAINED}.csv",
    output:
        csv=report(
            "results/sharma/table_pairs.csv",
            caption="../report/sharma/table_pairs.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Paired differences"},
        ),
        tex="results/sharma/table_pairs.tex",
    log:
        "logs/sharma/table_pairs.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        names=MODELS,
        network=RETRAINED,
        settings=lookup(within=config, dpath="evaluation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Drawing Paired differences"
    script:
        "../scripts/sharma/table_pairs.py"
