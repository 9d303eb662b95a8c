"""What is one document's own: its sample, its networks, its method."""

from obafgkm.errors import require

require("workflow", "scipy")  # and no more: NutMaat's environment imports this room too
