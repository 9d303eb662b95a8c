# Homogenise the libraries and form the documents' samples.
#
# NEEDS   resources/ingested/<library>.h5, resources/ingested/stars.csv
# MAKES   resources/homogenised/<library>.h5     spectra on the common grid
#         resources/sharma/training.h5, test.h5  the samples, disjoint in stars
#         resources/sharma/left_out.csv          what belongs to neither, and why
#         resources/sharma/unlabelled.h5         stars to pre-train on
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


rule unlabelled_spectra:
    """Gather unlabelled stars for pre-training: simulated ones, and real ones where a mirror has them."""
    input:
        nodes=NODES,
    output:
        spectra="resources/sharma/unlabelled.h5",
    log:
        "logs/sharma/unlabelled.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=20,
    params:
        spectra=lookup(within=config, dpath="sharma/autoencoder/spectra"),
        homogenise=lookup(within=config, dpath="homogenise"),
        seed=lookup(within=config, dpath="seed"),
        mirror=MIRROR if "mirror" in SOURCES else "",
    message:
        "Gathering unlabelled stars"
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
