"""What any document trains with: backend, engine, trials, splits, baselines."""
