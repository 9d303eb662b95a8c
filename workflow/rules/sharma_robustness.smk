# Perturb the test spectra and the training labels of Sharma et al. 2020, section 5.2, and retrain; train with
# other seeds.
#
# NEEDS   resources/sharma/training.h5, test.h5; results/sharma/models, results/sharma/predictions
# MAKES   resources/sharma/normalised_<part>.h5, continua_<part>.h5   samples without continua; continua
#         results/sharma/robustness/retrained_<model>.csv   predictions of a model after retraining
#         results/sharma/robustness/spoilt.csv              predictions of the networks for perturbed spectra
#         results/sharma/robustness/mk_<program>.csv        results of other programs for reddened spectra
#         results/sharma/robustness/errors.csv              the error of every test


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
        "logs/sharma/divide_by_continua.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Dividing by continua"
    script:
        "../scripts/sharma/divide_by_continua.py"


rule retrain:
    """Retrain a model: with other seeds; on lines or continua alone; with wrong labels."""
    input:
        unpack(retraining_samples),
    output:
        predictions="results/sharma/robustness/retrained_{model}.csv",
    log:
        "logs/sharma/retrained_{model}.log",
    benchmark:
        "benchmarks/results/retrain_{model}.tsv"
    wildcard_constraints:
        model="|".join(SEEDS),
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=600,
        gpu=0,
    params:
        cases=lambda wildcards: retrainings(wildcards.model),
        samples=lambda wildcards: (
            ["flux", "normalised", "continua"] if wildcards.model == RETRAINED else ["flux"]
        ),
        settings=lambda wildcards: config["sharma"][wildcards.model.removesuffix("_centred")],
        validation=lookup(within=config, dpath="sharma/validation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Retraining {wildcards.model}"
    script:
        "../scripts/sharma/retrain.py"


rule classify_spoilt:
    """Classify test spectra without their continua, with those of others, and reddened."""
    input:
        training="resources/sharma/training.h5",
        test="resources/sharma/test.h5",
        normalised="resources/sharma/normalised_test.h5",
        ann="results/sharma/models/ann/model.keras",
        ann_centred="results/sharma/models/ann_centred/model.keras",
        cnn="results/sharma/models/cnn/model.keras",
    output:
        predictions="results/sharma/robustness/spoilt.csv",
    log:
        "logs/sharma/spoilt.log",
    benchmark:
        "benchmarks/results/classify_spoilt.tsv"
    conda:
        "../../envs/cpu.yaml"
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
        "Classifying perturbed spectra"
    script:
        "../scripts/sharma/classify_spoilt.py"


rule nutmaat_environment:
    """Install NutMaat in a separate environment, as its dependencies conflict with ours; needs the network."""
    input:
        lock=workflow.source_path("../../envs/nutmaat.lock"),
    output:
        python="resources/nutmaat/bin/python",
    log:
        "logs/sharma/nutmaat_environment.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=1000,
        runtime=20,
    params:
        uv=str(ROOT / ".uv" / "bin"),
    message:
        "Installing NutMaat"
    shell:
        """
        exec >{log} 2>&1
        export PATH={params.uv:q}:"$PATH"
        environment=$(dirname $(dirname {output.python}))
        uv venv --allow-existing --python '>=3.11,<3.13' $environment
        uv pip install --python {output.python} --require-hashes -r {input.lock:q}
        """


rule classify_by_program:
    """Classify increasingly reddened test spectra with MKCLASS or NutMaat."""
    input:
        training="resources/sharma/training.h5",
        test="resources/sharma/test.h5",
        python=branch(
            lambda wildcards: wildcards.program.startswith("nutmaat"),
            then=os.getenv("OBAFGKM_NUTMAAT", rules.nutmaat_environment.output.python),
            otherwise=[],
        ),
    output:
        types="results/sharma/robustness/mk_{program}.csv",
    log:
        "logs/sharma/mk_{program}.log",
    benchmark:
        "benchmarks/results/classify_{program}.tsv"
    wildcard_constraints:
        program="|".join(MK_NAMES),
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=600,
    params:
        a_v=lookup(within=config, dpath="sharma/robustness/mk_a_v"),
        mklib=os.getenv("MKLIB") or str(Path(MIRROR, "mkclass")),
        unity_at=lookup(within=config, dpath="homogenise/unity_at"),
    message:
        "Classifying reddened spectra with {wildcards.program}"
    script:
        "../scripts/sharma/classify_by_program.py"


rule robustness_errors:
    """Measure the error of every test."""
    input:
        clean=[prediction(model) for model in SPOILT],
        retrained=f"results/sharma/robustness/retrained_{RETRAINED}.csv",
        spoilt="results/sharma/robustness/spoilt.csv",
        programs=expand("results/sharma/robustness/mk_{program}.csv", program=MK_PROGRAMS),
    output:
        errors="results/sharma/robustness/errors.csv",
    log:
        "logs/sharma/errors.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        models=list(SPOILT),
        network=lookup(within=config, dpath="sharma/robustness/network"),
        settings=lookup(within=config, dpath="evaluation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Measuring the errors"
    script:
        "../scripts/sharma/robustness_errors.py"
