# Gebran et al. 2022: hyper-parameters of a network for A stars, and FGK stars.
#
# MAKES   resources/gebran/<stars>_training.h5, <stars>_test.h5   random synthetic stars
#         resources/gebran/<stars>/<database>_<kind>.npz          their principal components
#         results/gebran/sweep.csv, errors.csv, predictions.csv   what the networks and baselines make of them

GEBRAN_DATABASES = {
    "a_stars": expand(
        "resources/gebran/a_stars/{database}_{kind}.npz",
        database=config["gebran"]["a_stars"]["databases"],
        kind=["plain", "augmented"],
    ),
    "fgk_stars": expand(
        "resources/gebran/fgk_stars/{database}_plain.npz", database=config["gebran"]["fgk_stars"]["databases"]
    ),
}


rule gebran_spectra:
    """Make the spectra of random stars, for training and for the test."""
    input:
        grid=lambda wildcards: grid_file(wildcards.stars),
    output:
        training="resources/gebran/{stars}_training.h5",
        test="resources/gebran/{stars}_test.h5",
    log:
        "logs/gebran/{stars}_spectra.log",
    benchmark:
        "benchmarks/results/gebran_{stars}_spectra.tsv"
    wildcard_constraints:
        stars="a_stars|fgk_stars",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        grid=lookup(within=config, dpath="model_grids/grids/{stars}"),
        settings=lookup(within=config, dpath="gebran/{stars}"),
        resolving_power=lookup(within=config, dpath="gebran/resolving_power"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Making the spectra of {wildcards.stars}"
    script:
        "../scripts/gebran/spectra.py"


rule gebran_databases:
    """Fit principal components to each training database and project its spectra on them."""
    input:
        training="resources/gebran/a_stars_training.h5",
        test="resources/gebran/a_stars_test.h5",
    output:
        databases=GEBRAN_DATABASES["a_stars"],
        errors="results/gebran/reconstruction_a_stars.csv",
    log:
        "logs/gebran/a_stars_databases.log",
    benchmark:
        "benchmarks/results/gebran_a_stars_databases.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=240,
    params:
        databases=lookup(within=config, dpath="gebran/a_stars/databases"),
        settings=lookup(within=config, dpath="gebran/principal"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Fitting principal components to the training databases"
    script:
        "../scripts/gebran/databases.py"


use rule gebran_databases as gebran_fgk_databases with:
    input:
        training="resources/gebran/fgk_stars_training.h5",
        test="resources/gebran/fgk_stars_test.h5",
    output:
        databases=GEBRAN_DATABASES["fgk_stars"],
        errors="results/gebran/reconstruction_fgk_stars.csv",
    log:
        "logs/gebran/fgk_stars_databases.log",
    benchmark:
        "benchmarks/results/gebran_fgk_stars_databases.tsv"
    params:
        databases=lookup(within=config, dpath="gebran/fgk_stars/databases"),
        settings=lookup(within=config, dpath="gebran/principal"),
        seed=lookup(within=config, dpath="seed"),


rule gebran_sweep:
    """Train the networks of figures 5 to 8, one part of them."""
    input:
        database=f"resources/gebran/a_stars/{config['gebran']['sweep']['database']}_plain.npz",
    output:
        trials="results/gebran/sweep/{part}.csv",
        layers="results/gebran/sweep/{part}_layers.csv",
    log:
        "logs/gebran/sweep_{part}.log",
    benchmark:
        "benchmarks/results/gebran_sweep_{part}.tsv"
    wildcard_constraints:
        part=r"\d+",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=2880,
        gpu=0,
    params:
        ranges=lookup(within=config, dpath="gebran/a_stars/ranges"),
        settings=lookup(within=config, dpath="gebran/sweep"),
        rates=lookup(within=config, dpath="gebran/rates"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Varying the hyper-parameters of Gebran et al., part {wildcards.part}"
    script:
        "../scripts/gebran/sweep.py"


rule gather_gebran_sweep:
    """Gather the parts of the sweep."""
    input:
        expand("results/gebran/sweep/{part}.csv", part=range(config["gebran"]["sweep"]["parts"])),
    output:
        "results/gebran/sweep.csv",
    log:
        "logs/gebran/gather_sweep.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        order="trial",
    message:
        "Gathering the sweep of Gebran et al."
    script:
        "../scripts/gather.py"


rule gebran_train:
    """Train the chosen networks on every database, beside the baselines; one part of them."""
    input:
        sweep="results/gebran/sweep.csv",
        databases=GEBRAN_DATABASES["a_stars"] + GEBRAN_DATABASES["fgk_stars"],
    output:
        errors="results/gebran/errors/{part}.csv",
        predictions="results/gebran/predictions/{part}.csv",
    log:
        "logs/gebran/train_{part}.log",
    benchmark:
        "benchmarks/results/gebran_train_{part}.tsv"
    wildcard_constraints:
        part=r"\d+",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=2880,
        gpu=0,
    params:
        settings=lookup(within=config, dpath="gebran"),
        evaluation=lookup(within=config, dpath="evaluation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training the chosen networks of Gebran et al., part {wildcards.part}"
    script:
        "../scripts/gebran/train.py"


rule gather_gebran_errors:
    """Gather the errors of all networks and baselines."""
    input:
        expand("results/gebran/errors/{part}.csv", part=range(config["gebran"]["parts"])),
    output:
        "results/gebran/errors.csv",
    log:
        "logs/gebran/gather_errors.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    message:
        "Gathering the errors of the networks of Gebran et al."
    script:
        "../scripts/gather.py"


use rule gather_gebran_errors as gather_gebran_predictions with:
    input:
        expand("results/gebran/predictions/{part}.csv", part=range(config["gebran"]["parts"])),
    output:
        "results/gebran/predictions.csv",
    log:
        "logs/gebran/gather_predictions.log",
    message:
        "Gathering the predictions of the networks of Gebran et al."
