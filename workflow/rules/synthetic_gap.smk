# The synthetic gap: errors on real stars of networks trained on synthetic spectra.
#
# NEEDS   resources/archives/<source>/miles/provenance.json
# MAKES   resources/synthetic_gap/spectra.h5, gap_stars.h5    synthetic spectra and MILES at one resolution
#         results/synthetic_gap/predictions.csv               predictions of each model for them


rule gap_samples:
    """Make synthetic spectra at the resolution of the homogenised libraries; homogenise MILES's stars."""
    input:
        provenance=provenance("miles"),
        nodes=NODES,
    output:
        synthetic="resources/synthetic_gap/spectra.h5",
        stars="resources/synthetic_gap/stars.h5",
    log:
        "logs/synthetic_gap/gap_samples.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=20,
    params:
        settings=lookup(within=config, dpath="synthetic_gap/spectra"),
        homogenise=lookup(within=config, dpath="homogenise"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Making spectra for measuring the synthetic gap"
    script:
        "../scripts/synthetic_gap/gap_samples.py"


rule gap:
    """Train on synthetic spectra; predict held-out ones and the stars of MILES."""
    input:
        synthetic="resources/synthetic_gap/spectra.h5",
        stars="resources/synthetic_gap/stars.h5",
    output:
        predictions="results/synthetic_gap/predictions.csv",
    log:
        "logs/synthetic_gap/gap.log",
    benchmark:
        "benchmarks/results/synthetic_gap.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=600,
        gpu=0,
    params:
        settings=lookup(within=config, dpath="synthetic_gap"),
        unity_at=lookup(within=config, dpath="homogenise/unity_at"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Measuring the synthetic gap"
    script:
        "../scripts/synthetic_gap/gap.py"
