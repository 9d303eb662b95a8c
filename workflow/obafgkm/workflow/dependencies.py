"""Checksum of the code and data of this library on which a script depends.

A workflow that tracks only the script's own text would keep results of an outdated library.
"""

import ast
import functools
import hashlib
from pathlib import Path

__all__ = ["checksum", "digest", "modules"]

_PACKAGE = Path(__file__).resolve().parents[1]


def modules(script):
    """Files of this library that a script imports, directly or indirectly, sorted by name.

    Parameters
    ----------
    script : path

    Returns
    -------
    list of Path
    """
    found, wanted = set(), set(_imports(Path(script)))
    while wanted:
        module = wanted.pop()
        if module not in found:
            found.add(module)
            wanted |= set(_imports(module))
    return sorted(found)


def digest(script):
    """Checksum over `script`, its modules, and the data files that lie beside or below them."""
    total = hashlib.sha256(checksum(script).encode())
    files = set(modules(script))
    for folder in {module.parent for module in files} - {_PACKAGE}:
        files |= _data(folder)
    for path in sorted(files):
        total.update(checksum(path).encode())
    return total.hexdigest()


@functools.cache
def _imports(path):
    """Files of this library that a Python file imports."""
    found = []
    for node in _statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == _PACKAGE.name:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        found += [file for name in names for file in _files(name)]
    return tuple(found)


def _statements(node):
    """Every statement below a node. To walk through expressions as well would take ten times as long."""
    for part in ("body", "orelse", "finalbody", "handlers", "cases"):
        for statement in getattr(node, part, ()):
            yield statement
            yield from _statements(statement)


@functools.cache
def _data(folder):
    """Files in or below a folder that are no code."""
    return frozenset(
        path for path in folder.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")
    )


def _files(name):
    """The file of a dotted name, and those of its parent packages; none if it is not part of this library."""
    parts = name.split(".")
    if parts[0] != _PACKAGE.name:
        return []
    stem = _PACKAGE.joinpath(*parts[1:])
    packages = [_PACKAGE.joinpath(*parts[1:depth], "__init__.py") for depth in range(2, len(parts) + 1)]
    return [path for path in (stem.with_suffix(".py"), *packages) if path.exists() and path != _PACKAGE]


@functools.cache
def checksum(path):
    """SHA-256 of a file's content."""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()
