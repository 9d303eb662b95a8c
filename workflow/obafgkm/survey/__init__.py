"""The classifier applied to a survey, in independent chunks, with a summary of all results."""

from obafgkm.errors import require

require("workflow", "pyarrow", "requests")
