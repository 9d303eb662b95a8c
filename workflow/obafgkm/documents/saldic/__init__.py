"""Saldic & Rathcke: parameters from a label grid of synthetic spectra."""
