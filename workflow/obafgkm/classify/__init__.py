"""Types for anybody's spectra."""
