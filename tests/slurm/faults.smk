# What goes wrong on clusters, in jobs that take seconds. Each job notes when it begins and ends.

import os
import sys

sys.path.insert(0, os.path.join(workflow.basedir, "..", "..", "workflow"))


rule sleep:
    output:
        "slept_{number}.txt",
    resources:
        mem_mb=500,
        runtime=5,
    shell:
        "echo begin {wildcards.number} >> diary.txt; sleep {config[seconds]}; "
        "touch {output}; echo end {wildcards.number} >> diary.txt"


rule hungry:
    """Needs more memory than the first attempt has."""
    output:
        "hungry.txt",
    resources:
        mem_mb=400,
        runtime=5,
    shell:
        "python -c 'import time; held = bytearray(600_000_000); time.sleep(6)'; touch {output}"


rule late:
    """Trains for longer than the first attempt has."""
    output:
        "{name}.npz",
    log:
        "{name}.log",
    resources:
        mem_mb=1500,
        runtime=1,
    params:
        pause=lambda wildcards: {"late": 2.5, "undisturbed": 0}[wildcards.name],
    script:
        "late.py"


OTHERS = set()  # no workflow uses this one as a module


include: "../../workflow/rules/attempts.smk"
