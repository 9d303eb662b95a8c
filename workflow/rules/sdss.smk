# Samples of SDSS: from its services, from a local mirror, or simulated; each packed into one file. LAMOST from a mirror.
#
# NEEDS   config/datasets.csv
# MAKES   resources/sdss/<sample>_catalogue.csv        all rows of the sample, from SkyServer
#         resources/archives/<source>/sdss_<sample>/   catalogue, spectra, provenance.json
#         resources/sdss/<sample>.h5                   spectra as observed, with labels
#         resources/sdss/mirror.h5, lamost.h5          spectra of both surveys in a mirror
#         resources/sdss/simulated_<sample>.h5         simulated spectra, whatever the source
#         resources/sdss/<sample>_rejected.csv         unusable spectra, with reasons


wildcard_constraints:
    sample="sharma|csepreghy",
    survey="sdss|lamost",


rule sdss_catalogue:
    """Query SkyServer for the catalogue of one sample."""
    output:
        catalogue="resources/sdss/{sample}_catalogue.csv",
    log:
        "logs/sdss/catalogue_{sample}.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        # A function, so that Snakemake does not take {release} for a wildcard.
        service=lambda wildcards: config["sdss"]["skyserver"],
        rows=lookup(within=config, dpath="sdss/rows"),
        release=lookup(within=config, dpath="sdss/{sample}/release"),
        offline=lookup(within=config, dpath="archives/offline"),
    message:
        "Querying SkyServer for the sample {wildcards.sample}"
    script:
        "../scripts/sdss/catalogue.py"


rule sdss_spectra:
    """Choose spectra from the catalogue of one sample and download their files."""
    input:
        catalogue="resources/sdss/{sample}_catalogue.csv",
    output:
        provenance="resources/archives/remote/sdss_{sample}/provenance.json",
    log:
        "logs/sdss/spectra_{sample}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: config["archives"]["connections"]
    resources:
        mem_mb=4000,
        runtime=2880,
    params:
        counts=lookup(within=config, dpath="sdss/{sample}/spectra"),
        server=lookup(within=config, dpath="sdss/sas"),
        release=lookup(within=config, dpath="sdss/{sample}/release"),
        offline=lookup(within=config, dpath="archives/offline"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Downloading spectra of the sample {wildcards.sample}"
    script:
        "../scripts/sdss/download.py"


rule simulate_sdss:
    """Simulate the catalogue and the spectra of one sample."""
    input:
        nodes=NODES,
    output:
        provenance="resources/archives/simulated/sdss_{sample}/provenance.json",
    log:
        "logs/sdss/simulate_{sample}.log",
    benchmark:
        "benchmarks/results/simulate_sdss_{sample}.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=20,
    params:
        counts=lookup(within=config, dpath="sdss/{sample}/spectra"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Simulating the sample {wildcards.sample} of SDSS"
    script:
        "../scripts/sdss/simulate.py"


rule mirror_survey:
    """Link the spectra of a survey that a local mirror holds."""
    input:
        datasets=ADDRESSES,
    output:
        provenance="resources/archives/mirror/{survey}/provenance.json",
    log:
        "logs/sdss/mirror_{survey}.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=1000,
        runtime=20,
    params:
        mirror=MIRROR,
        contents=lambda wildcards: mirror_contents(wildcards.survey),
    message:
        "Linking the mirror's spectra of {wildcards.survey}"
    script:
        "../scripts/sdss/mirror.py"


rule pack_sdss:
    """Read the spectra of one sample into one file."""
    input:
        provenance=lambda wildcards: sdss_archive(wildcards.sample),
    output:
        spectra="resources/sdss/{sample}.h5",
        rejected="resources/sdss/{sample}_rejected.csv",
    log:
        "logs/sdss/pack_{sample}.log",
    benchmark:
        "benchmarks/results/pack_sdss_{sample}.tsv"
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=240,
    params:
        survey="sdss",
    message:
        "Packing the sample {wildcards.sample} of SDSS"
    script:
        "../scripts/sdss/pack.py"


use rule pack_sdss as pack_sdss_mirror with:
    input:
        provenance="resources/archives/mirror/sdss/provenance.json",
    output:
        spectra="resources/sdss/mirror.h5",
        rejected="resources/sdss/mirror_rejected.csv",
    log:
        "logs/sdss/pack_mirror.log",
    benchmark:
        "benchmarks/results/pack_sdss_mirror.tsv"
    message:
        "Packing the mirror's spectra of SDSS"


use rule pack_sdss as pack_lamost with:
    input:
        provenance="resources/archives/mirror/lamost/provenance.json",
    output:
        spectra="resources/sdss/lamost.h5",
        rejected="resources/sdss/lamost_rejected.csv",
    log:
        "logs/sdss/pack_lamost.log",
    benchmark:
        "benchmarks/results/pack_lamost.tsv"
    params:
        survey="lamost",
    message:
        "Packing the mirror's spectra of LAMOST"


use rule pack_sdss as pack_sdss_simulated with:
    input:
        provenance="resources/archives/simulated/sdss_{sample}/provenance.json",
    output:
        spectra="resources/sdss/simulated_{sample}.h5",
        rejected="resources/sdss/simulated_{sample}_rejected.csv",
    log:
        "logs/sdss/pack_simulated_{sample}.log",
    benchmark:
        "benchmarks/results/pack_sdss_simulated_{sample}.tsv"
    message:
        "Packing the simulated sample {wildcards.sample} of SDSS"
