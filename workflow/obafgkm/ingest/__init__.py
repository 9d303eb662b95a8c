"""Libraries and surveys, each read into one HDF5 file."""

from obafgkm.errors import require

require("workflow", "scipy")
