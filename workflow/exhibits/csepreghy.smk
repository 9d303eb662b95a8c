# Exhibits of Csepreghy 2020; the form of a row: workflow/rules/documents.smk.

THESIS_SAMPLE = {"sample": "resources/csepreghy/sample.h5"}
SAMPLE_AND_MIRROR = [THESIS_SAMPLE["sample"], *REAL_SPECTRA]


def asked(run):
    """File of predictions of a network or a baseline for the sample."""
    return f"results/csepreghy/predictions/{run}_test.csv"


EXHIBITS["csepreghy"] = {
    "sample_tables": dict(
        about="the encoding of the classes, and the spectra left after each cut",
        input=dict(
            samples=SAMPLE_AND_MIRROR,
            dropped=[path.replace(".h5", "_dropped.csv") for path in SAMPLE_AND_MIRROR],
        ),
        exhibits=["table2", "table_sample"],
        labels=dict(table_sample="Sample"),
    ),
    "spectra": dict(
        about="example spectra of a star, a galaxy and a quasar",
        input=THESIS_SAMPLE,
        exhibits=["fig01", "fig03", "fig05"],
        mem_mb=4000,
        runtime=20,
    ),
    "layers": dict(
        about="architectures of the CNN and of the mixed-input network",
        inputs=[*rules.train_csepreghy.output.layers, *rules.train_csepreghy.output.cards],
        params=dict(runs={"fig10": "cnn", "fig16": "mixed"}),
        exhibits=["fig10", "fig16"],
    ),
    "curves": dict(
        about="learning curves of the networks",
        inputs=expand(
            "results/csepreghy/models/{run}/{file}",
            run=sorted({run for run, _ in CURVES.values()}),
            file=["history.csv", "card.json"],
        ),
        params=dict(curves=CURVES),
        exhibits=list(CURVES),
    ),
    "confusion": dict(
        about="confusion matrices on the test set",
        inputs=[*map(asked, MATRICES.values())],
        params=dict(tables=list(MATRICES)),
        exhibits=list(MATRICES),
    ),
    "table_null": dict(
        about="classes of the NULL galaxies from the network trained without them",
        inputs=[rules.train_csepreghy_subclasses.output.nameless, asked("galaxies_known")],
        labels="Galaxies without a subclass",
    ),
    "examples": dict(
        about="spectra that the networks classify correctly and wrongly",
        input=dict(**THESIS_SAMPLE, predictions=[asked(run) for run, *_ in EXAMPLES.values()]),
        params=dict(examples=EXAMPLES, **SEED),
        exhibits=list(EXAMPLES),
        mem_mb=4000,
        runtime=20,
    ),
    "fig15": dict(
        about="quasars and stars that look alike",
        input=dict(**THESIS_SAMPLE, predictions=asked("cnn")),
        script="lookalikes",
        mem_mb=4000,
        runtime=20,
    ),
    "study_tables": dict(
        about="trials of the search, and accuracy against size and smoothing",
        input=dict(search="results/csepreghy/search_cnn.csv", sizes="results/csepreghy/sizes.csv"),
        exhibits=["table4", "table5", "table6"],
    ),
    "autoencoder_figures": dict(
        about="reconstructions, latent spaces and the clusters in them",
        inputs=[*rules.autoencoders_csepreghy.output],
        params=SEED,
        exhibits=[*[f"fig{number}" for number in range(31, 38)], "table_clusters"],
        labels=dict(table_clusters="Clusters"),
        mem_mb=4000,
        runtime=30,
    ),
    "accuracy": dict(
        about="accuracy of every network and baseline, and of the networks on real spectra",
        input=dict(
            predictions=[*map(asked, [*MAIN_RUNS, *OTHER_RUNS, *BASELINES])],
            real="results/csepreghy/predictions/main_mirror.csv",
        ),
        params=dict(names=[*MAIN_RUNS, *OTHER_RUNS, *BASELINES], models=COMPARED, **EVALUATION),
        exhibits=["table_accuracy", "table_real"],
        labels=dict(table_accuracy="Accuracy", table_real="Real spectra"),
        runtime=30,
    ),
    "table_widths": dict(
        about="equivalent widths by both definitions and from the pipeline",
        input=dict(
            samples=SAMPLE_AND_MIRROR,
            provenance=[
                sdss_archive("csepreghy"),
                *["resources/archives/mirror/sdss/provenance.json" for _ in REAL_SPECTRA],
            ],
        ),
        labels="Widths",
        mem_mb=4000,
        runtime=120,
    ),
}
# Drawn only if a mirror has real spectra of both surveys.
if REAL_SURVEYS:
    EXHIBITS["csepreghy"] |= {
        "table_surveys": dict(
            about="real spectra of both surveys in a mirror, and those that are used",
            input=dict(
                spectra="resources/csepreghy/surveys.h5",
                dropped="resources/csepreghy/surveys_dropped.csv",
                rejected=expand("resources/sdss/{survey}_rejected.csv", survey=["mirror", "lamost"]),
            ),
            params=dict(
                sdss=str(Path(MIRROR, "sdss")),
                contents=[mirror_contents(f"sdss/{bundle}") for bundle in ("star_spectra", "m67_giants")],
            ),
            labels="Real spectra of two surveys",
        ),
        "survey_tables": dict(
            about="networks and baselines on real spectra of SDSS and LAMOST, cross-validated by object",
            inputs=[
                *expand("results/csepreghy/surveys/{run}.csv", run=SURVEY_NETWORKS),
                "results/csepreghy/surveys/baselines.csv",
            ],
            params=EVALUATION,
            exhibits=["table_cross_validation", "table_cross_validation_classes"],
            labels=dict(
                table_cross_validation="Cross-validation",
                table_cross_validation_classes="Cross-validation by class",
            ),
            runtime=30,
        ),
        "survey_confusion": dict(
            about="confusion matrices of both networks on real spectra of SDSS, cross-validated by object",
            inputs=["results/csepreghy/surveys/class_cnn.csv", "results/csepreghy/surveys/class_mixed.csv"],
            script="confusion",
            params=dict(tables=["table_sdss_cnn", "table_sdss_mixed"]),
            exhibits=["table_sdss_cnn", "table_sdss_mixed"],
            labels=dict(
                table_sdss_cnn="CNN on real spectra of SDSS",
                table_sdss_mixed="Mixed-input network on real spectra of SDSS",
            ),
        ),
        "latent_tables": dict(
            about="reconstruction, purity of classes and filling of gaps by size of the latent space",
            inputs=["results/csepreghy/surveys/latent.csv"],
            exhibits=["fig_latent", "table_latent"],
            labels=dict(
                fig_latent="Size of the latent space, figure", table_latent="Size of the latent space"
            ),
        ),
        "table_outliers": dict(
            about="the real spectra that the autoencoder misses most, by name, and what is odd about each",
            input=dict(
                misfits="results/csepreghy/surveys/misfits.csv",
                fits=["results/csepreghy/surveys/templates.csv"] if TEMPLATES.is_dir() else [],
            ),
            labels="Outliers",
        ),
        "simulated_or_real": dict(
            about="the value of training on simulated spectra for real ones",
            input=dict(predictions="results/csepreghy/surveys/class_cnn.csv"),
            params=EVALUATION,
            exhibits=["fig_simulated", "table_simulated"],
            labels=dict(
                fig_simulated="Simulated or real, figure",
                table_simulated="Simulated or real",
            ),
            runtime=20,
        ),
    }
