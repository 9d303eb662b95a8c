"""Files of the archives: what to ask for, how to fetch it, and where it came from."""

from obafgkm.errors import require

require("workflow", "jsonschema", "requests")
