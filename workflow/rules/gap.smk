# The synthetic gap: what networks trained on synthetic spectra say of real stars.
#
# NEEDS   resources/archives/<source>/miles/provenance.json
# MAKES   resources/synthetic/gap_spectra.h5, gap_stars.h5    synthetic spectra and MILES at one resolution
#         results/synthetic/gap_predictions.csv               what each model says of them
#         results/synthetic/<exhibit>.png|pdf|csv|tex


rule synthetic_gap:
    """Both exhibits."""
    input:
        expand("results/synthetic/fig_gap.{format}", format=["png", "pdf"]),
        expand("results/synthetic/table_gap.{format}", format=["csv", "tex"]),


rule gap_samples:
    """Make synthetic spectra at the resolution of the homogenised libraries; homogenise MILES's stars."""
    input:
        provenance=provenance("miles"),
        nodes=NODES,
    output:
        synthetic="resources/synthetic/gap_spectra.h5",
        stars="resources/synthetic/gap_stars.h5",
    log:
        "logs/synthetic/gap_samples.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=20,
    params:
        settings=lookup(within=config, dpath="synthetic/gap/spectra"),
        homogenise=lookup(within=config, dpath="homogenise"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Making spectra to measure the synthetic gap with"
    script:
        "../scripts/synthetic/gap_samples.py"


rule gap:
    """Train on synthetic spectra; predict held-out ones and the stars of MILES."""
    input:
        synthetic="resources/synthetic/gap_spectra.h5",
        stars="resources/synthetic/gap_stars.h5",
    output:
        predictions="results/synthetic/gap_predictions.csv",
    log:
        "logs/synthetic/gap.log",
    benchmark:
        "benchmarks/results/synthetic_gap.tsv"
    conda:
        "../../envs/cpu.yaml"
    threads: 1
    resources:
        mem_mb=4000,
        runtime=600,
        gpu=0,
    params:
        settings=lookup(within=config, dpath="synthetic/gap"),
        unity_at=lookup(within=config, dpath="homogenise/unity_at"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Measuring the synthetic gap"
    script:
        "../scripts/synthetic/gap.py"


rule fig_gap:
    """Errors on synthetic spectra and on the stars of MILES."""
    input:
        predictions="results/synthetic/gap_predictions.csv",
    output:
        png=report(
            "results/synthetic/fig_gap.png",
            caption="../report/synthetic/fig_gap.rst",
            category="Synthetic spectra",
            labels={"exhibit": "the synthetic gap"},
        ),
        pdf="results/synthetic/fig_gap.pdf",
    log:
        "logs/synthetic/fig_gap.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    message:
        "Drawing the synthetic gap"
    script:
        "../scripts/synthetic/fig_gap.py"


rule table_gap:
    """Errors on synthetic spectra and on the stars of MILES, by type."""
    input:
        predictions="results/synthetic/gap_predictions.csv",
    output:
        csv=report(
            "results/synthetic/table_gap.csv",
            caption="../report/synthetic/table_gap.rst",
            category="Synthetic spectra",
            labels={"exhibit": "the synthetic gap by type"},
        ),
        tex="results/synthetic/table_gap.tex",
    log:
        "logs/synthetic/table_gap.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        settings=lookup(within=config, dpath="evaluation"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Drawing the synthetic gap by type"
    script:
        "../scripts/synthetic/table_gap.py"
