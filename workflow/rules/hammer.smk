# "Hack or Hammer": photometry and template parameters to main classes.
# NEEDS   SkyServer's answer: simulated, requested, or photometry.csv in the mirror's folder hammer
# MAKES   resources/hammer/sample.csv, rejected.csv       the rows used, and those rejected with a reason
#         resources/hammer/<what was trained>.csv         trials, folds, predictions of the test rows


rule hammer_simulate:
    """Simulate SkyServer's answer to the photometric query."""
    output:
        photometry="resources/archives/simulated/hammer/photometry.csv",
        provenance="resources/archives/simulated/hammer/provenance.json",
    log:
        "logs/hammer/simulate.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        counts=lookup(within=config, dpath="hammer/counts"),
        fraction=lookup(within=config, dpath="hammer/fraction"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Simulating photometry"
    script:
        "../scripts/hammer/simulate.py"


rule hammer_fetch:
    """Send the photometric query to SkyServer."""
    output:
        photometry="resources/archives/remote/hammer/photometry.csv",
        provenance="resources/archives/remote/hammer/photometry.csv.provenance.json",
    log:
        "logs/hammer/fetch.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        # A function, so that Snakemake does not take {release} for a wildcard.
        service=lambda wildcards: config["sdss"]["skyserver"],
        rows=lookup(within=config, dpath="sdss/rows"),
        release=lookup(within=config, dpath="hammer/release"),
        offline=lookup(within=config, dpath="archives/offline"),
    message:
        "Querying SkyServer for photometry"
    script:
        "../scripts/hammer/fetch.py"


rule hammer_sample:
    """Read the rows, reject unusable ones, and divide the stars into three parts."""
    input:
        photometry=HAMMER_PHOTOMETRY,
    output:
        sample="resources/hammer/sample.csv",
        rejected="resources/hammer/rejected.csv",
    log:
        "logs/hammer/sample.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        validation=lookup(within=config, dpath="hammer/validation"),
        test=lookup(within=config, dpath="hammer/test"),
        source=lookup(within=config, dpath="datasets/hammer/source"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Dividing the photometric sample"
    script:
        "../scripts/hammer/sample.py"


rule hammer_networks:
    """Search for a network, train it and the document's two, cross-validate them, and leave out features."""
    input:
        sample="resources/hammer/sample.csv",
    output:
        trials="resources/hammer/trials.csv",
        history="resources/hammer/history.csv",
        layers="resources/hammer/layers.csv",
        predictions="resources/hammer/networks.csv",
        folds="resources/hammer/folds.csv",
    log:
        "logs/hammer/networks.log",
    benchmark:
        "benchmarks/results/hammer_networks.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=480,
        gpu=0,
    params:
        settings=lookup(within=config, dpath="hammer"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training the networks on photometry"
    script:
        "../scripts/hammer/networks.py"


rule hammer_baselines:
    """Train gradient boosting and random forests with features left out; measure feature importance."""
    input:
        sample="resources/hammer/sample.csv",
    output:
        predictions="resources/hammer/baselines.csv",
        importance="resources/hammer/importance.csv",
    log:
        "logs/hammer/baselines.log",
    benchmark:
        "benchmarks/results/hammer_baselines.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        settings=lookup(within=config, dpath="hammer/ablation"),
        seeds=lookup(within=config, dpath="hammer/seeds"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Training baselines with features left out"
    script:
        "../scripts/hammer/baselines.py"
