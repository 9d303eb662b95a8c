"""The survey SDSS: what to ask its services, what to download, and one file of what came."""
