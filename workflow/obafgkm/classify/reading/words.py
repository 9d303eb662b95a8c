"""Vocabularies: sets of words, written as one text."""

__all__ = ["vocabulary"]


def vocabulary(text):
    """The words of a text that blanks separate, as a set."""
    return set(text.split())
