# The classifier for any stellar spectra, and its validation on stars that it
# has not seen.
#
# NEEDS   resources/ingested/<library>.h5, stars.csv; resources/sdss/csepreghy.h5
# MAKES   resources/classifier/stars.h5                   typed stars on the classifier's grid
#         resources/classifier/<left_out>.npz             networks trained without a library or a fold
#         results/classifier/model/                       the classifier that `obafgkm classify --model` takes
#         results/classifier/predictions.csv              predictions for left-out stars under many conditions

CLASSIFIER_FOLDS = [f"fold{k}" for k in range(config["classifier"]["folds"])]
CLASSIFIER_LIBRARIES = config["classifier"]["libraries"]
LEFT_OUT = [*CLASSIFIER_LIBRARIES, *CLASSIFIER_FOLDS, "none"]
# Simulated spectra supplement sparse types of real libraries; where all is simulated, they are not needed.
SIMULATED_BESIDE_REAL = [
    f"resources/classifier/simulated_{library}.h5"
    for library in CLASSIFIER_LIBRARIES
    if config["datasets"][library]["source"] != "simulated"
]


wildcard_constraints:
    left_out="|".join(LEFT_OUT),


PEERS = {"cnn": "CNN", "ann": "Keras ANN", "forest_regressor": "forest regressor"}
CLASSIFIER_TABLES = [
    "table_held_out",
    "table_architectures",
    "table_conditions",
    "table_sets",
    "table_luminosity",
    "table_parameters",
    "table_outliers",
    "table_kinds",
    "table_failures",
]


use rule ingest as ingest_simulated with:
    input:
        provenance="resources/archives/simulated/{library}/provenance.json",
    output:
        spectra="resources/classifier/simulated_{library}.h5",
        rejected="resources/classifier/simulated_{library}_rejected.csv",
    log:
        "logs/classifier/simulated_{library}.log",
    message:
        "Reading simulated {wildcards.library}"


rule stars_of_all_libraries:
    """Resample all typed stars to the classifier's grid."""
    input:
        libraries=expand("resources/ingested/{library}.h5", library=CLASSIFIER_LIBRARIES),
        simulated=SIMULATED_BESIDE_REAL,
        identities="resources/ingested/stars.csv",
    output:
        stars="resources/classifier/stars.h5",
        rejected="resources/classifier/stars_rejected.csv",
    log:
        "logs/classifier/stars.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=20,
    message:
        "Gathering the typed stars of all libraries"
    script:
        "../scripts/classifier/stars.py"


rule train_released:
    """Train the classifier without a library or a fold, and classify the left-out stars with it."""
    input:
        stars="resources/classifier/stars.h5",
        objects="resources/sdss/csepreghy.h5",
    output:
        study="resources/classifier/{left_out}.npz",
    log:
        "logs/classifier/{left_out}.log",
    benchmark:
        "benchmarks/results/classifier_{left_out}.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=240,
        gpu=0,
    params:
        settings=lookup(within=config, dpath="classifier"),
        forest=lookup(within=config, dpath="sharma/forest_regressor"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training the classifier without {wildcards.left_out}"
    script:
        "../scripts/classifier/train.py"


rule compare_architectures:
    """Train other architectures on the same stars, leaving out each library."""
    input:
        stars="resources/classifier/stars.h5",
    output:
        predictions="results/classifier/architectures.csv",
    log:
        "logs/classifier/architectures.log",
    benchmark:
        "benchmarks/results/classifier_architectures.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=240,
        gpu=0,
    params:
        settings=lookup(within=config, dpath="classifier"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Comparing architectures"
    script:
        "../scripts/classifier/architectures.py"


rule calibrate_released:
    """Calibrate the classifier on left-out stars, and write it in the form read by `obafgkm classify`."""
    input:
        stars="resources/classifier/stars.h5",
        objects="resources/sdss/csepreghy.h5",
        studies=expand("resources/classifier/{left_out}.npz", left_out=LEFT_OUT),
    output:
        predictions="results/classifier/predictions.csv",
        objects="results/classifier/objects.csv",
        onnx="results/classifier/model/model.onnx",
        outliers="results/classifier/model/outliers.npz",
        card="results/classifier/model/model.json",
    log:
        "logs/classifier/calibrate.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=30,
    params:
        left_out=LEFT_OUT,
        settings=lookup(within=config, dpath="classifier"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Calibrating the classifier"
    script:
        "../scripts/classifier/calibrate.py"


rule card_of_released:
    """Write the card of the classifier: range, training, errors, failures, licence."""
    input:
        **{name.removeprefix("table_"): f"results/classifier/{name}.csv" for name in CLASSIFIER_TABLES},
        model="results/classifier/model/model.json",
    output:
        "results/classifier/model/card.md",
    log:
        "logs/classifier/card.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        datasets=contents([DATASETS]),
    message:
        "Writing the card of the classifier"
    script:
        "../scripts/classifier/card.py"
