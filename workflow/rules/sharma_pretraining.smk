# Pre-training of Sharma et al. 2020 on growing numbers of observed stars, where a mirror holds them; included by
# sharma.smk.
#
# NEEDS   resources/sharma/sdss_sharma.h5, lamost.h5, sdss_simulated_sharma.h5, training.h5, test.h5
# MAKES   results/sharma/pretraining.csv   class of each test spectrum by the CNN after each pre-training


rule pretraining:
    """Pre-train the encoder on growing numbers of observed stars, and train the CNN on each."""
    input:
        observed=["resources/sharma/sdss_sharma.h5", "resources/sharma/lamost.h5"],
        simulated="resources/sharma/sdss_simulated_sharma.h5",
        training="resources/sharma/training.h5",
        test="resources/sharma/test.h5",
    output:
        predictions="results/sharma/pretraining.csv",
    log:
        "logs/sharma/pretraining.log",
    benchmark:
        "benchmarks/results/pretraining.tsv"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=240,
        gpu=0,
    params:
        settings=lookup(within=config, dpath="sharma/pretraining"),
        cnn=lookup(within=config, dpath="sharma/cnn"),
        validation=lookup(within=config, dpath="sharma/validation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Pre-training on growing numbers of observed stars"
    script:
        "../scripts/sharma/pretraining.py"
