"""SDSS and SEGUE: their spectra, labels, photometry, queries and addresses."""
