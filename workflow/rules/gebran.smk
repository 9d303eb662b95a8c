# The exhibits of Gebran et al. 2022: hyper-parameters of a network for A stars, and FGK stars.
#
# MAKES   resources/gebran/<stars>_training.h5, <stars>_test.h5   random synthetic stars
#         resources/gebran/<stars>/<database>_<kind>.npz          their principal components
#         results/gebran/sweep.csv, errors.csv, predictions.csv   what the networks and baselines make of them
#         results/gebran/<exhibit>.png|pdf|csv|tex

GEBRAN_FIGURES = [
    "fig1",
    "fig2",
    "fig3",
    "fig4",
    "fig5",
    "fig6",
    "fig7",
    "fig8",
    "fig9",
    "fig10",
    "fig11",
]
GEBRAN_TABLES = [
    "table1",
    "table2",
    "table3",
    "table4",
    "table5",
    "table_optimal",
    "table_interpolation",
]
GEBRAN_DATABASES = {
    "a_stars": expand(
        "resources/gebran/a_stars/{database}_{kind}.npz",
        database=config["gebran"]["a_stars"]["databases"],
        kind=["plain", "augmented"],
    ),
    "fgk_stars": expand(
        "resources/gebran/fgk_stars/{database}_plain.npz",
        database=config["gebran"]["fgk_stars"]["databases"],
    ),
}


rule gebran:
    """All exhibits of the document."""
    input:
        expand(
            "results/gebran/{exhibit}.{format}",
            exhibit=GEBRAN_FIGURES,
            format=["png", "pdf"],
        ),
        expand(
            "results/gebran/{exhibit}.{format}",
            exhibit=GEBRAN_TABLES,
            format=["csv", "tex"],
        ),


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
        grid=lookup(within=config, dpath="synthesis/grids/{stars}"),
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
    threads: 1
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
    threads: 1
    resources:
        mem_mb=3000,
        runtime=2880,
        gpu=0,
    params:
        ranges=lookup(within=config, dpath="gebran/a_stars/ranges"),
        settings=lookup(within=config, dpath="gebran/sweep"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Varying the hyper-parameters of Gebran et al., part {wildcards.part}"
    script:
        "../scripts/gebran/sweep.py"


rule gather_gebran_sweep:
    """Gather the parts of the sweep."""
    input:
        parts=expand(
            "results/gebran/sweep/{part}.csv",
            part=range(config["gebran"]["sweep"]["parts"]),
        ),
    output:
        trials="results/gebran/sweep.csv",
    log:
        "logs/gebran/gather_sweep.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    message:
        "Gathering the sweep of Gebran et al."
    script:
        "../scripts/search/gather.py"


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
    threads: 1
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
        parts=expand(
            "results/gebran/errors/{part}.csv", part=range(config["gebran"]["parts"])
        ),
    output:
        table="results/gebran/errors.csv",
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
        "../scripts/gebran/gather.py"


use rule gather_gebran_errors as gather_gebran_predictions with:
    input:
        parts=expand(
            "results/gebran/predictions/{part}.csv",
            part=range(config["gebran"]["parts"]),
        ),
    output:
        table="results/gebran/predictions.csv",
    log:
        "logs/gebran/gather_predictions.log",
    message:
        "Gathering the predictions of the networks of Gebran et al."


rule gebran_table1:
    """Ranges of the stellar parameters of A stars."""
    input:
        training="resources/gebran/a_stars_training.h5",
        test="resources/gebran/a_stars_test.h5",
    output:
        csv=report(
            "results/gebran/table1.csv",
            caption="../report/gebran/table1.rst",
            category="Gebran et al. 2022",
            labels={"exhibit": "Table 1"},
        ),
        tex="results/gebran/table1.tex",
    log:
        "logs/gebran/table1.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        ranges=lookup(within=config, dpath="gebran/a_stars/ranges"),
        resolving_power=lookup(within=config, dpath="gebran/resolving_power"),
    message:
        "Drawing Table 1"
    script:
        "../scripts/gebran/ranges.py"


use rule gebran_table1 as gebran_table4 with:
    input:
        training="resources/gebran/fgk_stars_training.h5",
        test="resources/gebran/fgk_stars_test.h5",
    output:
        csv=report(
            "results/gebran/table4.csv",
            caption="../report/gebran/table4.rst",
            category="Gebran et al. 2022",
            labels={"exhibit": "Table 4"},
        ),
        tex="results/gebran/table4.tex",
    log:
        "logs/gebran/table4.log",
    params:
        ranges=lookup(within=config, dpath="gebran/fgk_stars/ranges"),
        resolving_power=lookup(within=config, dpath="gebran/resolving_power"),
    message:
        "Drawing Table 4"


rule gebran_fig1:
    """A sample of the augmented training database as a colour map."""
    input:
        spectra="resources/gebran/a_stars_training.h5",
    output:
        png=report(
            "results/gebran/fig1.png",
            caption="../report/gebran/fig1.rst",
            category="Gebran et al. 2022",
            labels={"exhibit": "Figure 1"},
        ),
        pdf="results/gebran/fig1.pdf",
    log:
        "logs/gebran/fig1.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        snr=lookup(within=config, dpath="gebran/principal/snr"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Drawing Figure 1"
    script:
        "../scripts/gebran/fig1.py"


rule gebran_fig2:
    """Mean error of spectra rebuilt from their principal components."""
    input:
        errors="results/gebran/reconstruction_a_stars.csv",
    output:
        png=report(
            "results/gebran/fig2.png",
            caption="../report/gebran/fig2.rst",
            category="Gebran et al. 2022",
            labels={"exhibit": "Figure 2"},
        ),
        pdf="results/gebran/fig2.pdf",
    log:
        "logs/gebran/fig2.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Figure 2"
    script:
        "../scripts/gebran/fig2.py"


rule gebran_fig3:
    """The layers of the network."""
    input:
        layers="results/gebran/sweep/0_layers.csv",
    output:
        png=report(
            "results/gebran/fig3.png",
            caption="../report/gebran/fig3.rst",
            category="Gebran et al. 2022",
            labels={"exhibit": "Figure 3"},
        ),
        pdf="results/gebran/fig3.pdf",
    log:
        "logs/gebran/fig3.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Figure 3"
    script:
        "../scripts/gebran/fig3.py"


rule gebran_table2:
    """Layers of the network and their parameters."""
    input:
        layers="results/gebran/sweep/0_layers.csv",
    output:
        csv=report(
            "results/gebran/table2.csv",
            caption="../report/gebran/table2.rst",
            category="Gebran et al. 2022",
            labels={"exhibit": "Table 2"},
        ),
        tex="results/gebran/table2.tex",
    log:
        "logs/gebran/table2.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Table 2"
    script:
        "../scripts/gebran/table2.py"


rule gebran_fig4:
    """The five augmentations of one spectrum."""
    input:
        grid=lambda wildcards: grid_file("a_stars"),
    output:
        png=report(
            "results/gebran/fig4.png",
            caption="../report/gebran/fig4.rst",
            category="Gebran et al. 2022",
            labels={"exhibit": "Figure 4"},
        ),
        pdf="results/gebran/fig4.pdf",
    log:
        "logs/gebran/fig4.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        settings=lookup(within=config, dpath="gebran/a_stars"),
        resolving_power=lookup(within=config, dpath="gebran/resolving_power"),
        snr=lookup(within=config, dpath="gebran/principal/snr"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Drawing Figure 4"
    script:
        "../scripts/gebran/fig4.py"


rule gebran_fig5:
    """Error of Teff against the number of epochs, by hyper-parameter."""
    input:
        sweep="results/gebran/sweep.csv",
    output:
        png=report(
            "results/gebran/fig5.png",
            caption="../report/gebran/fig5.rst",
            category="Gebran et al. 2022",
            labels={"exhibit": "Figure 5"},
        ),
        pdf="results/gebran/fig5.pdf",
    log:
        "logs/gebran/fig5.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        parameter="teff",
    message:
        "Drawing Figure 5"
    script:
        "../scripts/gebran/sweep_figure.py"


use rule gebran_fig5 as gebran_fig6 with:
    output:
        png=report(
            "results/gebran/fig6.png",
            caption="../report/gebran/fig6.rst",
            category="Gebran et al. 2022",
            labels={"exhibit": "Figure 6"},
        ),
        pdf="results/gebran/fig6.pdf",
    log:
        "logs/gebran/fig6.log",
    params:
        parameter="logg",
    message:
        "Drawing Figure 6"


use rule gebran_fig5 as gebran_fig7 with:
    output:
        png=report(
            "results/gebran/fig7.png",
            caption="../report/gebran/fig7.rst",
            category="Gebran et al. 2022",
            labels={"exhibit": "Figure 7"},
        ),
        pdf="results/gebran/fig7.pdf",
    log:
        "logs/gebran/fig7.log",
    params:
        parameter="feh",
    message:
        "Drawing Figure 7"


use rule gebran_fig5 as gebran_fig8 with:
    output:
        png=report(
            "results/gebran/fig8.png",
            caption="../report/gebran/fig8.rst",
            category="Gebran et al. 2022",
            labels={"exhibit": "Figure 8"},
        ),
        pdf="results/gebran/fig8.pdf",
    log:
        "logs/gebran/fig8.log",
    params:
        parameter="vsini",
    message:
        "Drawing Figure 8"


rule gebran_table_optimal:
    """The best configuration for each stellar parameter."""
    input:
        errors="results/gebran/errors.csv",
    output:
        csv=report(
            "results/gebran/table_optimal.csv",
            caption="../report/gebran/table_optimal.rst",
            category="Gebran et al. 2022",
            labels={"exhibit": "Optimal configurations"},
        ),
        tex="results/gebran/table_optimal.tex",
    log:
        "logs/gebran/table_optimal.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Optimal configurations"
    script:
        "../scripts/gebran/table_optimal.py"


rule gebran_table3:
    """Errors on every set of each database, with and without augmentation."""
    input:
        errors="results/gebran/errors.csv",
    output:
        csv=report(
            "results/gebran/table3.csv",
            caption="../report/gebran/table3.rst",
            category="Gebran et al. 2022",
            labels={"exhibit": "Table 3"},
        ),
        tex="results/gebran/table3.tex",
    log:
        "logs/gebran/table3.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        databases=list(config["gebran"]["a_stars"]["databases"]),
    message:
        "Drawing Table 3"
    script:
        "../scripts/gebran/errors_table.py"


use rule gebran_table3 as gebran_table5 with:
    output:
        csv=report(
            "results/gebran/table5.csv",
            caption="../report/gebran/table5.rst",
            category="Gebran et al. 2022",
            labels={"exhibit": "Table 5"},
        ),
        tex="results/gebran/table5.tex",
    log:
        "logs/gebran/table5.log",
    params:
        databases=list(config["gebran"]["fgk_stars"]["databases"]),
    message:
        "Drawing Table 5"


rule gebran_fig9:
    """Errors relative to the largest, for each database."""
    input:
        table="results/gebran/table3.csv",
    output:
        png=report(
            "results/gebran/fig9.png",
            caption="../report/gebran/fig9.rst",
            category="Gebran et al. 2022",
            labels={"exhibit": "Figure 9"},
        ),
        pdf="results/gebran/fig9.pdf",
    log:
        "logs/gebran/fig9.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Figure 9"
    script:
        "../scripts/gebran/fig9.py"


rule gebran_fig10:
    """Predicted against true parameters."""
    input:
        predictions="results/gebran/predictions.csv",
    output:
        png=report(
            "results/gebran/fig10.png",
            caption="../report/gebran/fig10.rst",
            category="Gebran et al. 2022",
            labels={"exhibit": "Figure 10"},
        ),
        pdf="results/gebran/fig10.pdf",
    log:
        "logs/gebran/fig10.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Figure 10"
    script:
        "../scripts/gebran/fig10.py"


rule gebran_fig11:
    """Error against the signal-to-noise ratio, for ranges of v sin i."""
    input:
        predictions="results/gebran/predictions.csv",
    output:
        png=report(
            "results/gebran/fig11.png",
            caption="../report/gebran/fig11.rst",
            category="Gebran et al. 2022",
            labels={"exhibit": "Figure 11"},
        ),
        pdf="results/gebran/fig11.pdf",
    log:
        "logs/gebran/fig11.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing Figure 11"
    script:
        "../scripts/gebran/fig11.py"


rule gebran_table_interpolation:
    """Error of the interpolation between nodes."""
    input:
        **{grid: grid_file(grid) for grid in config["synthesis"]["grids"]},
    output:
        csv=report(
            "results/gebran/table_interpolation.csv",
            caption="../report/gebran/table_interpolation.rst",
            category="Gebran et al. 2022",
            labels={"exhibit": "Interpolation between nodes"},
        ),
        tex="results/gebran/table_interpolation.tex",
    log:
        "logs/gebran/table_interpolation.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=30,
    params:
        grids=list(config["synthesis"]["grids"]),
        points=lookup(within=config, dpath="synthesis/checks"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Drawing Interpolation between nodes"
    script:
        "../scripts/gebran/table_interpolation.py"
