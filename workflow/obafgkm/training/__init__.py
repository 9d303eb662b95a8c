"""Training, common to all documents: backend, engine, trials, splits, baselines."""

from obafgkm.errors import require

require("workflow", "keras", "sklearn")
