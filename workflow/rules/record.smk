# Records that accompany the results of a run.
#
# NEEDS   the exhibits, the ledger, the checks
# MAKES   results/<document>/models/<model>/card.md
#         results/provenance.json, crate.zip, report.zip

CARDS = {
    "sharma": [
        *["ann", "ann_centred", "cnn", "cnn_luminosity", "autoencoder"],
        *["mlp_classifier", "mlp_regressor", "forest_classifier", "forest_regressor"],
    ],
    "csepreghy": [*MAIN_RUNS, *OTHER_RUNS, "autoencoder", "autoencoder_quasars"],
    "saldic": [
        *[f"multi_{split}" for split in ("random", "nodes", "region")],
        *[f"{parameter}_random" for parameter in ("teff", "logg", "feh", "vsini")],
    ],
}


rule model_cards:
    """Write a card for each trained model: range, training, errors by class, failures, licence."""
    input:
        expand(
            "results/sharma/predictions/{model}_cflib.csv",
            model=[name for name in CARDS["sharma"] if name != "autoencoder"],
        ),
        "results/sharma/models/autoencoder/card.json",
        expand("results/csepreghy/predictions/{run}_test.csv", run=[*MAIN_RUNS, *OTHER_RUNS]),
        rules.autoencoders_csepreghy.output,
        expand("results/saldic/predictions/{family}.csv", family=["multi", "single"]),
        sensitivity="results/sharma/table_sensitivity.csv",
    output:
        [
            f"results/{document}/models/{model}/card.md"
            for document, models in CARDS.items()
            for model in models
        ],
    log:
        "logs/model_cards.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    params:
        described=contents([REPORT / "models.yaml", DATASETS]),
        evaluation=lookup(within=config, dpath="evaluation"),
    message:
        "Writing cards of the models"
    script:
        "../scripts/run/cards.py"


rule record_provenance:
    """Record how the results were made: code, machine, versions, seeds, data, times. Nothing uses it."""
    input:
        rules.science.output,
        photometry=HAMMER_PHOTOMETRY,
        archives=[*map(provenance, LIBRARIES), *map(sdss_archive, ["sharma", "csepreghy"]), *grid_archives()],
    output:
        report(
            "results/provenance.json",
            caption="../report/provenance.rst",
            category="This run",
            labels={"exhibit": "Provenance"},
        ),
    log:
        "logs/provenance.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=1000,
        runtime=20,
    message:
        "Recording the run"
    script:
        "../scripts/run/provenance.py"


rule crate:
    """Describe the run in a community standard, as a Workflow Run RO-Crate."""
    input:
        claims=rules.ledger.output.csv,
        page=rules.ledger.output.html,
        checks=rules.science.output[0],
        provenance=rules.record_provenance.output[0],
    output:
        report(
            "results/crate.zip",
            caption="../report/crate.rst",
            category="This run",
            labels={"exhibit": "RO-Crate"},
        ),
    log:
        "logs/crate.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=1000,
        runtime=10,
    message:
        "Describing the run"
    script:
        "../scripts/run/crate.py"


rule archive_report:
    """Gather figures, tables, captions, code and run times in Snakemake's report."""
    input:
        products(),
        rules.list_exhibits.output,
        rules.science.output,
        rules.paper.output,
        rules.record_provenance.output,
        rules.crate.output,
        page=rules.ledger.output.html,
        claims=rules.ledger.output.csv,
    output:
        "results/report.zip",
    log:
        "logs/report.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=20,
    params:
        texts=contents([*REPORT.rglob("*.rst"), REPORT / "style.css"]),
    message:
        "Gathering the report"
    script:
        "../scripts/run/report.py"
