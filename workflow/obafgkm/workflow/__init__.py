"""What binds the library to Snakemake: jobs, dependencies of scripts, the configuration."""
