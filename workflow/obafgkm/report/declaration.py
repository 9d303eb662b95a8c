"""What the paper shows: the declaration of its numbers, and the exhibits in its text.

The workflow asks this whenever it starts; so nothing here loads what only the gathering of numbers needs.
"""

import re
from pathlib import Path

from obafgkm.errors import PaperError
from obafgkm.report.schema import read_declared

__all__ = ["NETWORKS", "SCHEMA", "exhibits", "read_declaration", "table_files"]

SCHEMA = Path(__file__).resolve().parents[2] / "schemas" / "numbers.schema.yaml"
NETWORKS = "science.csv"  # comparison of each network with the trivial answer to its task
_EXHIBIT = re.compile(r'"/?(results/[^"]+\.(?:pdf|csv))"')


def read_declaration(path):
    """Read and check the declaration of the paper's numbers, with inherited group settings.

    Returns
    -------
    dict
        ``formats``, ``settings``, ``numbers``, ``published``, ``words`` and ``lists``, each by name, and
        ``software``.

    Raises
    ------
    PaperError
        If the file does not follow its schema, or two entries have the same name.
    """
    content = read_declared(path, SCHEMA, PaperError)
    declaration = {"formats": content["formats"], "software": content["software"]}
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
                if kind in ("settings", "numbers") and entry.get("format") not in content["formats"]:
                    raise PaperError(
                        f"{path}, {name}: its format {entry.get('format')!r} is none of `formats`"
                    )
                declaration[kind][name] = entry
    return declaration


def table_files(declaration):
    """Distinct paths, below the results, of the tables used by the declaration."""
    entries = [*declaration["numbers"].values(), *declaration["lists"].values()]
    files = [NETWORKS, *(entry["file"] for entry in entries)]
    return sorted({*files, *(entry["source"]["file"] for entry in entries if "source" in entry)})


def exhibits(folder):
    """Distinct paths of the figures and tables shown in the text."""
    texts = [path.read_text() for path in sorted(Path(folder).glob("*.typ"))]
    return sorted({path for text in texts for path in _EXHIBIT.findall(text)})
