# The samples and models of Sharma et al. 2020.
#
# NEEDS   resources/homogenised/<library>.h5, resources/ingested/stars.csv, resources/sdss/sharma.h5
# MAKES   resources/sharma/training.h5, test.h5  the samples, disjoint in stars
#         resources/sharma/left_out.csv          spectra that belong to neither, with reasons
#         resources/sharma/sdss_<sample>.h5      stars of SDSS, at rest and homogenised
#         resources/sharma/lamost.h5             stars of LAMOST, if a mirror has any
#         resources/sharma/unlabelled.h5         stars for pre-training
#         results/sharma/models/<model>/                  the model and how it was made
#         results/sharma/predictions/<model>_cflib.csv    its predictions for each test spectrum
#         results/sharma/predictions/<model>_sdss.csv     for each star of SDSS
#         results/sharma/predictions/<model>_lamost.csv   for each star of LAMOST

# Stars of LAMOST are always real and taken from a mirror, whatever the source of the rest.
LAMOST = bool(MIRROR) and Path(MIRROR, "lamost").is_dir()
ON_MIRROR = config["datasets"]["sdss_sharma"]["source"] == "mirror"


rule sharma_samples:
    """Divide the spectra into the training and test samples of Sharma et al. 2020."""
    input:
        libraries=expand("resources/homogenised/{library}.h5", library=SHARMA_LIBRARIES),
        stars="resources/ingested/stars.csv",
    output:
        training="resources/sharma/training.h5",
        test="resources/sharma/test.h5",
        left_out="resources/sharma/left_out.csv",
    log:
        "logs/sharma/samples.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        libraries=SHARMA_LIBRARIES,
    message:
        "Forming the samples"
    script:
        "../scripts/sharma/samples.py"


rule sdss_stars:
    """Shift the stars of SDSS to rest and to air wavelengths, and homogenise them."""
    input:
        spectra="resources/sdss/{stars}.h5",
    output:
        spectra="resources/sharma/sdss_{stars}.h5",
        rejected="resources/sharma/sdss_{stars}_rejected.csv",
    log:
        "logs/sharma/sdss_{stars}.log",
    benchmark:
        "benchmarks/results/sdss_stars_{stars}.tsv"
    wildcard_constraints:
        stars="sharma|simulated_sharma",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=8000,
        runtime=60,
    params:
        settings=lookup(within=config, dpath="homogenise"),
    message:
        "Homogenising stars of SDSS"
    script:
        "../scripts/sharma/sdss_stars.py"


use rule sdss_stars as lamost_stars with:
    input:
        spectra="resources/sdss/lamost.h5",
    output:
        spectra="resources/sharma/lamost.h5",
        rejected="resources/sharma/lamost_rejected.csv",
    log:
        "logs/sharma/lamost_stars.log",
    benchmark:
        "benchmarks/results/lamost_stars.tsv"
    message:
        "Homogenising stars of LAMOST"


rule unlabelled_spectra:
    """Choose unlabelled stars for pre-training: SDSS, with a mirror also LAMOST, then simulated ones."""
    input:
        "resources/sharma/sdss_sharma.h5",
        "resources/sharma/lamost.h5" if ON_MIRROR and LAMOST else [],
        "resources/sharma/sdss_simulated_sharma.h5" if ON_MIRROR else [],
    output:
        spectra="resources/sharma/unlabelled.h5",
    log:
        "logs/sharma/unlabelled.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=8000,
        runtime=20,
    params:
        spectra=lookup(within=config, dpath="sharma/autoencoder/spectra"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Choosing unlabelled stars"
    script:
        "../scripts/sharma/unlabelled.py"


rule train_ann:
    """Train the neural network of section 4.1 on flux, or on flux minus the mean training spectrum."""
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
        "logs/sharma/train_{model}.log",
    benchmark:
        "benchmarks/results/train_{model}.tsv"
    wildcard_constraints:
        model="ann|ann_centred",
    conda:
        "../../envs/cpu.yaml"
    # One thread: the matrices are thin, and weights are bit-identical only for a fixed number of threads.
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
        "../scripts/sharma/train_ann.py"


rule train_estimator:
    """Train a random forest or a perceptron of section 4.1."""
    input:
        training="resources/sharma/training.h5",
        test="resources/sharma/test.h5",
    output:
        model="results/sharma/models/{model}/model.joblib",
        scores="results/sharma/models/{model}/scores.csv",
        predictions="results/sharma/predictions/{model}_cflib.csv",
    log:
        "logs/sharma/train_{model}.log",
    benchmark:
        "benchmarks/results/train_{model}.tsv"
    wildcard_constraints:
        model="(forest|mlp)_(classifier|regressor)",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        settings=lookup(within=config, dpath="sharma/{model}"),
        validation=lookup(within=config, dpath="sharma/validation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training {wildcards.model}"
    script:
        "../scripts/sharma/train_estimator.py"


rule train_autoencoder:
    """Pre-train the autoencoder of section 4.2 on unlabelled spectra."""
    input:
        spectra="resources/sharma/unlabelled.h5",
    output:
        model="results/sharma/models/autoencoder/model.keras",
        history="results/sharma/models/autoencoder/history.csv",
        layers="results/sharma/models/autoencoder/layers.csv",
        card="results/sharma/models/autoencoder/card.json",
        scores="results/sharma/models/autoencoder/scores.csv",
    log:
        "logs/sharma/train_autoencoder.log",
    benchmark:
        "benchmarks/results/train_autoencoder.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=600,
    params:
        settings=lookup(within=config, dpath="sharma/autoencoder"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training the autoencoder"
    script:
        "../scripts/sharma/train_autoencoder.py"


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
        "logs/sharma/train_{model}.log",
    benchmark:
        "benchmarks/results/train_{model}.tsv"
    wildcard_constraints:
        model="cnn|cnn_luminosity",
    conda:
        "../../envs/cpu.yaml"
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
        "../scripts/sharma/train_cnn.py"


rule baselines:
    """Classify the test spectra by the commonest class, the nearest template and a linear classifier."""
    input:
        training="resources/sharma/training.h5",
        test="resources/sharma/test.h5",
    output:
        majority="results/sharma/predictions/majority_cflib.csv",
        nearest="results/sharma/predictions/nearest_cflib.csv",
        linear="results/sharma/predictions/linear_cflib.csv",
    log:
        "logs/sharma/train_baselines.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        components=lookup(within=config, dpath="sharma/linear_components"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Classifying with the baselines"
    script:
        "../scripts/sharma/baselines.py"


rule classify_sdss:
    """Classify the stars of SDSS that have a complete MK type."""
    input:
        stars="resources/sharma/sdss_sharma.h5",
        training="resources/sharma/training.h5",
        cnn="results/sharma/models/cnn/model.keras",
        luminosity="results/sharma/models/cnn_luminosity/model.keras",
        cards=expand(
            "results/sharma/models/{model}/card.json", model=["autoencoder", "cnn", "cnn_luminosity"]
        ),
    output:
        cnn="results/sharma/predictions/cnn_sdss.csv",
        luminosity="results/sharma/predictions/cnn_luminosity_sdss.csv",
        nearest="results/sharma/predictions/nearest_sdss.csv",
        majority="results/sharma/predictions/majority_sdss.csv",
    log:
        "logs/sharma/train_classify_sdss.log",
    benchmark:
        "benchmarks/results/classify_sdss.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=6000,
        runtime=60,
        gpu=0,
    params:
        complete=True,
    message:
        "Classifying stars of SDSS"
    script:
        "../scripts/sharma/classify_sdss.py"


use rule classify_sdss as classify_lamost with:
    input:
        stars="resources/sharma/lamost.h5",
        training="resources/sharma/training.h5",
        cnn="results/sharma/models/cnn/model.keras",
        luminosity="results/sharma/models/cnn_luminosity/model.keras",
        cards=expand(
            "results/sharma/models/{model}/card.json", model=["autoencoder", "cnn", "cnn_luminosity"]
        ),
    output:
        cnn="results/sharma/predictions/cnn_lamost.csv",
        luminosity="results/sharma/predictions/cnn_luminosity_lamost.csv",
        nearest="results/sharma/predictions/nearest_lamost.csv",
        majority="results/sharma/predictions/majority_lamost.csv",
    log:
        "logs/sharma/train_classify_lamost.log",
    benchmark:
        "benchmarks/results/classify_lamost.tsv"
    params:
        complete=False,  # most of its subclasses have no luminosity class
    message:
        "Classifying stars of LAMOST"


rule median_of_models:
    """Take the median of the predictions of the paper's six models for each test spectrum."""
    input:
        [prediction(model) for model in SIX],
    output:
        predictions="results/sharma/predictions/median_cflib.csv",
    log:
        "logs/sharma/train_median.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Taking the median of the models"
    script:
        "../scripts/sharma/median_of_models.py"
