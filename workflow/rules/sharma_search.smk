# Search the hyper-parameters of the classifiers of Sharma et al. 2020, section 4.1, and cross-validate them.
#
# NEEDS   resources/sharma/training.h5
# MAKES   results/sharma/search_<model>.csv             one row per trial
#         results/sharma/cross_validation_<model>.csv   one row per fold


rule search:
    """Cross-validate one part of the combinations drawn from a model's search space."""
    input:
        training="resources/sharma/training.h5",
    output:
        trials="results/sharma/search/{model}_{part}.csv",
    log:
        "logs/sharma/search_{model}_{part}.log",
    benchmark:
        "benchmarks/results/search_{model}_{part}.tsv"
    wildcard_constraints:
        model="|".join(SEARCHED),
        part=r"\d+",
    conda:
        "../../envs/cpu.yaml"
    # One thread: several jobs (`parts`) use cores more efficiently, and give the same numbers.
    threads: 1
    resources:
        mem_mb=4000,
        runtime=720,
        gpu=0,
    params:
        settings=lookup(within=config, dpath="sharma/search/{model}"),
        folds=lookup(within=config, dpath="sharma/search/folds"),
        parts=lookup(within=config, dpath="sharma/search/parts"),
        centred=lookup(within=config, dpath="sharma/search/centred"),
        validation=lookup(within=config, dpath="sharma/validation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Searching the hyper-parameters of {wildcards.model}, part {wildcards.part}"
    script:
        "../scripts/sharma/search.py"


rule gather_search:
    """Gather the parts of a search."""
    input:
        expand("results/sharma/search/{{model}}_{part}.csv", part=range(config["sharma"]["search"]["parts"])),
    output:
        "results/sharma/search_{model}.csv",
    log:
        "logs/sharma/search_gather_{model}.log",
    wildcard_constraints:
        model="|".join(SEARCHED),
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        order="trial",
    message:
        "Gathering the search of {wildcards.model}"
    script:
        "../scripts/gather.py"


rule cross_validate:
    """Cross-validate the adopted models, with folds of stars and with the paper's folds of spectra."""
    input:
        training="resources/sharma/training.h5",
    output:
        folds="results/sharma/cross_validation_{model}.csv",
    log:
        "logs/sharma/search_cross_validate_{model}.log",
    benchmark:
        "benchmarks/results/cross_validate_{model}.tsv"
    wildcard_constraints:
        model="|".join(SEARCHED),
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=240,
        gpu=0,
    params:
        settings=lookup(within=config, dpath="sharma/{model}"),
        changes=lookup(within=config, dpath="sharma/cross_validation/{model}"),
        folds=lookup(within=config, dpath="sharma/cross_validation/folds"),
        centred=lookup(within=config, dpath="sharma/cross_validation/centred"),
        validation=lookup(within=config, dpath="sharma/validation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Cross-validating {wildcards.model}"
    script:
        "../scripts/sharma/cross_validate.py"
