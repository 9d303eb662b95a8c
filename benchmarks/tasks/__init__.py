"""One module a task. What a module holds is told in `benchmarks.harness`."""
