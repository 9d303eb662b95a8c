# Simulated archives, written in the formats of the real ones.
#
# MAKES   resources/archives/simulated/<library>/    the files, and provenance.json


rule simulate:
    """Synthesise the spectra of one library and write them as its archive would."""
    input:
        nodes=NODES,
    output:
        provenance="resources/archives/simulated/{library}/provenance.json",
    log:
        "logs/simulate/{library}.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=10,
    params:
        fraction=lookup(within=config, dpath="simulation/fraction"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Simulating {wildcards.library}"
    script:
        "../scripts/simulate.py"


rule nodes:
    """Compute the model spectra between which the simulation interpolates; the package keeps a copy."""
    output:
        nodes="resources/nodes/stellar_nodes.npz",
    log:
        "logs/simulate/nodes.log",
    conda:
        "../../envs/cpu.yaml"
    threads: 2
    resources:
        mem_mb=2000,
        runtime=120,
    message:
        "Computing model spectra (about half an hour of one core)"
    script:
        "../scripts/nodes.py"
