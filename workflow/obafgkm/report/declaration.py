"""What the paper shows: the declaration of its numbers, and the exhibits in its text.

The workflow asks this whenever it starts; so nothing here loads what only the gathering of numbers needs.
"""

import re
from pathlib import Path

from obafgkm.errors import PaperError
from obafgkm.report.schema import read_declared

__all__ = ["NETWORKS", "SCHEMA", "absent_sections", "exhibits", "read_declaration", "table_files"]

SCHEMA = Path(__file__).resolve().parents[2] / "schemas" / "numbers.schema.yaml"
NETWORKS = "science.csv"  # comparison of each network with the trivial answer to its task
_EXHIBIT = re.compile(r'"/?(results/[^"]+\.(?:pdf|csv))"')


def read_declaration(path):
    """Read and check the declaration of the paper's numbers, with inherited group settings.

    Returns
    -------
    dict
        ``formats``, ``settings``, ``numbers``, ``published``, ``words`` and ``lists``, each by name,
        ``software``, and ``sections``, the names of the optional ones.

    Raises
    ------
    PaperError
        If the file does not follow its schema, or two entries have the same name.
    """
    content = read_declared(path, SCHEMA, PaperError)
    declaration = {name: content[name] for name in ("formats", "software", "sections")}
    seen = set()
    for kind in ("settings", "numbers", "published", "words", "lists"):
        declaration[kind] = {}
        for group in content[kind]:
            common = {key: group[key] for key in group.keys() - {"names"}}
            for name, settings in group["names"].items():
                if name in seen:
                    raise PaperError(f"{path}: two entries are called '{name}'")
                seen.add(name)
                where = {**common.get("where", {}), **settings.get("where", {})}
                entry = {**common, **settings, **({"where": where} if where else {})}
                if entry.get("section", "") not in ("", *content["sections"]):
                    raise PaperError(
                        f"{path}, {name}: its section {entry['section']!r} is none of `sections`"
                    )
                if kind in ("settings", "numbers") and entry.get("format") not in content["formats"]:
                    raise PaperError(
                        f"{path}, {name}: its format {entry.get('format')!r} is none of `formats`"
                    )
                declaration[kind][name] = entry
    return declaration


def absent_sections(declaration, folder, made):
    """Names of the optional sections missing from a run, which does not make everything they rest on.

    Parameters
    ----------
    declaration : dict
        As from `read_declaration`.
    folder : path
        Source of the paper; a section is the file of its name there.
    made : iterable of str
        Paths of the run's products, ``results/...``.

    Returns
    -------
    tuple of str
    """
    made, absent = {str(path) for path in made}, []
    for section in declaration["sections"]:
        entries = [*declaration["numbers"].values(), *declaration["lists"].values()]
        needed = {f"results/{entry['file']}" for entry in entries if entry.get("section") == section}
        needed |= set(_EXHIBIT.findall((Path(folder) / f"{section}.typ").read_text()))
        if not needed <= made:
            absent.append(section)
    return tuple(absent)


def table_files(declaration, absent=()):
    """Paths below the results of the tables that the declaration rests on, each once."""
    entries = [*declaration["numbers"].values(), *declaration["lists"].values()]
    entries = [entry for entry in entries if entry.get("section") not in absent]
    files = [NETWORKS, *(entry["file"] for entry in entries)]
    return sorted({*files, *(entry["source"]["file"] for entry in entries if "source" in entry)})


def exhibits(folder, absent=()):
    """Paths of the figures and tables that the text shows, each once, without those of absent sections."""
    texts = [path.read_text() for path in sorted(Path(folder).glob("*.typ")) if path.stem not in absent]
    return sorted({path for text in texts for path in _EXHIBIT.findall(text)})
