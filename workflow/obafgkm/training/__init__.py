"""What any document trains with: backend, engine, trials, splits, baselines."""

from obafgkm.errors import require

require("workflow", "keras", "sklearn")
