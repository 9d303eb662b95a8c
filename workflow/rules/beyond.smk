# Beyond the documents: one classifier for anybody's spectra, and the proof of how good it is on stars that it
# has not seen.
#
# NEEDS   resources/ingested/<library>.h5, stars.csv; resources/sdss/csepreghy.h5
# MAKES   resources/beyond/stars.h5                   typed stars on the classifier's grid
#         resources/beyond/<left_out>.npz             networks without a library or a fold, and what they say of it
#         results/beyond/model/                       the classifier that `obafgkm classify --model` takes
#         results/beyond/predictions.csv              what it says of every star left out, as spoilt in many ways
#         results/beyond/<exhibit>.png|pdf|csv|tex

BEYOND_FOLDS = [f"fold{k}" for k in range(config["beyond"]["folds"])]
LEFT_OUT = [*LIBRARIES, *BEYOND_FOLDS, "none"]
# Simulated spectra help where real libraries have few stars; where all is simulated they are there already.
SIMULATED_BESIDE_REAL = [
    f"resources/beyond/simulated_{library}.h5"
    for library in LIBRARIES
    if config["datasets"][library]["source"] != "simulated"
]


wildcard_constraints:
    left_out="|".join(LEFT_OUT),


use rule ingest as ingest_simulated with:
    input:
        provenance="resources/archives/simulated/{library}/provenance.json",
    output:
        spectra="resources/beyond/simulated_{library}.h5",
        rejected="resources/beyond/simulated_{library}_rejected.csv",
    log:
        "logs/beyond/simulated_{library}.log",
    message:
        "Reading simulated {wildcards.library}"


rule stars_of_all_libraries:
    """Bring all typed stars onto the classifier's grid."""
    input:
        libraries=expand("resources/ingested/{library}.h5", library=LIBRARIES),
        simulated=SIMULATED_BESIDE_REAL,
        identities="resources/ingested/stars.csv",
    output:
        stars="resources/beyond/stars.h5",
        rejected="resources/beyond/stars_rejected.csv",
    log:
        "logs/beyond/stars.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=20,
    message:
        "Gathering the typed stars of all libraries"
    script:
        "../scripts/beyond/stars.py"


rule train_released:
    """Train the classifier without a library or a fold, and let it classify what was left out."""
    input:
        stars="resources/beyond/stars.h5",
        objects="resources/sdss/csepreghy.h5",
    output:
        study="resources/beyond/{left_out}.npz",
    log:
        "logs/beyond/{left_out}.log",
    benchmark:
        "benchmarks/results/beyond_{left_out}.tsv"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=3000,
        runtime=240,
        gpu=0,
    params:
        settings=lookup(within=config, dpath="beyond"),
        forest=lookup(within=config, dpath="sharma/forest_regressor"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training the classifier without {wildcards.left_out}"
    script:
        "../scripts/beyond/train.py"


rule calibrate_released:
    """Calibrate the classifier on stars left out, and write it as `obafgkm classify` reads it."""
    input:
        stars="resources/beyond/stars.h5",
        objects="resources/sdss/csepreghy.h5",
        studies=expand("resources/beyond/{left_out}.npz", left_out=LEFT_OUT),
    output:
        predictions="results/beyond/predictions.csv",
        objects="results/beyond/objects.csv",
        onnx="results/beyond/model/model.onnx",
        outliers="results/beyond/model/outliers.npz",
        card="results/beyond/model/model.json",
    log:
        "logs/beyond/calibrate.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=30,
    params:
        left_out=LEFT_OUT,
        settings=lookup(within=config, dpath="beyond"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Calibrating the classifier"
    script:
        "../scripts/beyond/calibrate.py"


BEYOND_PEERS = {"cnn": "CNN", "ann_centred": "ANN", "forest_regressor": "random forest"}
BEYOND_TABLES = [
    f"table_{name}"
    for name in ("held_out", "conditions", "sets", "luminosity", "outliers", "failures")
]
BEYOND_FIGURES = [f"fig_{name}" for name in ("classes", "conditions", "reliability")]


rule beyond:
    """All exhibits of the classifier for anybody's spectra."""
    input:
        expand(
            "results/beyond/{exhibit}.{format}",
            exhibit=BEYOND_TABLES,
            format=["csv", "tex"],
        ),
        expand(
            "results/beyond/{exhibit}.{format}",
            exhibit=BEYOND_FIGURES,
            format=["png", "pdf"],
        ),
        "results/beyond/model/card.md",


rule tables_of_released:
    """Errors, sets, luminosities, outliers and failures of the classifier on stars left out."""
    input:
        predictions="results/beyond/predictions.csv",
        objects="results/beyond/objects.csv",
        peers=[
            *expand(
                "results/sharma/predictions/{model}_cflib.csv", model=BEYOND_PEERS
            ),
            *expand("results/sharma/robustness/mk_{program}.csv", program=MK_PROGRAMS),
        ],
    output:
        **tables(*BEYOND_TABLES, document="beyond"),
    log:
        "logs/beyond/tables.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        peers=[
            *[f"{name} of Sharma et al." for name in BEYOND_PEERS.values()],
            *MK_PROGRAMS.values(),
        ],
        settings=lookup(within=config, dpath="evaluation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Judging the classifier on stars left out"
    script:
        "../scripts/beyond/tables.py"


rule card_of_released:
    """Write the card of the classifier: range, training, errors, failures, licence."""
    input:
        **{
            name.removeprefix("table_"): f"results/beyond/{name}.csv"
            for name in BEYOND_TABLES
        },
        model="results/beyond/model/model.json",
    output:
        "results/beyond/model/card.md",
    log:
        "logs/beyond/card.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        datasets=contents([Path(workflow.basedir, "config", "datasets.csv")]),
    message:
        "Writing the card of the classifier"
    script:
        "../scripts/beyond/card.py"


rule figures_of_released:
    """Classes, errors under bad conditions, and reliability of the classifier on stars left out."""
    input:
        predictions="results/beyond/predictions.csv",
        conditions="results/beyond/table_conditions.csv",
    output:
        **figures(*BEYOND_FIGURES, document="beyond"),
    log:
        "logs/beyond/figures.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=20,
    message:
        "Drawing the classifier on stars left out"
    script:
        "../scripts/beyond/figures.py"
