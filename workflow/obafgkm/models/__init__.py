"""Builders of networks, forests and baselines, one family a module. Nothing here trains."""
