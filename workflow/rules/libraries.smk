# The stellar libraries: their files from services, from a mirror or simulated; their spectra, labels and stars.
#
# NEEDS   config/datasets.csv, config/checksums.txt
# MAKES   resources/archives/<remote|mirror|simulated>/<library>/   the files, and provenance.json
#         resources/ingested/<library>.h5             spectra on their own grid, with types as numbers
#         resources/ingested/<library>_rejected.csv   what could not be used, and why
#         resources/ingested/stars.csv                one star identity per spectrum, across libraries
#         resources/homogenised/<library>.h5          spectra on the common grid

# Types and names of stars are also taken from SIMBAD, if the network is available.
ASK_SIMBAD = config["archives"]["simbad"] and not config["archives"]["offline"]


rule fetch:
    """Fetch the files of one dataset, check them, and record the origin of each."""
    input:
        datasets=ADDRESSES,
    output:
        provenance="resources/archives/{source}/{library}/provenance.json",
    log:
        "logs/fetch/{source}_{library}.log",
    wildcard_constraints:
        source="remote|mirror",
    conda:
        "../../envs/cpu.yaml"
    # Files of a mirror are linked: a job that claims all cores would wait for the longest training.
    threads: lambda wildcards: config["archives"]["connections"] if wildcards.source == "remote" else 1
    resources:
        mem_mb=1000,
        runtime=240,
    params:
        missing=lookup(within=config, dpath="archives/missing"),
        offline=lookup(within=config, dpath="archives/offline"),
        mirror=MIRROR,
        # Files of a mirror are not compared with it.
        registry=lambda wildcards: REGISTRY if wildcards.source == "remote" else None,
        contents=lambda wildcards: (
            mirror_contents(wildcards.library) if wildcards.source == "mirror" else None
        ),
    message:
        "Fetching {wildcards.library} ({wildcards.source})"
    script:
        "../scripts/libraries/fetch.py"


rule simulate:
    """Synthesise the spectra of one library and write them in the format of its archive."""
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
        fraction=lookup(within=config, dpath="simulated_archives/fraction"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Simulating {wildcards.library}"
    script:
        "../scripts/libraries/simulate.py"


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
        "Computing model spectra (about half an hour on one core)"
    script:
        "../scripts/libraries/nodes.py"


rule ingest:
    """Read one library into one file."""
    input:
        provenance=lambda wildcards: provenance(wildcards.library),
    output:
        spectra="resources/ingested/{library}.h5",
        rejected="resources/ingested/{library}_rejected.csv",
    log:
        "logs/ingest/{library}.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=20,
    params:
        simbad=ASK_SIMBAD,
    message:
        "Reading {wildcards.library}"
    script:
        "../scripts/libraries/ingest.py"


rule identify:
    """Find stars shared by libraries under different names."""
    input:
        spectra=expand("resources/ingested/{library}.h5", library=LIBRARIES),
        cflib=provenance("cflib"),
    output:
        stars="resources/ingested/stars.csv",
    log:
        "logs/ingest/identify.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=20,
    params:
        libraries=list(LIBRARIES),
        simbad=ASK_SIMBAD,
    message:
        "Finding stars shared by libraries"
    script:
        "../scripts/libraries/identify.py"


rule homogenise:
    """Degrade, normalise and resample one library."""
    input:
        spectra="resources/ingested/{library}.h5",
    output:
        spectra="resources/homogenised/{library}.h5",
        rejected="resources/homogenised/{library}_rejected.csv",
    log:
        "logs/homogenise/{library}.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=10,
    params:
        settings=lookup(within=config, dpath="homogenise"),
    message:
        "Homogenising {wildcards.library}"
    script:
        "../scripts/libraries/homogenise.py"
