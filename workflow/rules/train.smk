# Train the models and let them classify the test spectra.
#
# NEEDS   resources/sharma/training.h5, test.h5, unlabelled.h5
# MAKES   results/sharma/models/<model>/                  the model and how it was made
#         results/sharma/predictions/<model>_cflib.csv    what it says of each test spectrum
#         results/sharma/predictions/<model>_sdss.csv     and of each star of SDSS


rule train_ann:
    """Train the neural network of section 4.1 on flux as it is, or on flux less the mean training spectrum."""
    input:
        training="resources/sharma/training.h5",
        test="resources/sharma/test.h5",
    output:
        model="results/sharma/models/{model}/model.keras",
        history="results/sharma/models/{model}/history.csv",
        layers="results/sharma/models/{model}/layers.csv",
        card="results/sharma/models/{model}/card.json",
        predictions="results/sharma/predictions/{model}_cflib.csv",
    log:
        "logs/train/{model}.log",
    benchmark:
        "benchmarks/results/train_{model}.tsv"
    wildcard_constraints:
        model="ann|ann_centred",
    conda:
        "../../envs/cpu.yaml"
    # One thread: the matrices are thin, and weights are bit-equal at one number of threads only.
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
        gpu=0,
    params:
        settings=lookup(within=config, dpath="sharma/ann"),
        validation=lookup(within=config, dpath="sharma/validation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training {wildcards.model}"
    script:
        "../scripts/train/ann.py"


rule train_estimator:
    """Train a random forest or a perceptron of section 4.1."""
    input:
        training="resources/sharma/training.h5",
        test="resources/sharma/test.h5",
    output:
        model="results/sharma/models/{model}/model.joblib",
        predictions="results/sharma/predictions/{model}_cflib.csv",
    log:
        "logs/train/{model}.log",
    benchmark:
        "benchmarks/results/train_{model}.tsv"
    wildcard_constraints:
        model="(forest|mlp)_(classifier|regressor)",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        settings=lookup(within=config, dpath="sharma/{model}"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training {wildcards.model}"
    script:
        "../scripts/train/estimator.py"


rule train_autoencoder:
    """Pre-train the autoencoder of section 4.2 on unlabelled spectra."""
    input:
        spectra="resources/sharma/unlabelled.h5",
    output:
        model="results/sharma/models/autoencoder/model.keras",
        history="results/sharma/models/autoencoder/history.csv",
        layers="results/sharma/models/autoencoder/layers.csv",
        card="results/sharma/models/autoencoder/card.json",
    log:
        "logs/train/autoencoder.log",
    benchmark:
        "benchmarks/results/train_autoencoder.tsv"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=600,
    params:
        settings=lookup(within=config, dpath="sharma/autoencoder"),
        validation=lookup(within=config, dpath="sharma/validation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training the autoencoder"
    script:
        "../scripts/train/autoencoder.py"


rule train_cnn:
    """Train a classifier of spectral (section 4.2) or luminosity classes (section 4.3) on the encoder."""
    input:
        autoencoder="results/sharma/models/autoencoder/model.keras",
        autoencoder_card="results/sharma/models/autoencoder/card.json",
        training="resources/sharma/training.h5",
        test="resources/sharma/test.h5",
    output:
        model="results/sharma/models/{model}/model.keras",
        history="results/sharma/models/{model}/history.csv",
        layers="results/sharma/models/{model}/layers.csv",
        card="results/sharma/models/{model}/card.json",
        predictions="results/sharma/predictions/{model}_cflib.csv",
    log:
        "logs/train/{model}.log",
    benchmark:
        "benchmarks/results/train_{model}.tsv"
    wildcard_constraints:
        model="cnn|cnn_luminosity",
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=2000,
        runtime=600,
    params:
        settings=lookup(within=config, dpath="sharma/{model}"),
        validation=lookup(within=config, dpath="sharma/validation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training {wildcards.model}"
    script:
        "../scripts/train/cnn.py"


rule baselines:
    """Classify the test spectra by the commonest class, by the nearest template, by a linear classifier."""
    input:
        training="resources/sharma/training.h5",
        test="resources/sharma/test.h5",
    output:
        majority="results/sharma/predictions/majority_cflib.csv",
        nearest="results/sharma/predictions/nearest_cflib.csv",
        linear="results/sharma/predictions/linear_cflib.csv",
    log:
        "logs/train/baselines.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        components=lookup(within=config, dpath="sharma/linear_components"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Classifying by the baselines"
    script:
        "../scripts/train/baselines.py"


rule classify_sdss:
    """Classify the stars of SDSS that have a complete MK type."""
    input:
        stars="resources/sharma/sdss_sharma.h5",
        training="resources/sharma/training.h5",
        cnn="results/sharma/models/cnn/model.keras",
        luminosity="results/sharma/models/cnn_luminosity/model.keras",
        cards=expand(
            "results/sharma/models/{model}/card.json",
            model=["autoencoder", "cnn", "cnn_luminosity"],
        ),
    output:
        cnn="results/sharma/predictions/cnn_sdss.csv",
        luminosity="results/sharma/predictions/cnn_luminosity_sdss.csv",
        nearest="results/sharma/predictions/nearest_sdss.csv",
        majority="results/sharma/predictions/majority_sdss.csv",
    log:
        "logs/train/classify_sdss.log",
    benchmark:
        "benchmarks/results/classify_sdss.tsv"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=6000,
        runtime=60,
        gpu=0,
    message:
        "Classifying stars of SDSS"
    script:
        "../scripts/sharma/classify_sdss.py"
