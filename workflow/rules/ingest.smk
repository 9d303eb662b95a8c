# Read the archives' files, their labels and their stars.
#
# NEEDS   resources/archives/<source>/<library>/provenance.json
# MAKES   resources/ingested/<library>.h5             spectra on their own grid, with types as numbers
#         resources/ingested/<library>_rejected.csv   what could not be used, and why
#         resources/ingested/stars.csv                one star identity a spectrum, across libraries
#         results/sharma/table_overlap.csv            number of stars that libraries share
#         results/sharma/table_shared_stars.csv       those stars, with their name in each library


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
    message:
        "Reading {wildcards.library}"
    script:
        "../scripts/ingest.py"


rule identify:
    """Find the stars that libraries share under different names."""
    input:
        spectra=expand("resources/ingested/{library}.h5", library=LIBRARIES),
        cflib=provenance("cflib"),
    output:
        stars="resources/ingested/stars.csv",
        shared="results/sharma/table_shared_stars.csv",
        overlap="results/sharma/table_overlap.csv",
        overlap_tex="results/sharma/table_overlap.tex",
    log:
        "logs/ingest/identify.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=20,
    params:
        libraries=LIBRARIES,
        source=", ".join(sorted(SOURCES)),
        simbad=config["archives"]["simbad"] and not config["archives"]["offline"],
    message:
        "Finding the stars that libraries share"
    script:
        "../scripts/identify.py"
