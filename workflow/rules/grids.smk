# Node grids of high-resolution synthetic spectra: synthesised here, or made from a published grid.
#
# MAKES   resources/archives/<remote|mirror|simulated>/<archive>_<grid>/   the files a grid needs of an archive
#         resources/grids/<source>/<grid>/<part>.npz                       the nodes of one metallicity
#         resources/grids/<source>/<grid>.npz                              the grid; the package keeps a copy of each

VALD = "" if config["model_grids"]["lines"] == "own" else config["model_grids"]["lines"]


wildcard_constraints:
    grid="|".join(config["model_grids"]["grids"]),
    archive="bosz|phoenix|atlas9",


rule fetch_grid:
    """Fetch the files of an archive that a grid needs."""
    input:
        datasets=ADDRESSES,
    output:
        provenance="resources/archives/{access}/{archive}_{grid}/provenance.json",
    log:
        "logs/fetch/{access}_{archive}_{grid}.log",
    wildcard_constraints:
        access="remote|mirror",
    conda:
        "../../envs/cpu.yaml"
    threads: lambda wildcards: config["archives"]["connections"] if wildcards.access == "remote" else 1
    resources:
        mem_mb=1000,
        runtime=1440,
    params:
        settings=lookup(within=config, dpath="model_grids/grids/{grid}"),
        offline=lookup(within=config, dpath="archives/offline"),
        mirror=MIRROR,
        contents=lambda wildcards: (
            mirror_contents(wildcards.archive) if wildcards.access == "mirror" else None
        ),
    message:
        "Fetching {wildcards.archive} for the grid {wildcards.grid} ({wildcards.access})"
    script:
        "../scripts/grids/fetch.py"


rule simulate_grid:
    """Simulate the files of an archive that a grid needs, with spectra of the kept grid."""
    output:
        provenance="resources/archives/simulated/{archive}_{grid}/provenance.json",
    log:
        "logs/simulate/{archive}_{grid}.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=240,
    params:
        settings=lookup(within=config, dpath="model_grids/grids/{grid}"),
    message:
        "Simulating {wildcards.archive} for the grid {wildcards.grid}"
    script:
        "../scripts/grids/simulate.py"


rule grid_part:
    """Synthesise the nodes of one metallicity; a killed job resumes with the next node."""
    input:
        atmospheres=lambda wildcards: grid_atmospheres(wildcards.grid),
        lines=VALD if os.path.isfile(VALD) else [],
    output:
        part="resources/grids/synthesised/{grid}/{part}.npz",
    log:
        "logs/grids/synthesised_{grid}_{part}.log",
    benchmark:
        "benchmarks/results/grid_{grid}_{part}.tsv"
    wildcard_constraints:
        part=r"\d+",
    conda:
        "../../envs/cpu.yaml"
    # The engine is not thread-safe: one process per part, as many parts as there are cores.
    threads: 1
    resources:
        mem_mb=1000,
        runtime=60,
    params:
        settings=lookup(within=config, dpath="model_grids/grids/{grid}"),
        lines=VALD,
    message:
        "Synthesising part {wildcards.part} of the grid {wildcards.grid}"
    script:
        "../scripts/grids/part.py"


rule published_grid_part:
    """Read the nodes of one metallicity from a published grid."""
    input:
        provenance=lambda wildcards: grid_archive(wildcards.archive, wildcards.grid),
    output:
        part="resources/grids/{archive}/{grid}/{part}.npz",
    log:
        "logs/grids/{archive}_{grid}_{part}.log",
    wildcard_constraints:
        archive="bosz|phoenix",
        part=r"\d+",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=120,
    params:
        settings=lookup(within=config, dpath="model_grids/grids/{grid}"),
    message:
        "Reading part {wildcards.part} of the grid {wildcards.grid} from {wildcards.archive}"
    script:
        "../scripts/grids/published.py"


rule grid:
    """Store a grid's nodes as principal components."""
    input:
        parts=grid_parts,
    output:
        grid="resources/grids/{source}/{grid}.npz",
    log:
        "logs/grids/{source}_{grid}.log",
    wildcard_constraints:
        source="synthesised|bosz|phoenix",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        settings=lookup(within=config, dpath="model_grids/grids/{grid}"),
    message:
        "Storing the grid {wildcards.grid} ({wildcards.source})"
    script:
        "../scripts/grids/gather.py"
