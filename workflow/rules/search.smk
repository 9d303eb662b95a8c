# Search the hyper-parameters of the classifiers of Sharma et al. 2020, section 4.1, and cross-validate them.
#
# NEEDS   resources/sharma/training.h5
# MAKES   results/sharma/search_<model>.csv             one row a trial
#         results/sharma/cross_validation_<model>.csv   one row a fold
#         results/sharma/fig03.png|pdf, table_search.csv|tex, table_cv.csv|tex

SEARCHED = {
    "ann": "Keras ANN",
    "mlp_classifier": "MLP classifier",
    "forest_classifier": "Random forest classifier",
}


rule search:
    """Cross-validate one part of the combinations drawn from a model's search space."""
    input:
        training="resources/sharma/training.h5",
    output:
        trials="results/sharma/search/{model}_{part}.csv",
    log:
        "logs/search/{model}_{part}.log",
    benchmark:
        "benchmarks/results/search_{model}_{part}.tsv"
    wildcard_constraints:
        model="|".join(SEARCHED),
        part=r"\d+",
    conda:
        "../../envs/cpu.yaml"
    # One thread: more jobs (`parts`) use more cores better, and give the same numbers.
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
        "../scripts/search/search.py"


rule gather_search:
    """Gather the parts of a search."""
    input:
        parts=expand(
            "results/sharma/search/{{model}}_{part}.csv",
            part=range(config["sharma"]["search"]["parts"]),
        ),
    output:
        trials="results/sharma/search_{model}.csv",
    log:
        "logs/search/gather_{model}.log",
    wildcard_constraints:
        model="|".join(SEARCHED),
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    message:
        "Gathering the search of {wildcards.model}"
    script:
        "../scripts/search/gather.py"


rule cross_validate:
    """Cross-validate the adopted models, with folds of stars and with the paper's folds of spectra."""
    input:
        training="resources/sharma/training.h5",
    output:
        folds="results/sharma/cross_validation_{model}.csv",
    log:
        "logs/search/cross_validate_{model}.log",
    benchmark:
        "benchmarks/results/cross_validate_{model}.tsv"
    wildcard_constraints:
        model="|".join(SEARCHED),
    conda:
        "../../envs/cpu.yaml"
    threads: 1
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
        "../scripts/search/cross_validate.py"


rule fig03:
    """Distribution of the subclass error over the random search of the neural network."""
    input:
        trials="results/sharma/search_ann.csv",
    output:
        png=report(
            "results/sharma/fig03.png",
            caption="../report/sharma/fig03.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 3"},
        ),
        pdf="results/sharma/fig03.pdf",
    log:
        "logs/sharma/fig03.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        inset=[1.4, 2.5],
    message:
        "Drawing Figure 3"
    script:
        "../scripts/sharma/fig03.py"


rule table_search:
    """Search spaces, and the best hyper-parameters that were found."""
    input:
        expand("results/sharma/search_{model}.csv", model=SEARCHED),
    output:
        csv=report(
            "results/sharma/table_search.csv",
            caption="../report/sharma/table_search.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Search"},
        ),
        tex="results/sharma/table_search.tex",
    log:
        "logs/sharma/table_search.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        names=SEARCHED,
        search=lookup(within=config, dpath="sharma/search"),
    message:
        "Drawing Search"
    script:
        "../scripts/sharma/table_search.py"


rule table_cv:
    """Cross-validated accuracy of the models."""
    input:
        expand("results/sharma/cross_validation_{model}.csv", model=SEARCHED),
    output:
        csv=report(
            "results/sharma/table_cv.csv",
            caption="../report/sharma/table_cv.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Cross-validation"},
        ),
        tex="results/sharma/table_cv.tex",
    log:
        "logs/sharma/table_cv.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        names=list(SEARCHED.values()),
    message:
        "Drawing Cross-validation"
    script:
        "../scripts/sharma/table_cv.py"
