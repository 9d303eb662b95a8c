"""Wavelengths, resolution, continua, extinction, lines: what is done to any spectrum."""
