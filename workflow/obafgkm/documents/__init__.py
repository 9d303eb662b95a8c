"""Code specific to one document: its sample, networks and method."""

from obafgkm.errors import require

require("workflow", "scipy")  # nothing else: NutMaat's environment imports this package too
