"""Csepreghy 2020: galaxies, quasars and stars of SDSS."""
