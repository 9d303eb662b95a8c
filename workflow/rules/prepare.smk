# Homogenise the libraries and form the documents' samples.
#
# NEEDS   resources/ingested/<library>.h5, resources/ingested/stars.csv
# MAKES   resources/homogenised/<library>.h5     spectra on the common grid
#         resources/sharma/training.h5, test.h5  the samples, disjoint in stars
#         resources/sharma/left_out.csv          what belongs to neither, and why
#         resources/sharma/sdss_<sample>.h5      stars of SDSS, at rest and homogenised
#         resources/sharma/unlabelled.h5         those to pre-train on
#         results/libraries/fig_spectra.png|pdf  spectra of each library


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
        "../scripts/homogenise.py"


rule sharma_samples:
    """Divide the spectra into the training and the test sample of Sharma et al. 2020."""
    input:
        libraries=expand("resources/homogenised/{library}.h5", library=LIBRARIES),
        stars="resources/ingested/stars.csv",
    output:
        training="resources/sharma/training.h5",
        test="resources/sharma/test.h5",
        left_out="resources/sharma/left_out.csv",
    log:
        "logs/sharma/samples.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        libraries=LIBRARIES,
    message:
        "Forming the samples"
    script:
        "../scripts/sharma/samples.py"


rule sdss_stars:
    """Bring the stars of SDSS to rest, into air and to the common form."""
    input:
        spectra="resources/sdss/{stars}.h5",
    output:
        spectra="resources/sharma/sdss_{stars}.h5",
        rejected="resources/sharma/sdss_{stars}_rejected.csv",
    log:
        "logs/sharma/sdss_{stars}.log",
    benchmark:
        "benchmarks/resources/sdss_stars_{stars}.tsv"
    wildcard_constraints:
        stars="sharma|simulated_sharma",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=8000,
        runtime=60,
    params:
        settings=lookup(within=config, dpath="homogenise"),
    message:
        "Homogenising stars of SDSS"
    script:
        "../scripts/sharma/sdss_stars.py"


rule unlabelled_spectra:
    """Choose unlabelled stars of SDSS for pre-training; simulated ones join the few that a mirror has."""
    input:
        "resources/sharma/sdss_sharma.h5",
        (
            "resources/sharma/sdss_simulated_sharma.h5"
            if config["datasets"]["sdss_sharma"]["source"] == "mirror"
            else []
        ),
    output:
        spectra="resources/sharma/unlabelled.h5",
    log:
        "logs/sharma/unlabelled.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=8000,
        runtime=20,
    params:
        spectra=lookup(within=config, dpath="sharma/autoencoder/spectra"),
        seed=lookup(within=config, dpath="seed"),
    message:
        "Choosing unlabelled stars"
    script:
        "../scripts/sharma/unlabelled.py"


rule library_spectra:
    """Show an O, an A, a G and an M star of each library."""
    input:
        expand("resources/homogenised/{library}.h5", library=LIBRARIES),
    output:
        png=report(
            "results/libraries/fig_spectra.png",
            caption="../report/libraries/fig_spectra.rst",
            category="Libraries",
            labels={"exhibit": "Spectra"},
        ),
        pdf="results/libraries/fig_spectra.pdf",
    log:
        "logs/libraries/fig_spectra.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        libraries=LIBRARIES,
        mirror=MIRROR,
    message:
        "Drawing spectra of each library"
    script:
        "../scripts/libraries/fig_spectra.py"
