"""Sharma et al. 2020: MK types of stars."""
