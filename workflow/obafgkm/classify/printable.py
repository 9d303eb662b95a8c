"""Untrusted text, such as names of files and stars, made safe for printing and writing."""

import re

__all__ = ["printable", "shortened", "spreadsheet_cell"]

_FORMULA = re.compile(r"[=+\-@]")  # a spreadsheet may execute a cell that begins with these

_LONGEST, _BEGINNING, _END = 1000, 600, 200  # characters


def printable(text):
    """Text without control characters, which would break lines or control a terminal.

    They are escaped as in Python: ``\\n``, ``\\x1b``; undecodable bytes of a file name as ``\\xff``.
    """
    return text if text.isprintable() else "".join(map(_escaped, text))


def shortened(text):
    """Text of a file in a message or a table: of a long one, the beginning and the end."""
    return text if len(text) <= _LONGEST else f"{text[:_BEGINNING]} … {text[-_END:]}"


def spreadsheet_cell(text):
    """Text as a cell of CSV: printable, with an apostrophe before anything that looks like a formula."""
    return f"'{printable(text)}" if _FORMULA.match(text) else printable(text)


def _escaped(character):
    if character.isprintable():
        return character
    if "\udc80" <= character <= "\udcff":  # how Python represents an undecodable byte
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
