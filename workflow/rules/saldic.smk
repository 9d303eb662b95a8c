# Saldic & Rathcke: stellar parameters from high-resolution synthetic spectra.
#
# MAKES   resources/saldic/spectra.h5                 down-sampled spectra of the label grid
#         results/saldic/models/<network>/            the networks and how they were made
#         results/saldic/predictions/<family>.csv     predictions of networks and baselines

SALDIC_GRID = grid_file("saldic")


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
        grid=lookup(within=config, dpath="model_grids/grids/saldic"),
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
    """Predict the test spectra with a linear fit and the nearest training spectrum."""
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
        "Predicting with the baselines"
    script:
        "../scripts/saldic/baselines.py"
