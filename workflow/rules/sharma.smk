# The exhibits of Sharma et al. 2020.
#
# NEEDS   resources/ingested, resources/sharma, results/sharma/models, results/sharma/predictions
# MAKES   results/sharma/<exhibit>.png|pdf|csv|tex

MODELS = {
    "ann": "Keras ANN",
    "ann_centred": "Keras ANN, flux centred",
    "mlp_classifier": "MLP classifier",
    "forest_classifier": "Random forest classifier",
    "cnn": "CNN with autoencoder",
    "mlp_regressor": "MLP regressor",
    "forest_regressor": "Random forest regressor",
    "majority": "Majority class (baseline)",
    "nearest": "Nearest template (baseline)",
}


rule sharma:
    """All exhibits of the document."""
    input:
        expand(
            "results/sharma/{exhibit}.{format}",
            exhibit=["fig01", "fig02", "fig04", "fig05", "fig06", "fig07"],
            format=["png", "pdf"],
        ),
        expand(
            "results/sharma/{exhibit}.{format}",
            exhibit=[
                "table1",
                "table_luminosity_counts",
                "table_overlap",
                "table2",
                "table3",
            ],
            format=["csv", "tex"],
        ),
        expand("results/libraries/fig_spectra.{format}", format=["png", "pdf"]),


rule table1:
    """The four libraries and how many of their spectra come through each step."""
    input:
        ingested=expand("resources/ingested/{library}.h5", library=LIBRARIES),
        rejected=expand(
            "resources/{stage}/{library}_rejected.csv",
            stage=["ingested", "homogenised"],
            library=LIBRARIES,
        ),
        training="resources/sharma/training.h5",
        test="resources/sharma/test.h5",
        left_out="resources/sharma/left_out.csv",
    output:
        csv=report(
            "results/sharma/table1.csv",
            caption="../report/sharma/table1.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Table 1"},
        ),
        tex="results/sharma/table1.tex",
    log:
        "logs/sharma/table1.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        libraries=LIBRARIES,
    message:
        "Drawing Table 1"
    script:
        "../scripts/sharma/table1.py"


rule table_luminosity_counts:
    """Luminosity classes of each library."""
    input:
        ingested=expand("resources/ingested/{library}.h5", library=LIBRARIES),
        training="resources/sharma/training.h5",
        test="resources/sharma/test.h5",
    output:
        csv=report(
            "results/sharma/table_luminosity_counts.csv",
            caption="../report/sharma/table_luminosity_counts.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Luminosity classes"},
        ),
        tex="results/sharma/table_luminosity_counts.tex",
    log:
        "logs/sharma/table_luminosity_counts.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        libraries=LIBRARIES,
    message:
        "Drawing Luminosity classes"
    script:
        "../scripts/sharma/table_luminosity_counts.py"


rule fig01:
    """Distribution of the selected spectra over the main classes."""
    input:
        training="resources/sharma/training.h5",
        test="resources/sharma/test.h5",
    output:
        png=report(
            "results/sharma/fig01.png",
            caption="../report/sharma/fig01.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 1"},
        ),
        pdf="results/sharma/fig01.pdf",
    log:
        "logs/sharma/fig01.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Figure 1"
    script:
        "../scripts/sharma/fig01.py"


rule fig02:
    """Internal dispersion of each subclass of the training sample."""
    input:
        training="resources/sharma/training.h5",
    output:
        png=report(
            "results/sharma/fig02.png",
            caption="../report/sharma/fig02.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 2"},
        ),
        pdf="results/sharma/fig02.pdf",
        csv="results/sharma/fig02.csv",
    log:
        "logs/sharma/fig02.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        clip=lookup(within=config, dpath="evaluation/clip"),
    message:
        "Drawing Figure 2"
    script:
        "../scripts/sharma/fig02.py"


rule fig04:
    """Architecture of the neural network."""
    input:
        layers="results/sharma/models/ann/layers.csv",
        card="results/sharma/models/ann/card.json",
    output:
        png=report(
            "results/sharma/fig04.png",
            caption="../report/sharma/fig04.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 4"},
        ),
        pdf="results/sharma/fig04.pdf",
    log:
        "logs/sharma/fig04.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Figure 4"
    script:
        "../scripts/sharma/fig04.py"


rule fig05:
    """Learning curves of the neural network."""
    input:
        history="results/sharma/models/ann/history.csv",
        card="results/sharma/models/ann/card.json",
    output:
        png=report(
            "results/sharma/fig05.png",
            caption="../report/sharma/fig05.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 5"},
        ),
        pdf="results/sharma/fig05.pdf",
    log:
        "logs/sharma/fig05.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Figure 5"
    script:
        "../scripts/sharma/fig05.py"


rule fig06:
    """Confusion matrix of the neural network."""
    input:
        predictions="results/sharma/predictions/ann_cflib.csv",
    output:
        png=report(
            "results/sharma/fig06.png",
            caption="../report/sharma/fig06.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 6"},
        ),
        pdf="results/sharma/fig06.pdf",
    log:
        "logs/sharma/fig06.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Figure 6"
    script:
        "../scripts/sharma/fig06.py"


rule table2:
    """Classification report of the neural network."""
    input:
        predictions="results/sharma/predictions/ann_cflib.csv",
    output:
        csv=report(
            "results/sharma/table2.csv",
            caption="../report/sharma/table2.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Table 2"},
        ),
        tex="results/sharma/table2.tex",
    log:
        "logs/sharma/table2.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Table 2"
    script:
        "../scripts/sharma/table2.py"


rule fig07:
    """Predicted against expected classes of the neural network."""
    input:
        predictions="results/sharma/predictions/ann_cflib.csv",
    output:
        png=report(
            "results/sharma/fig07.png",
            caption="../report/sharma/fig07.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 7"},
        ),
        pdf="results/sharma/fig07.pdf",
    log:
        "logs/sharma/fig07.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Figure 7"
    script:
        "../scripts/sharma/fig07.py"


rule table3:
    """Every model on the test sample."""
    input:
        expand("results/sharma/predictions/{model}_cflib.csv", model=MODELS),
    output:
        csv=report(
            "results/sharma/table3.csv",
            caption="../report/sharma/table3.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Table 3"},
        ),
        tex="results/sharma/table3.tex",
    log:
        "logs/sharma/table3.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        names=list(MODELS.values()),
        settings=lookup(within=config, dpath="evaluation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Drawing Table 3"
    script:
        "../scripts/sharma/table3.py"
