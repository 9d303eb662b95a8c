"""Neural networks for the spectra of stars, galaxies and quasars."""

__version__ = "0.1.0"
