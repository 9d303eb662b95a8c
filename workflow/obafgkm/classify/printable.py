"""Texts of strangers, such as names of files and of stars, as they can be printed and written safely."""

import re

__all__ = ["printable", "spreadsheet_cell"]

_FORMULA = re.compile(r"[=+\-@]")  # a spreadsheet may run a cell that begins so


def printable(text):
    """A text without control characters, which would break lines or steer a terminal.

    They are written as in Python: ``\\n``, ``\\x1b``; bytes of a file name that are no text as ``\\xff``.
    """
    return text if text.isprintable() else "".join(map(_escaped, text))


def spreadsheet_cell(text):
    """A text as a cell of CSV: printable, with an apostrophe before what would be taken for a formula."""
    return f"'{printable(text)}" if _FORMULA.match(text) else printable(text)


def _escaped(character):
    if character.isprintable():
        return character
    if "\udc80" <= character <= "\udcff":  # how Python carries a byte that is no text
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
