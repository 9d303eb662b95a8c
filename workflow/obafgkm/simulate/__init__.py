"""Spectra by spectral synthesis, and archives made of them in the archives' own formats."""
