# Types of a whole survey, in chunks: `python3 make.py run survey`. Not part of the default run.
# NEEDS   the spectra of the section `survey` of the configuration: list, folder, tar archives or catalogue
# MAKES   resources/survey/plan/<chunk>.csv         entries of each chunk
#         resources/survey/fetched/<chunk>.csv      their files, if from a catalogue
#         resources/survey/downloads/<chunk>/       downloaded files
#         resources/survey/chunks/<chunk>.parquet   one row per spectrum
#         results/survey/types/                     all of them, by main class
#         results/survey/table_*.csv, fig_sky.png, outliers/


IS_CATALOGUE = SURVEY.endswith(".csv") and not Path(SURVEY).is_dir()


wildcard_constraints:
    chunk=r"\d{6}-[0-9a-f]{10}",


rule survey_catalogue:
    """Query SkyServer for the spectra of the survey."""
    output:
        catalogue="resources/survey/catalogue.csv",
    log:
        "logs/survey/catalogue.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=4000,
        runtime=240,
    params:
        # A function, so that Snakemake does not take {release} for a wildcard.
        service=lambda wildcards: config["sdss"]["skyserver"],
        rows=lookup(within=config, dpath="sdss/rows"),
        query=lookup(within=config, dpath="survey/query"),
        release=lookup(within=config, dpath="survey/release"),
        offline=lookup(within=config, dpath="archives/offline"),
    message:
        "Querying SkyServer for the spectra of the survey"
    script:
        "../scripts/survey/catalogue.py"


checkpoint survey_plan:
    """Divide the spectra to classify into chunks."""
    input:
        spectra=survey_spectra,
    output:
        plan=directory("resources/survey/plan"),
    log:
        "logs/survey/plan.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=1000,
        runtime=240,
    params:
        chunk=lookup(within=config, dpath="survey/chunk"),
        listed=(
            contents([SURVEY]) if Path(SURVEY).suffix in (".txt", ".csv") and Path(SURVEY).is_file() else ""
        ),
    message:
        "Dividing the survey into chunks"
    script:
        "../scripts/survey/plan.py"


rule survey_fetch:
    """Find or fetch the files of one chunk of a catalogue."""
    input:
        # A chunk's name identifies its content, whatever its time.
        plan=ancient("resources/survey/plan/{chunk}.csv"),
    output:
        "resources/survey/fetched/{chunk}.csv",
    log:
        "logs/survey/fetch_{chunk}.log",
    conda:
        "../../envs/cpu.yaml"
    threads: config["archives"]["connections"]
    resources:
        mem_mb=1000,
        runtime=480,
        downloads=1,
    params:
        mirror=MIRROR,
        release=lookup(within=config, dpath="survey/release"),
        server=lookup(within=config, dpath="sdss/sas"),
        offline=lookup(within=config, dpath="archives/offline"),
    message:
        "Fetching chunk {wildcards.chunk}"
    script:
        "../scripts/survey/fetch.py"


rule survey_classify:
    """Classify the spectra of one chunk."""
    input:
        entries=(
            "resources/survey/fetched/{chunk}.csv"
            if IS_CATALOGUE
            else ancient("resources/survey/plan/{chunk}.csv")
        ),
    output:
        types="resources/survey/chunks/{chunk}.parquet",
        receipt="resources/survey/chunks/{chunk}.json",
    log:
        "logs/survey/classify_{chunk}.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        model=contents(RELEASED.iterdir()),
    message:
        "Classifying chunk {wildcards.chunk}"
    script:
        "../scripts/survey/classify.py"


rule survey_merge:
    """Merge the chunks into one dataset, partitioned by main class."""
    input:
        types=survey_chunks("resources/survey/chunks/{chunk}.parquet"),
        receipts=survey_chunks("resources/survey/chunks/{chunk}.json"),
    output:
        directory("results/survey/types"),
    log:
        "logs/survey/merge.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=120,
    message:
        "Merging the chunks of the survey"
    script:
        "../scripts/survey/merge.py"


rule survey_exhibits:
    """Count classes, compare them with the pipeline's, draw the sky, and list outliers."""
    input:
        types="results/survey/types",
        receipts=survey_chunks("resources/survey/chunks/{chunk}.json"),
    output:
        counts="results/survey/table_counts.csv",
        counts_tex="results/survey/table_counts.tex",
        agreement="results/survey/table_agreement.csv",
        agreement_tex="results/survey/table_agreement.tex",
        outliers="results/survey/table_outliers.csv",
        chunks="results/survey/table_chunks.csv",
        sky="results/survey/fig_sky.png",
        sky_pdf="results/survey/fig_sky.pdf",
        sentence="results/survey/summary.txt",
    log:
        "logs/survey/exhibits.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=2000,
        runtime=60,
    params:
        source="remote" if IS_CATALOGUE else "local files",
    message:
        "Summarising the survey"
    script:
        "../scripts/survey/exhibits.py"


rule survey_pages:
    """Draw a page for each of the strongest outliers."""
    input:
        outliers="results/survey/table_outliers.csv",
    output:
        directory("results/survey/outliers"),
    log:
        "logs/survey/pages.log",
    conda:
        "../../envs/cpu.yaml"
    resources:
        mem_mb=3000,
        runtime=60,
    params:
        model=contents(RELEASED.iterdir()),
        pages=lookup(within=config, dpath="survey/pages"),
        standards=MIRROR,
    message:
        "Drawing pages of outliers"
    script:
        "../scripts/survey/pages.py"


rule survey:
    """Classify a survey and print a summary."""
    input:
        rules.survey_pages.output,
        rules.survey_exhibits.output,
        sentence="results/survey/summary.txt",
    log:
        "logs/survey/survey.log",
    localrule: True
    conda:
        "../../envs/cpu.yaml"
    message:
        "The survey is done: results/survey/"
    shell:
        "tee {log} < {input.sentence}"
