# The exhibits of Sharma et al. 2020.
#
# NEEDS   resources/ingested, resources/sharma, results/sharma/models, results/sharma/predictions
# MAKES   results/sharma/<exhibit>.png|pdf|csv|tex; table5 and table7 also as FITS and ECSV

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
    "linear": "PCA and logistic regression (baseline)",
}
CLASSIFIERS = {
    model: MODELS[model]
    for model in [
        "ann",
        "ann_centred",
        "mlp_classifier",
        "forest_classifier",
        "cnn",
        "linear",
    ]
}
FIGURES = [
    "fig01",
    "fig02",
    "fig03",
    "fig04",
    "fig05",
    "fig06",
    "fig07",
    "fig08",
    "fig09",
    "fig10",
    "fig11",
    "fig12",
    "fig13",
    "fig14",
    "fig15",
    "fig16",
    "fig17",
    "fig18",
    "fig19",
    "fig_calibration",
    "fig_labels",
    "fig_reddening",
]
TABLES = [
    "table1",
    "table2",
    "table3",
    "table4",
    "table5",
    "table6",
    "table7",
    "table_luminosity",
    "table_luminosity_counts",
    "table_calibration",
    "table_cv",
    "table_overlap",
    "table_pairs",
    "table_sdss",
    "table_search",
    "table_seeds",
    "table_sensitivity",
]
SDSS_MODELS = ["cnn", "majority", "nearest"]


rule sharma:
    """All exhibits of the document."""
    input:
        expand(
            "results/sharma/{exhibit}.{format}", exhibit=FIGURES, format=["png", "pdf"]
        ),
        expand(
            "results/sharma/{exhibit}.{format}", exhibit=TABLES, format=["csv", "tex"]
        ),
        expand("results/libraries/fig_spectra.{format}", format=["png", "pdf"]),


rule table1:
    """The four libraries and how many of their spectra come through each step."""
    input:
        ingested=expand("resources/ingested/{library}.h5", library=LIBRARIES),
        unreadable=expand(
            "resources/ingested/{library}_rejected.csv", library=LIBRARIES
        ),
        unhomogenised=expand(
            "resources/homogenised/{library}_rejected.csv", library=LIBRARIES
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
            labels={"exhibit": "Luminosity counts"},
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
        "Drawing Luminosity counts"
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
        "../scripts/sharma/layers.py"


use rule fig04 as fig08 with:
    input:
        layers="results/sharma/models/autoencoder/layers.csv",
        card="results/sharma/models/autoencoder/card.json",
    output:
        png=report(
            "results/sharma/fig08.png",
            caption="../report/sharma/fig08.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 8"},
        ),
        pdf="results/sharma/fig08.pdf",
    log:
        "logs/sharma/fig08.log",
    message:
        "Drawing Figure 8"


use rule fig04 as fig09 with:
    input:
        layers="results/sharma/models/cnn/layers.csv",
        card="results/sharma/models/cnn/card.json",
    output:
        png=report(
            "results/sharma/fig09.png",
            caption="../report/sharma/fig09.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 9"},
        ),
        pdf="results/sharma/fig09.pdf",
    log:
        "logs/sharma/fig09.log",
    message:
        "Drawing Figure 9"


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
    params:
        quantities={"accuracy": "Accuracy", "loss": "Cross-entropy"},
    message:
        "Drawing Figure 5"
    script:
        "../scripts/sharma/learning_curves.py"


use rule fig05 as fig10 with:
    input:
        history="results/sharma/models/autoencoder/history.csv",
        card="results/sharma/models/autoencoder/card.json",
    output:
        png=report(
            "results/sharma/fig10.png",
            caption="../report/sharma/fig10.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 10"},
        ),
        pdf="results/sharma/fig10.pdf",
    log:
        "logs/sharma/fig10.log",
    params:
        quantities={
            "loss": "Mean squared logarithmic error",
            "r2": "R²",
            "rmse": "Root mean square error",
        },
    message:
        "Drawing Figure 10"


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
        "../scripts/sharma/confusion.py"


use rule fig06 as fig12 with:
    input:
        predictions="results/sharma/predictions/cnn_cflib.csv",
    output:
        png=report(
            "results/sharma/fig12.png",
            caption="../report/sharma/fig12.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 12"},
        ),
        pdf="results/sharma/fig12.pdf",
    log:
        "logs/sharma/fig12.log",
    message:
        "Drawing Figure 12"


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
        "../scripts/sharma/classification_report.py"


use rule table2 as table4 with:
    input:
        predictions="results/sharma/predictions/cnn_cflib.csv",
    output:
        csv=report(
            "results/sharma/table4.csv",
            caption="../report/sharma/table4.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Table 4"},
        ),
        tex="results/sharma/table4.tex",
    log:
        "logs/sharma/table4.log",
    message:
        "Drawing Table 4"


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
        "../scripts/sharma/comparison.py"


use rule fig07 as fig11 with:
    input:
        predictions="results/sharma/predictions/cnn_cflib.csv",
    output:
        png=report(
            "results/sharma/fig11.png",
            caption="../report/sharma/fig11.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 11"},
        ),
        pdf="results/sharma/fig11.pdf",
    log:
        "logs/sharma/fig11.log",
    message:
        "Drawing Figure 11"


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


rule calibration:
    """How far the probabilities of the classifiers can be trusted."""
    input:
        expand("results/sharma/predictions/{model}_cflib.csv", model=CLASSIFIERS),
    output:
        png=report(
            "results/sharma/fig_calibration.png",
            caption="../report/sharma/fig_calibration.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Calibration, figure"},
        ),
        pdf="results/sharma/fig_calibration.pdf",
        csv=report(
            "results/sharma/table_calibration.csv",
            caption="../report/sharma/table_calibration.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Calibration"},
        ),
        tex="results/sharma/table_calibration.tex",
    log:
        "logs/sharma/calibration.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        names=list(CLASSIFIERS.values()),
        settings=lookup(within=config, dpath="evaluation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Drawing Calibration"
    script:
        "../scripts/sharma/calibration.py"


rule fig13:
    """Error of the CNN along the sequence."""
    input:
        predictions="results/sharma/predictions/cnn_cflib.csv",
    output:
        png=report(
            "results/sharma/fig13.png",
            caption="../report/sharma/fig13.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 13"},
        ),
        pdf="results/sharma/fig13.pdf",
    log:
        "logs/sharma/fig13.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        clip=lookup(within=config, dpath="evaluation/clip"),
    message:
        "Drawing Figure 13"
    script:
        "../scripts/sharma/fig13.py"


rule fig14:
    """Confusion matrix of the luminosity classes."""
    input:
        predictions="results/sharma/predictions/cnn_luminosity_cflib.csv",
    output:
        png=report(
            "results/sharma/fig14.png",
            caption="../report/sharma/fig14.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 14"},
        ),
        pdf="results/sharma/fig14.pdf",
    log:
        "logs/sharma/fig14.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Figure 14"
    script:
        "../scripts/sharma/fig14.py"


rule table_luminosity:
    """Luminosity classification, its checks and its baselines."""
    input:
        luminosity="results/sharma/predictions/cnn_luminosity_cflib.csv",
        mlp_regressor="results/sharma/predictions/mlp_regressor_cflib.csv",
        forest_regressor="results/sharma/predictions/forest_regressor_cflib.csv",
    output:
        csv=report(
            "results/sharma/table_luminosity.csv",
            caption="../report/sharma/table_luminosity.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Luminosity"},
        ),
        tex="results/sharma/table_luminosity.tex",
    log:
        "logs/sharma/table_luminosity.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        settings=lookup(within=config, dpath="evaluation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Drawing Luminosity"
    script:
        "../scripts/sharma/table_luminosity.py"


rule table5:
    """Expected and predicted type of every test spectrum."""
    input:
        classes="results/sharma/predictions/cnn_cflib.csv",
        luminosity="results/sharma/predictions/cnn_luminosity_cflib.csv",
    output:
        csv=report(
            "results/sharma/table5.csv",
            caption="../report/sharma/table5.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Table 5"},
        ),
        tex="results/sharma/table5.tex",
        ecsv="results/sharma/table5.ecsv",
        fits="results/sharma/table5.fits",
    log:
        "logs/sharma/table5.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Table 5"
    script:
        "../scripts/sharma/table5.py"


rule fig15:
    """Spectra that the CNN misses by more than five subclasses."""
    input:
        predictions="results/sharma/predictions/cnn_cflib.csv",
        test="resources/sharma/test.h5",
    output:
        png=report(
            "results/sharma/fig15.png",
            caption="../report/sharma/fig15.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 15"},
        ),
        pdf="results/sharma/fig15.pdf",
    log:
        "logs/sharma/fig15.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Figure 15"
    script:
        "../scripts/sharma/fig15.py"


rule table6:
    """Parameters of the stars that the CNN misses by more than five subclasses."""
    input:
        predictions="results/sharma/predictions/cnn_cflib.csv",
        test="resources/sharma/test.h5",
    output:
        csv=report(
            "results/sharma/table6.csv",
            caption="../report/sharma/table6.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Table 6"},
        ),
        tex="results/sharma/table6.tex",
    log:
        "logs/sharma/table6.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Table 6"
    script:
        "../scripts/sharma/table6.py"


rule fig17:
    """Main classes of the SDSS stars, by the survey's pipeline and by the CNN."""
    input:
        predictions="results/sharma/predictions/cnn_sdss.csv",
    output:
        png=report(
            "results/sharma/fig17.png",
            caption="../report/sharma/fig17.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 17"},
        ),
        pdf="results/sharma/fig17.pdf",
    log:
        "logs/sharma/fig17.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=10,
    message:
        "Drawing Figure 17"
    script:
        "../scripts/sharma/fig17.py"


rule fig18:
    """Subclasses of the SDSS F stars, by the survey's pipeline and by the CNN."""
    input:
        predictions="results/sharma/predictions/cnn_sdss.csv",
    output:
        png=report(
            "results/sharma/fig18.png",
            caption="../report/sharma/fig18.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 18"},
        ),
        pdf="results/sharma/fig18.pdf",
    log:
        "logs/sharma/fig18.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=10,
    message:
        "Drawing Figure 18"
    script:
        "../scripts/sharma/fig18.py"


rule fig19:
    """SDSS spectra on whose class the survey's pipeline and the CNN disagree."""
    input:
        predictions="results/sharma/predictions/cnn_sdss.csv",
        stars="resources/sharma/sdss_sharma.h5",
    output:
        png=report(
            "results/sharma/fig19.png",
            caption="../report/sharma/fig19.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Figure 19"},
        ),
        pdf="results/sharma/fig19.pdf",
    log:
        "logs/sharma/fig19.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=10,
    message:
        "Drawing Figure 19"
    script:
        "../scripts/sharma/fig19.py"


rule table7:
    """Class of every SDSS star by the survey's pipeline and by the CNN."""
    input:
        classes="results/sharma/predictions/cnn_sdss.csv",
        luminosity="results/sharma/predictions/cnn_luminosity_sdss.csv",
        stars="resources/sharma/sdss_sharma.h5",
    output:
        csv=report(
            "results/sharma/table7.csv",
            caption="../report/sharma/table7.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Table 7"},
        ),
        tex="results/sharma/table7.tex",
        ecsv="results/sharma/table7.ecsv",
        fits="results/sharma/table7.fits",
    log:
        "logs/sharma/table7.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Table 7"
    script:
        "../scripts/sharma/table7.py"


rule table_sdss:
    """Agreement of the CNN and the baselines with the survey's pipeline on the SDSS stars."""
    input:
        [f"results/sharma/predictions/{model}_sdss.csv" for model in SDSS_MODELS],
    output:
        csv=report(
            "results/sharma/table_sdss.csv",
            caption="../report/sharma/table_sdss.rst",
            category="Sharma et al. 2020",
            labels={"exhibit": "Agreement on SDSS"},
        ),
        tex="results/sharma/table_sdss.tex",
    log:
        "logs/sharma/table_sdss.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        names=[MODELS[model] for model in SDSS_MODELS],
        settings=lookup(within=config, dpath="evaluation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Drawing the table of SDSS"
    script:
        "../scripts/sharma/table_sdss.py"
