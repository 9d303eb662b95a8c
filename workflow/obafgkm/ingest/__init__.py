"""Libraries and surveys, each read into one HDF5 file."""
