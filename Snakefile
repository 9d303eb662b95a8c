"""OBAFGKM, from the top of the repository; the workflow itself is in workflow/Snakefile."""


include: "workflow/Snakefile"


rule everything:
    """All results of the workflow; an included file does not provide a default target."""
    default_target: True
    input:
        rules.all.input,
