"""One module per task; `benchmarks.harness` describes the content of a module."""
