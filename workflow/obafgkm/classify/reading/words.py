"""Vocabularies: sets of words, written as one string."""

__all__ = ["vocabulary"]


def vocabulary(text):
    """The set of words in a string, separated by blanks."""
    return set(text.split())
