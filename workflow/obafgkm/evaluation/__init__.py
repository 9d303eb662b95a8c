"""Performance of models: metrics, their intervals, tables of predictions."""

from obafgkm.errors import require

require("workflow", "scipy", "sklearn")
