# The exhibits of "Hack or Hammer": photometry and template parameters to main classes.
#
# NEEDS   SkyServer's answer: simulated, asked for, or photometry.csv in the mirror's folder hammer
# MAKES   resources/hammer/sample.csv, rejected.csv       the rows used and those rejected, with the reason
#         resources/hammer/<what was trained>.csv         trials, folds, predictions of the test rows
#         results/hammer/<exhibit>.png|pdf|csv|tex

HAMMER_FIGURES = [
    "fig_classes",
    "fig_teff",
    "fig_curves",
    "fig_confusion",
    "fig_ablation",
]
HAMMER_TABLES = [
    "table_dummy",
    "table_model",
    "table_search",
    "table_cv",
    "table_ablation",
    "table_cost",
    "table_answers",
]


rule hammer:
    """All exhibits of the document."""
    input:
        expand(
            "results/hammer/{exhibit}.{format}",
            exhibit=HAMMER_FIGURES,
            format=["png", "pdf"],
        ),
        expand(
            "results/hammer/{exhibit}.{format}",
            exhibit=HAMMER_TABLES,
            format=["csv", "tex"],
        ),


rule hammer_simulate:
    """Simulate SkyServer's answer to the photometric query."""
    output:
        photometry="resources/archives/simulated/hammer/photometry.csv",
        provenance="resources/archives/simulated/hammer/provenance.json",
    log:
        "logs/hammer/simulate.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        counts=lookup(within=config, dpath="hammer/counts"),
        fraction=lookup(within=config, dpath="hammer/fraction"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Simulating photometry"
    script:
        "../scripts/hammer/simulate.py"


rule hammer_fetch:
    """Ask SkyServer the photometric query."""
    output:
        photometry="resources/archives/remote/hammer/photometry.csv",
        provenance="resources/archives/remote/hammer/photometry.csv.provenance.json",
    log:
        "logs/hammer/fetch.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        # As a function, which keeps Snakemake from taking {release} for a wildcard.
        service=lambda wildcards: config["sdss"]["skyserver"],
        rows=lookup(within=config, dpath="sdss/rows"),
        release=lookup(within=config, dpath="hammer/release"),
        offline=lookup(within=config, dpath="archives/offline"),
    message:
        "Asking SkyServer for photometry"
    script:
        "../scripts/hammer/fetch.py"


rule hammer_sample:
    """Read the rows, reject what cannot be used, divide the stars into three parts."""
    input:
        photometry=hammer_photometry,
    output:
        sample="resources/hammer/sample.csv",
        rejected="resources/hammer/rejected.csv",
    log:
        "logs/hammer/sample.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        validation=lookup(within=config, dpath="hammer/validation"),
        test=lookup(within=config, dpath="hammer/test"),
        source=lookup(within=config, dpath="datasets/hammer/source"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Dividing the photometric sample"
    script:
        "../scripts/hammer/sample.py"


rule hammer_networks:
    """Search the network, train it and the document's two, cross-validate them, leave features out."""
    input:
        sample="resources/hammer/sample.csv",
    output:
        trials="resources/hammer/trials.csv",
        history="resources/hammer/history.csv",
        layers="resources/hammer/layers.csv",
        predictions="resources/hammer/networks.csv",
        folds="resources/hammer/folds.csv",
    log:
        "logs/hammer/networks.log",
    benchmark:
        "benchmarks/results/hammer_networks.tsv"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=480,
        gpu=0,
    params:
        settings=lookup(within=config, dpath="hammer"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training the networks of photometry"
    script:
        "../scripts/hammer/networks.py"


rule hammer_baselines:
    """Gradient boosting and random forest with features left out; importance of features."""
    input:
        sample="resources/hammer/sample.csv",
    output:
        predictions="resources/hammer/baselines.csv",
        importance="resources/hammer/importance.csv",
    log:
        "logs/hammer/baselines.log",
    benchmark:
        "benchmarks/results/hammer_baselines.tsv"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        settings=lookup(within=config, dpath="hammer/ablation"),
        seeds=lookup(within=config, dpath="hammer/seeds"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Leaving features out"
    script:
        "../scripts/hammer/baselines.py"


rule hammer_fig_classes:
    """Spectra a main class."""
    input:
        sample="resources/hammer/sample.csv",
    output:
        png=report(
            "results/hammer/fig_classes.png",
            caption="../report/hammer/fig_classes.rst",
            category="Hack or Hammer",
            labels={"exhibit": "Class counts"},
        ),
        pdf="results/hammer/fig_classes.pdf",
    log:
        "logs/hammer/fig_classes.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Class counts"
    script:
        "../scripts/hammer/fig_classes.py"


rule hammer_fig_teff:
    """Template temperature a main class, and the thresholds of the dummy rule."""
    input:
        sample="resources/hammer/sample.csv",
    output:
        png=report(
            "results/hammer/fig_teff.png",
            caption="../report/hammer/fig_teff.rst",
            category="Hack or Hammer",
            labels={"exhibit": "Temperatures"},
        ),
        pdf="results/hammer/fig_teff.pdf",
    log:
        "logs/hammer/fig_teff.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Temperatures"
    script:
        "../scripts/hammer/fig_teff.py"


rule hammer_table_dummy:
    """The dummy rule."""
    input:
        sample="resources/hammer/sample.csv",
    output:
        csv=report(
            "results/hammer/table_dummy.csv",
            caption="../report/hammer/table_dummy.rst",
            category="Hack or Hammer",
            labels={"exhibit": "Dummy rule"},
        ),
        tex="results/hammer/table_dummy.tex",
    log:
        "logs/hammer/table_dummy.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        bootstrap=lookup(within=config, dpath="hammer/bootstrap"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Tabulating Dummy rule"
    script:
        "../scripts/hammer/table_dummy.py"


rule hammer_table_model:
    """Layers and parameters of the three networks."""
    input:
        layers="resources/hammer/layers.csv",
    output:
        csv=report(
            "results/hammer/table_model.csv",
            caption="../report/hammer/table_model.rst",
            category="Hack or Hammer",
            labels={"exhibit": "Networks"},
        ),
        tex="results/hammer/table_model.tex",
    log:
        "logs/hammer/table_model.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Tabulating Networks"
    script:
        "../scripts/hammer/table_model.py"


rule hammer_fig_curves:
    """Learning curves of the slides' network."""
    input:
        sample="resources/hammer/sample.csv",
        history="resources/hammer/history.csv",
    output:
        png=report(
            "results/hammer/fig_curves.png",
            caption="../report/hammer/fig_curves.rst",
            category="Hack or Hammer",
            labels={"exhibit": "Learning curves"},
        ),
        pdf="results/hammer/fig_curves.pdf",
    log:
        "logs/hammer/fig_curves.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Learning curves"
    script:
        "../scripts/hammer/fig_curves.py"


rule hammer_fig_confusion:
    """Confusion matrix of the slides' network."""
    input:
        predictions="resources/hammer/networks.csv",
    output:
        png=report(
            "results/hammer/fig_confusion.png",
            caption="../report/hammer/fig_confusion.rst",
            category="Hack or Hammer",
            labels={"exhibit": "Confusion matrix"},
        ),
        pdf="results/hammer/fig_confusion.pdf",
    log:
        "logs/hammer/fig_confusion.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Confusion matrix"
    script:
        "../scripts/hammer/fig_confusion.py"


rule hammer_table_search:
    """The five best trials of the search."""
    input:
        trials="resources/hammer/trials.csv",
    output:
        csv=report(
            "results/hammer/table_search.csv",
            caption="../report/hammer/table_search.rst",
            category="Hack or Hammer",
            labels={"exhibit": "Search"},
        ),
        tex="results/hammer/table_search.tex",
    log:
        "logs/hammer/table_search.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Tabulating Search"
    script:
        "../scripts/hammer/table_search.py"


rule hammer_table_cv:
    """Cross-validation of the three networks."""
    input:
        folds="resources/hammer/folds.csv",
    output:
        csv=report(
            "results/hammer/table_cv.csv",
            caption="../report/hammer/table_cv.rst",
            category="Hack or Hammer",
            labels={"exhibit": "Cross-validation"},
        ),
        tex="results/hammer/table_cv.tex",
    log:
        "logs/hammer/table_cv.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Tabulating Cross-validation"
    script:
        "../scripts/hammer/table_cv.py"


rule hammer_table_cost:
    """Ordinal cost of the classifiers."""
    input:
        sample="resources/hammer/sample.csv",
        networks="resources/hammer/networks.csv",
        baselines="resources/hammer/baselines.csv",
    output:
        csv=report(
            "results/hammer/table_cost.csv",
            caption="../report/hammer/table_cost.rst",
            category="Hack or Hammer",
            labels={"exhibit": "Ordinal cost"},
        ),
        tex="results/hammer/table_cost.tex",
    log:
        "logs/hammer/table_cost.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        bootstrap=lookup(within=config, dpath="hammer/bootstrap"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Tabulating Ordinal cost"
    script:
        "../scripts/hammer/table_cost.py"


rule hammer_ablation:
    """What is left when features and rows are left out, and what each feature is worth."""
    input:
        sample="resources/hammer/sample.csv",
        networks="resources/hammer/networks.csv",
        baselines="resources/hammer/baselines.csv",
        importance="resources/hammer/importance.csv",
    output:
        csv=report(
            "results/hammer/table_ablation.csv",
            caption="../report/hammer/table_ablation.rst",
            category="Hack or Hammer",
            labels={"exhibit": "Ablation, numbers"},
        ),
        tex="results/hammer/table_ablation.tex",
        png=report(
            "results/hammer/fig_ablation.png",
            caption="../report/hammer/fig_ablation.rst",
            category="Hack or Hammer",
            labels={"exhibit": "Ablation"},
        ),
        pdf="results/hammer/fig_ablation.pdf",
    log:
        "logs/hammer/ablation.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        bootstrap=lookup(within=config, dpath="hammer/bootstrap"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Tabulating Ablation"
    script:
        "../scripts/hammer/ablation.py"


rule hammer_table_answers:
    """What photometry alone can do, and what the template adds."""
    input:
        sample="resources/hammer/sample.csv",
        baselines="resources/hammer/baselines.csv",
    output:
        csv=report(
            "results/hammer/table_answers.csv",
            caption="../report/hammer/table_answers.rst",
            category="Hack or Hammer",
            labels={"exhibit": "Answers"},
        ),
        tex="results/hammer/table_answers.tex",
    log:
        "logs/hammer/table_answers.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        bootstrap=lookup(within=config, dpath="hammer/bootstrap"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Tabulating Answers"
    script:
        "../scripts/hammer/table_answers.py"
