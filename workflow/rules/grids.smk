# Node grids of high-resolution synthetic spectra.
#
# MAKES   resources/grids/<grid>/<part>.npz   the nodes of one metallicity
#         resources/grids/<grid>.npz          the grid; the package keeps a copy of each


rule grid_part:
    """Synthesise the nodes of one metallicity; a killed job goes on with the next node."""
    output:
        part="resources/grids/{grid}/{part}.npz",
    log:
        "logs/grids/{grid}_{part}.log",
    benchmark:
        "benchmarks/results/grid_{grid}_{part}.tsv"
    wildcard_constraints:
        grid="|".join(config["synthesis"]["grids"]),
        part=r"\d+",
    conda:
        "../../envs/cpu.yaml"
    # The engine is not safe in threads: one process a part, as many parts as there are cores.
    threads: 1
    resources:
        mem_mb=1000,
        runtime=60,
    params:
        settings=lookup(within=config, dpath="synthesis/grids/{grid}"),
    message:
        "Synthesising part {wildcards.part} of the grid {wildcards.grid}"
    script:
        "../scripts/grids/part.py"


rule grid:
    """Store a grid's nodes as principal components."""
    input:
        parts=grid_parts,
    output:
        grid="resources/grids/{grid}.npz",
    log:
        "logs/grids/{grid}.log",
    wildcard_constraints:
        grid="|".join(config["synthesis"]["grids"]),
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        settings=lookup(within=config, dpath="synthesis/grids/{grid}"),
    message:
        "Storing the grid {wildcards.grid}"
    script:
        "../scripts/grids/gather.py"
