"""OBAFGKM: every figure, table and number of five documents on neural networks for spectra."""

import os
import sys

from snakemake.utils import min_version, validate

min_version("9.27")


configfile: os.path.join(workflow.basedir, "config", "config.yaml")


validate(config, "workflow/schemas/config.schema.yaml")


report: "workflow/report/workflow.rst"


include: "workflow/rules/common.smk"
include: "workflow/rules/fetch.smk"
include: "workflow/rules/simulate.smk"
include: "workflow/rules/sdss.smk"
include: "workflow/rules/ingest.smk"
include: "workflow/rules/prepare.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/sharma.smk"
include: "workflow/rules/retrainings.smk"
include: "workflow/rules/robustness.smk"
include: "workflow/rules/search.smk"
include: "workflow/rules/hammer.smk"
include: "workflow/rules/grids.smk"
include: "workflow/rules/gebran.smk"
include: "workflow/rules/saldic.smk"
include: "workflow/rules/gap.smk"
include: "workflow/rules/outputs.smk"
include: "workflow/rules/csepreghy.smk"
include: "workflow/rules/beyond.smk"
include: "workflow/rules/ledger.smk"
include: "workflow/rules/science.smk"
include: "workflow/rules/paper.smk"
include: "workflow/rules/record.smk"
include: "workflow/rules/attempts.smk"
include: "workflow/rules/dependencies.smk"


rule all:
    input:
        rules.paper.output,
        rules.model_cards.output,
        rules.archive_report.output,
        # Every exhibit by itself, or one that is deleted would not be missed, nor checks that failed.
        rules.archive_report.input,


onsuccess:
    print("\nDone. Figures and tables: results/ (what is what: results/README.md)\n")
