"""OBAFGKM, from the top of the repository; the workflow itself is in workflow/Snakefile."""


include: "workflow/Snakefile"


rule everything:
    """All that the workflow makes; a file that is included brings no default target along."""
    default_target: True
    input:
        rules.all.input,
