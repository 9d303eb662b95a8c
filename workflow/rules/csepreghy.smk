# The exhibits of Csepreghy 2020.
#
# NEEDS   resources/sdss/csepreghy.h5; with a mirror, resources/sdss/mirror.h5
# MAKES   resources/csepreghy/sample.h5, mirror.h5           spectra that pass the cuts, with widths and parts
#         results/csepreghy/models/<run>/                    the networks and how they were made
#         results/csepreghy/predictions/<run>_test.csv       what they say of every spectrum of the sample
#         results/csepreghy/<exhibit>.png|pdf|csv|tex

# Each run: the network, the task, the smoothing (filled in below), and which seed of the weights.
MAIN_RUNS = {
    f"{network}{'' if seed == 0 else f'_seed{seed}'}": {
        "network": network,
        "task": "class",
        "smoothing": 0,
        "seed": seed,
    }
    for network in ("cnn", "mixed")
    for seed in range(config["csepreghy"]["seeds"] if network == "mixed" else 1)
}
OTHER_RUNS = {
    "mixed_smooth": {
        "network": "mixed",
        "task": "class",
        "smoothing": config["csepreghy"]["smoothing"],
        "seed": 0,
    },
    **{
        task: {"network": "mixed", "task": task, "smoothing": 0, "seed": 0}
        for task in ("galaxies", "galaxies_known", "stars", "stars_full")
    },
}
# Networks that trained on other spectra are asked about the real ones of a mirror too.
REAL_SPECTRA = (
    ["resources/csepreghy/mirror.h5"]
    if MIRROR
    and Path(MIRROR, "sdss").is_dir()
    and config["datasets"]["sdss_csepreghy"]["source"] != "mirror"
    else []
)
# Exhibits of a kind: run and quantity; run; run, whether right, number of spectra, smoothing.
CURVES = {
    "fig11": ("cnn", "accuracy"),
    "fig12": ("cnn", "loss"),
    "fig17": ("mixed", "accuracy"),
    "fig18": ("mixed", "loss"),
    "fig23": ("galaxies", "accuracy"),
    "fig24": ("galaxies", "loss"),
    "fig27": ("stars", "accuracy"),
    "fig28": ("stars", "loss"),
}
MATRICES = {"table3": "cnn", "table7": "mixed", "table8": "galaxies", "table9": "stars"}
EXAMPLES = {
    "fig13": ("cnn", True, 9, 0),
    "fig14": ("cnn", False, 9, 0),
    "fig19": ("mixed", True, 9, 0),
    "fig20": ("mixed", False, 9, 0),
    "fig21": ("mixed_smooth", True, 6, config["csepreghy"]["smoothing"]),
    "fig22": ("mixed_smooth", False, 6, config["csepreghy"]["smoothing"]),
    "fig25": ("galaxies", True, 9, 0),
    "fig26": ("galaxies", False, 9, 0),
    "fig29": ("stars", True, 9, 0),
    "fig30": ("stars", False, 9, 0),
}
BASELINES = {
    "class_by_majority": "Majority class (baseline)",
    "class_by_z_only": "Redshift only (baseline)",
    "class_by_magnitudes_only": "Magnitudes only (baseline)",
    "class_by_all_features": "26 features, no flux (baseline)",
    "galaxies_by_majority": "Majority class (baseline)",
    "galaxies_by_all_features": "26 features, no flux (baseline)",
    "stars_by_majority": "Majority class (baseline)",
    "stars_by_all_features": "26 features, no flux (baseline)",
}
# Rows of the table of accuracies; McNemar's test compares each with the mixed-input network on its task.
COMPARED = {
    "cnn": {"task": "class", "model": "CNN (flux: no redshift)", "against": "mixed"},
    "mixed": {"task": "class", "model": "Mixed-input network", "against": None},
    "mixed_smooth": {
        "task": "class",
        "model": "Mixed-input network, smoothed",
        "against": "mixed",
    },
    **{
        task: {"task": task, "model": "Mixed-input network", "against": None}
        for task in ("galaxies", "galaxies_known", "stars", "stars_full")
    },
    **{
        name: {
            "task": name.partition("_by_")[0],
            "model": words,
            "against": name.partition("_by_")[0].replace("class", "mixed"),
        }
        for name, words in BASELINES.items()
    },
}
for name, row in COMPARED.items():
    row["seeds"] = [run for run in MAIN_RUNS if run.startswith(f"{name}_seed")]
AUTOENCODERS = [f"fig{number}" for number in range(31, 38)]

THESIS_FIGURES = [
    *["fig01", "fig03", "fig05", "fig10", "fig15", "fig16"],
    *[*CURVES, *EXAMPLES, *AUTOENCODERS],
]
THESIS_TABLES = [
    *["table2", "table4", "table5", "table6", *MATRICES],
    *["table_accuracy", "table_clusters", "table_real", "table_sample", "table_widths"],
]


rule csepreghy:
    """All exhibits of the document."""
    input:
        expand(
            "results/csepreghy/{exhibit}.{format}",
            exhibit=THESIS_FIGURES,
            format=["png", "pdf"],
        ),
        expand(
            "results/csepreghy/{exhibit}.{format}",
            exhibit=THESIS_TABLES,
            format=["csv", "tex"],
        ),


rule prepare_csepreghy:
    """Cut, measure and split the sample as the thesis does."""
    input:
        spectra="resources/sdss/csepreghy.h5",
    output:
        spectra="resources/csepreghy/sample.h5",
        dropped="resources/csepreghy/sample_dropped.csv",
    log:
        "logs/csepreghy/prepare_sample.log",
    benchmark:
        "benchmarks/results/prepare_csepreghy.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=120,
    params:
        min_valid=lookup(within=config, dpath="csepreghy/min_valid"),
        test=lookup(within=config, dpath="csepreghy/test"),
        validation=lookup(within=config, dpath="csepreghy/validation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Preparing the sample of Csepreghy 2020"
    script:
        "../scripts/csepreghy/prepare.py"


use rule prepare_csepreghy as prepare_csepreghy_mirror with:
    input:
        spectra="resources/sdss/mirror.h5",
    output:
        spectra="resources/csepreghy/mirror.h5",
        dropped="resources/csepreghy/mirror_dropped.csv",
    log:
        "logs/csepreghy/prepare_mirror.log",
    benchmark:
        "benchmarks/results/prepare_csepreghy_mirror.tsv"
    message:
        "Preparing the mirror's spectra as Csepreghy 2020 does"


rule train_csepreghy:
    """Train the CNN and the mixed-input network on galaxies, quasars and stars, and apply them to real ones."""
    input:
        sample="resources/csepreghy/sample.h5",
        mirror=REAL_SPECTRA,
    output:
        models=expand("results/csepreghy/models/{run}/model.keras", run=MAIN_RUNS),
        histories=expand("results/csepreghy/models/{run}/history.csv", run=MAIN_RUNS),
        layers=expand("results/csepreghy/models/{run}/layers.csv", run=MAIN_RUNS),
        cards=expand("results/csepreghy/models/{run}/card.json", run=MAIN_RUNS),
        predictions=expand(
            "results/csepreghy/predictions/{run}_test.csv", run=MAIN_RUNS
        ),
        real="results/csepreghy/predictions/main_mirror.csv",
    log:
        "logs/csepreghy/train_main.log",
    benchmark:
        "benchmarks/results/train_csepreghy_main.tsv"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=6000,
        runtime=1440,
        gpu=0,
    params:
        runs=MAIN_RUNS,
        config=lookup(within=config, dpath="csepreghy"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training the networks of Csepreghy 2020 on the main classes"
    script:
        "../scripts/csepreghy/classifiers.py"


use rule train_csepreghy as train_csepreghy_subclasses with:
    input:
        sample="resources/csepreghy/sample.h5",
    output:
        models=expand("results/csepreghy/models/{run}/model.keras", run=OTHER_RUNS),
        histories=expand("results/csepreghy/models/{run}/history.csv", run=OTHER_RUNS),
        layers=expand("results/csepreghy/models/{run}/layers.csv", run=OTHER_RUNS),
        cards=expand("results/csepreghy/models/{run}/card.json", run=OTHER_RUNS),
        predictions=expand(
            "results/csepreghy/predictions/{run}_test.csv", run=OTHER_RUNS
        ),
    log:
        "logs/csepreghy/train_subclasses.log",
    benchmark:
        "benchmarks/results/train_csepreghy_subclasses.tsv"
    params:
        runs=OTHER_RUNS,
        config=lookup(within=config, dpath="csepreghy"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training the mixed-input network on smoothed flux and on subclasses"


rule csepreghy_tables_of_the_sample:
    """The code of the classes, and the spectra that each cut leaves."""
    input:
        samples=["resources/csepreghy/sample.h5", *REAL_SPECTRA],
        dropped=[
            path.replace(".h5", "_dropped.csv")
            for path in ["resources/csepreghy/sample.h5", *REAL_SPECTRA]
        ],
    output:
        **tables("table2", "table_sample"),
    log:
        "logs/csepreghy/sample_tables.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing the tables of the sample"
    script:
        "../scripts/csepreghy/sample_tables.py"


rule csepreghy_spectra:
    """Example spectra of a star, a galaxy and a quasar."""
    input:
        sample="resources/csepreghy/sample.h5",
    output:
        **figures("fig01", "fig03", "fig05"),
    log:
        "logs/csepreghy/spectra.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=20,
    message:
        "Drawing example spectra"
    script:
        "../scripts/csepreghy/spectra.py"


rule csepreghy_layers:
    """Architectures of the CNN and of the mixed-input network."""
    input:
        rules.train_csepreghy.output.layers,
        rules.train_csepreghy.output.cards,
    output:
        **figures("fig10", "fig16"),
    log:
        "logs/csepreghy/layers.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        runs={"fig10": "cnn", "fig16": "mixed"},
        models=lambda wildcards, input: os.path.dirname(os.path.dirname(input[0])),
    message:
        "Drawing the architectures of the networks"
    script:
        "../scripts/csepreghy/layers.py"


rule csepreghy_curves:
    """Learning curves of the networks."""
    input:
        expand(
            "results/csepreghy/models/{run}/{file}",
            run={run for run, _ in CURVES.values()},
            file=["history.csv", "card.json"],
        ),
    output:
        **figures(*CURVES),
    log:
        "logs/csepreghy/curves.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        curves=CURVES,
        models=lambda wildcards, input: os.path.dirname(os.path.dirname(input[0])),
    message:
        "Drawing learning curves"
    script:
        "../scripts/csepreghy/curves.py"


rule csepreghy_confusion:
    """Confusion matrices on the test set."""
    input:
        [f"results/csepreghy/predictions/{run}_test.csv" for run in MATRICES.values()],
    output:
        **tables(*MATRICES),
    log:
        "logs/csepreghy/confusion.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        tables=list(MATRICES),
    message:
        "Drawing confusion matrices"
    script:
        "../scripts/csepreghy/confusion.py"


rule csepreghy_examples:
    """Spectra that the networks classify rightly and wrongly."""
    input:
        sample="resources/csepreghy/sample.h5",
        predictions=[
            f"results/csepreghy/predictions/{run}_test.csv"
            for run, *_ in EXAMPLES.values()
        ],
    output:
        **figures(*EXAMPLES),
    log:
        "logs/csepreghy/examples.log",
    benchmark:
        "benchmarks/results/csepreghy_examples.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=20,
    params:
        examples=EXAMPLES,
        seed=lookup(within=config, dpath="seed"),
    message:
        "Drawing right and wrong predictions"
    script:
        "../scripts/csepreghy/examples.py"


rule csepreghy_lookalikes:
    """Quasars and stars that look alike."""
    input:
        sample="resources/csepreghy/sample.h5",
        predictions="results/csepreghy/predictions/cnn_test.csv",
    output:
        **figures("fig15"),
    log:
        "logs/csepreghy/fig15.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=20,
    message:
        "Drawing Figure 15"
    script:
        "../scripts/csepreghy/lookalikes.py"


rule study_csepreghy:
    """Search the CNN's hyper-parameters, and train the mixed-input network on samples of growing size."""
    input:
        sample="resources/csepreghy/sample.h5",
    output:
        search="results/csepreghy/search_cnn.csv",
        sizes="results/csepreghy/sizes.csv",
    log:
        "logs/csepreghy/studies.log",
    benchmark:
        "benchmarks/results/study_csepreghy.tsv"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=6000,
        runtime=2880,
        gpu=0,
    params:
        config=lookup(within=config, dpath="csepreghy"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Searching the CNN of Csepreghy 2020, and varying the sample's size"
    script:
        "../scripts/csepreghy/studies.py"


rule csepreghy_tables_of_the_studies:
    """Trials of the search, and accuracy against size and smoothing."""
    input:
        search="results/csepreghy/search_cnn.csv",
        sizes="results/csepreghy/sizes.csv",
    output:
        **tables("table4", "table5", "table6"),
    log:
        "logs/csepreghy/study_tables.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing the tables of the studies"
    script:
        "../scripts/csepreghy/study_tables.py"


rule autoencoders_csepreghy:
    """Train the autoencoders of quasars and of all spectra."""
    input:
        sample="resources/csepreghy/sample.h5",
    output:
        quasars="results/csepreghy/models/autoencoder_quasars/test.npz",
        all="results/csepreghy/models/autoencoder/test.npz",
    log:
        "logs/csepreghy/autoencoders.log",
    benchmark:
        "benchmarks/results/autoencoders_csepreghy.tsv"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=6000,
        runtime=1440,
        gpu=0,
    params:
        settings=lookup(within=config, dpath="csepreghy/autoencoder"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training the autoencoders of Csepreghy 2020"
    script:
        "../scripts/csepreghy/autoencoders.py"


rule csepreghy_autoencoders:
    """Reconstructions, latent spaces and the clusters in them."""
    input:
        rules.autoencoders_csepreghy.output.quasars,
        rules.autoencoders_csepreghy.output.all,
    output:
        **figures(*AUTOENCODERS),
        **tables("table_clusters"),
    log:
        "logs/csepreghy/autoencoder_figures.log",
    benchmark:
        "benchmarks/results/csepreghy_autoencoder_figures.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=30,
    params:
        seed=lookup(within=config, dpath="seed"),
    message:
        "Drawing what the autoencoders make of spectra"
    script:
        "../scripts/csepreghy/autoencoder_figures.py"


rule csepreghy_baselines:
    """Classify by redshift, by magnitudes, by all features, and by the commonest class."""
    input:
        sample="resources/csepreghy/sample.h5",
    output:
        expand("results/csepreghy/predictions/{name}_test.csv", name=BASELINES),
    log:
        "logs/csepreghy/baselines.log",
    benchmark:
        "benchmarks/results/csepreghy_baselines.tsv"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=60,
    params:
        names=list(BASELINES),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Classifying by features alone"
    script:
        "../scripts/csepreghy/baselines.py"


rule csepreghy_accuracy:
    """Accuracy of every network and baseline, and of the networks on real spectra."""
    input:
        predictions=expand(
            "results/csepreghy/predictions/{name}_test.csv",
            name=[*MAIN_RUNS, *OTHER_RUNS, *BASELINES],
        ),
        real="results/csepreghy/predictions/main_mirror.csv",
    output:
        **tables("table_accuracy", "table_real"),
    log:
        "logs/csepreghy/accuracy.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        names=[*MAIN_RUNS, *OTHER_RUNS, *BASELINES],
        models=COMPARED,
        settings=lookup(within=config, dpath="evaluation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Drawing the accuracies"
    script:
        "../scripts/csepreghy/accuracy.py"


rule csepreghy_widths:
    """Equivalent widths by both definitions, and by the pipeline."""
    input:
        samples=["resources/csepreghy/sample.h5", *REAL_SPECTRA],
        provenance=[
            sdss_archive("csepreghy"),
            *["resources/archives/mirror/sdss/provenance.json" for _ in REAL_SPECTRA],
        ],
    output:
        **tables("table_widths"),
    log:
        "logs/csepreghy/table_widths.log",
    benchmark:
        "benchmarks/results/csepreghy_widths.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=120,
    message:
        "Comparing equivalent widths"
    script:
        "../scripts/csepreghy/table_widths.py"
