# The files of real archives, from their services or from a local mirror.
#
# NEEDS   config/datasets.csv
# MAKES   resources/archives/remote|mirror/<library>/    the files, and provenance.json


rule fetch:
    """Bring the files of one dataset here, check them, and record where each came from."""
    input:
        datasets=os.path.join(workflow.basedir, "config", "datasets.csv"),
    output:
        provenance="resources/archives/{source}/{library}/provenance.json",
    log:
        "logs/fetch/{source}_{library}.log",
    wildcard_constraints:
        source="remote|mirror",
    conda:
        "../../envs/cpu.yaml"
    threads: config["archives"]["connections"]
    resources:
        mem_mb=1000,
        runtime=240,
    params:
        missing=lookup(within=config, dpath="archives/missing"),
        offline=lookup(within=config, dpath="archives/offline"),
        mirror=MIRROR,
        contents=lambda wildcards: (
            mirror_contents(wildcards.library)
            if wildcards.source == "mirror"
            else None
        ),
    message:
        "Fetching {wildcards.library} ({wildcards.source})"
    script:
        "../scripts/fetch.py"
