"""Gebran et al. 2022: parameters of A and FGK stars from synthetic spectra."""
