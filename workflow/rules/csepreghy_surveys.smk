# Csepreghy 2020 on real spectra of SDSS and LAMOST, where a mirror holds both; included by csepreghy.smk.
#
# NEEDS   resources/sdss/mirror.h5, lamost.h5, simulated_csepreghy.h5, simulated_sharma.h5
# MAKES   resources/csepreghy/surveys.h5             real spectra on the pixels that both surveys cover
#         resources/csepreghy/simulated_surveys.h5   simulated ones on the same
#         results/csepreghy/surveys/templates.csv    class and redshift of the real ones by eigen-templates
#         results/csepreghy/surveys/<task>_<network>.csv   predictions of networks: every training and fold
#         results/csepreghy/surveys/baselines.csv    predictions of baselines
#         results/csepreghy/surveys/latent.csv       autoencoders by the size of their latent space
#         results/csepreghy/surveys/misfits.csv      reconstruction error of each real spectrum by one of them

TEMPLATES = Path(MIRROR, "sdss", "templates")
SURVEY_NETWORKS = ["class_cnn", "class_mixed", "stars_cnn", "stars_mixed"]
SURVEYS = {"settings": lookup(within=config, dpath="csepreghy/surveys"), **SEED}


wildcard_constraints:
    task="class|stars",
    network="cnn|mixed",


rule prepare_surveys:
    """Put the spectra of both surveys on the pixels that both cover, and find repeated objects."""
    input:
        "resources/sdss/mirror.h5",
        "resources/sdss/lamost.h5",
    output:
        spectra="resources/csepreghy/surveys.h5",
        dropped="resources/csepreghy/surveys_dropped.csv",
    log:
        "logs/csepreghy/prepare_surveys.log",
    benchmark:
        "benchmarks/results/prepare_surveys.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        min_valid=lookup(within=config, dpath="csepreghy/min_valid"),
    message:
        "Preparing real spectra of SDSS and LAMOST"
    script:
        "../scripts/csepreghy/surveys.py"


use rule prepare_surveys as prepare_simulated_surveys with:
    input:
        "resources/sdss/simulated_csepreghy.h5",
        "resources/sdss/simulated_sharma.h5",
    output:
        spectra="resources/csepreghy/simulated_surveys.h5",
        dropped="resources/csepreghy/simulated_surveys_dropped.csv",
    log:
        "logs/csepreghy/prepare_simulated_surveys.log",
    benchmark:
        "benchmarks/results/prepare_simulated_surveys.tsv"
    message:
        "Preparing simulated spectra on the pixels of both surveys"


rule fit_templates:
    """Fit the pipeline's eigen-templates to real spectra, over redshift."""
    input:
        spectra="resources/csepreghy/surveys.h5",
    output:
        fits="results/csepreghy/surveys/templates.csv",
    log:
        "logs/csepreghy/fit_templates.log",
    benchmark:
        "benchmarks/results/fit_templates.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        templates=str(TEMPLATES),
        contents=lambda wildcards: mirror_contents("sdss/templates"),
    message:
        "Fitting eigen-templates to real spectra"
    script:
        "../scripts/csepreghy/template_fits.py"


rule train_surveys:
    """Cross-validate networks on real spectra, after simulated ones and without."""
    input:
        spectra="resources/csepreghy/surveys.h5",
        simulated="resources/csepreghy/simulated_surveys.h5",
    output:
        predictions="results/csepreghy/surveys/{task}_{network}.csv",
    log:
        "logs/csepreghy/train_surveys_{task}_{network}.log",
    benchmark:
        "benchmarks/results/train_surveys_{task}_{network}.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=240,
        gpu=0,
    params:
        **SURVEYS,
    message:
        "Cross-validating the network {wildcards.network} of Csepreghy 2020 on real spectra, task {wildcards.task}"
    script:
        "../scripts/csepreghy/train_surveys.py"


rule latent_sizes:
    """Train autoencoders of several sizes on simulated and real spectra, and let them fill gaps."""
    input:
        spectra="resources/csepreghy/surveys.h5",
        simulated="resources/csepreghy/simulated_surveys.h5",
    output:
        table="results/csepreghy/surveys/latent.csv",
        misfits="results/csepreghy/surveys/misfits.csv",
    log:
        "logs/csepreghy/latent_sizes.log",
    benchmark:
        "benchmarks/results/latent_sizes.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=120,
        gpu=0,
    params:
        **SEED,
        surveys=lookup(within=config, dpath="csepreghy/surveys"),
        autoencoder=lookup(within=config, dpath="csepreghy/autoencoder"),
        evaluation=lookup(within=config, dpath="evaluation"),
    message:
        "Varying the latent space of the autoencoder of Csepreghy 2020"
    script:
        "../scripts/csepreghy/latent.py"


rule survey_baselines:
    """Cross-validate baselines for the networks on real spectra."""
    input:
        spectra="resources/csepreghy/surveys.h5",
        simulated="resources/csepreghy/simulated_surveys.h5",
        fits=["results/csepreghy/surveys/templates.csv"] if TEMPLATES.is_dir() else [],
    output:
        predictions="results/csepreghy/surveys/baselines.csv",
    log:
        "logs/csepreghy/survey_baselines.log",
    benchmark:
        "benchmarks/results/survey_baselines.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=60,
    params:
        **SURVEYS,
    message:
        "Cross-validating baselines on real spectra"
    script:
        "../scripts/csepreghy/survey_baselines.py"
