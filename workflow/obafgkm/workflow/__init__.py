"""Interface between the library and Snakemake: jobs, dependencies of scripts, the configuration."""
