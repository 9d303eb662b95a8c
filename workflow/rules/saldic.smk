# The exhibits of Saldic & Rathcke: stellar parameters from synthetic spectra of high resolution.
#
# MAKES   resources/saldic/spectra.h5                 down-sampled spectra of the label grid
#         results/saldic/models/<network>/            the networks and how they were made
#         results/saldic/predictions/<family>.csv     what networks and baselines say of their test spectra
#         results/saldic/<exhibit>.png|pdf|csv|tex

SALDIC_FIGURES = ["fig_spectrum", "fig_curves", "fig_single", "fig_multi"]
SALDIC_TABLES = ["table_grid", "table_model", "table_errors"]
SALDIC_GRID = grid_file("saldic")


rule saldic:
    """All exhibits of the document."""
    input:
        expand(
            "results/saldic/{exhibit}.{format}",
            exhibit=SALDIC_FIGURES,
            format=["png", "pdf"],
        ),
        expand(
            "results/saldic/{exhibit}.{format}",
            exhibit=SALDIC_TABLES,
            format=["csv", "tex"],
        ),


rule saldic_spectra:
    """Make spectra at nodes of the label grid, and down-sample them."""
    input:
        grid=SALDIC_GRID,
    output:
        spectra="resources/saldic/spectra.h5",
    log:
        "logs/saldic/spectra.log",
    benchmark:
        "benchmarks/results/saldic_spectra.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=60,
    params:
        grid=lookup(within=config, dpath="synthesis/grids/saldic"),
        settings=lookup(within=config, dpath="saldic/spectra"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Making the spectra of the label grid"
    script:
        "../scripts/saldic/spectra.py"


rule train_saldic:
    """Train the networks of one family: `multi` for four parameters at once, `single` for one each."""
    input:
        spectra="resources/saldic/spectra.h5",
    output:
        predictions="results/saldic/predictions/{family}.csv",
        history="results/saldic/models/{family}_history.csv",
        layers="results/saldic/models/{family}_layers.csv",
    log:
        "logs/saldic/train_{family}.log",
    benchmark:
        "benchmarks/results/train_saldic_{family}.tsv"
    wildcard_constraints:
        family="multi|single",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=8000,
        runtime=1440,
        gpu=0,
    params:
        settings=lookup(within=config, dpath="saldic/network"),
        split=lookup(within=config, dpath="saldic/split"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training networks of the label grid ({wildcards.family})"
    script:
        "../scripts/saldic/train.py"


rule saldic_baselines:
    """Predict the test spectra by a linear fit and by the nearest training spectrum."""
    input:
        spectra="resources/saldic/spectra.h5",
    output:
        predictions="results/saldic/predictions/baselines.csv",
    log:
        "logs/saldic/baselines.log",
    benchmark:
        "benchmarks/results/saldic_baselines.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=8000,
        runtime=120,
    params:
        penalties=lookup(within=config, dpath="saldic/ridge"),
        split=lookup(within=config, dpath="saldic/split"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Predicting by the baselines"
    script:
        "../scripts/saldic/baselines.py"


rule table_grid:
    """The grid of Teff and log g, with its spectra at each Teff."""
    input:
        spectra="resources/saldic/spectra.h5",
    output:
        csv=report(
            "results/saldic/table_grid.csv",
            caption="../report/saldic/table_grid.rst",
            category="Saldic & Rathcke",
            labels={"exhibit": "the label grid"},
        ),
        tex="results/saldic/table_grid.tex",
    log:
        "logs/saldic/table_grid.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing the label grid"
    script:
        "../scripts/saldic/table_grid.py"


rule fig_spectrum:
    """One spectrum, full and down-sampled."""
    input:
        grid=SALDIC_GRID,
    output:
        png=report(
            "results/saldic/fig_spectrum.png",
            caption="../report/saldic/fig_spectrum.rst",
            category="Saldic & Rathcke",
            labels={"exhibit": "a spectrum, full and down-sampled"},
        ),
        pdf="results/saldic/fig_spectrum.pdf",
    log:
        "logs/saldic/fig_spectrum.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        settings=lookup(within=config, dpath="saldic/spectra"),
    message:
        "Drawing a spectrum, full and down-sampled"
    script:
        "../scripts/saldic/fig_spectrum.py"


rule table_model:
    """Layers and parameters of the four-parameter network."""
    input:
        layers="results/saldic/models/multi_layers.csv",
    output:
        csv=report(
            "results/saldic/table_model.csv",
            caption="../report/saldic/table_model.rst",
            category="Saldic & Rathcke",
            labels={"exhibit": "the network's layers"},
        ),
        tex="results/saldic/table_model.tex",
    log:
        "logs/saldic/table_model.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing the network's layers"
    script:
        "../scripts/saldic/table_model.py"


rule fig_curves:
    """Learning curves of the four-parameter network."""
    input:
        history="results/saldic/models/multi_history.csv",
    output:
        png=report(
            "results/saldic/fig_curves.png",
            caption="../report/saldic/fig_curves.rst",
            category="Saldic & Rathcke",
            labels={"exhibit": "learning curves"},
        ),
        pdf="results/saldic/fig_curves.pdf",
    log:
        "logs/saldic/fig_curves.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing learning curves"
    script:
        "../scripts/saldic/fig_curves.py"


rule fig_single:
    """Predicted against true parameters, one network each."""
    input:
        predictions="results/saldic/predictions/single.csv",
    output:
        png=report(
            "results/saldic/fig_single.png",
            caption="../report/saldic/fig_single.rst",
            category="Saldic & Rathcke",
            labels={"exhibit": "one-parameter networks"},
        ),
        pdf="results/saldic/fig_single.pdf",
    log:
        "logs/saldic/fig_single.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing one-parameter networks"
    script:
        "../scripts/saldic/comparison.py"


use rule fig_single as fig_multi with:
    input:
        predictions="results/saldic/predictions/multi.csv",
    output:
        png=report(
            "results/saldic/fig_multi.png",
            caption="../report/saldic/fig_multi.rst",
            category="Saldic & Rathcke",
            labels={"exhibit": "the four-parameter network"},
        ),
        pdf="results/saldic/fig_multi.pdf",
    log:
        "logs/saldic/fig_multi.log",
    message:
        "Drawing the four-parameter network"


rule table_errors:
    """Errors of networks and baselines by parameter and by what is held out."""
    input:
        multi="results/saldic/predictions/multi.csv",
        single="results/saldic/predictions/single.csv",
        baselines="results/saldic/predictions/baselines.csv",
    output:
        csv=report(
            "results/saldic/table_errors.csv",
            caption="../report/saldic/table_errors.rst",
            category="Saldic & Rathcke",
            labels={"exhibit": "errors by parameter"},
        ),
        tex="results/saldic/table_errors.tex",
    log:
        "logs/saldic/table_errors.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        settings=lookup(within=config, dpath="evaluation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Drawing errors by parameter"
    script:
        "../scripts/saldic/table_errors.py"
