"""Documentation of the configuration, generated from its schema.

``python -m obafgkm.workflow.configuration`` prints ``config/README.md``.
"""

import json
import sys
from pathlib import Path

import yaml

__all__ = ["SCHEMA", "document", "keys"]

SCHEMA = Path(__file__).resolve().parents[2] / "schemas" / "config.schema.yaml"


def document(schema):
    """Markdown page with type, unit, default and meaning of every key of a JSON schema."""
    lines = [
        "# Configuration",
        "",
        "<!-- Written from the schema by: python -m obafgkm.workflow.configuration -->",
        "",
        "| file | what |",
        "|---|---|",
        "| `config.yaml` | the default: simulated archives, no network, minutes on two cores |",
        "| `mirror.yaml` | overlay: real archives from a local directory, whatever it holds |",
        "| `published.yaml` | overlay: real archives from their services, the documents' own sizes |",
        "| `rehearsal.yaml` | overlay: all that `published.yaml` sets, tiny: `python3 make.py rehearse` |",
        "| `bosz.yaml`, `phoenix.yaml` | overlays: published grids of synthetic spectra, downloaded |",
        "| `datasets.csv` | every dataset: addresses, licence, citation |",
        "| `checksums.txt` | checksums of the archives' own files |",
        "",
        "An overlay changes what it names: `snakemake --configfile config/mirror.yaml`. A key that the",
        "schema does not know is an error.",
        "",
        "| key | type | unit | default | meaning |",
        "|---|---|---|---|---|",
        *_rows(schema, schema),
    ]
    return "\n".join(lines) + "\n"


def _rows(node, schema):
    """One table row per key, depth first."""
    for name, child in keys(node, schema):
        if "properties" in child:
            yield f"| **`{name}`** | | | | {_text(child)} |"
        else:
            default = json.dumps(child["default"])
            yield f"| `{name}` | {_type(child)} | {child.get('unit', '')} | `{default}` | {_text(child)} |"


def keys(node, schema, prefix="", defaults=None):
    """Every key below a node of a JSON schema with its description, depth first.

    Yields
    ------
    name : str
        Dotted, as in ``sharma.ann.epochs``.
    description : dict
        With references resolved; the default of a key may be given in that of its section.
    """
    for key, child in node["properties"].items():
        child = {**_resolve(child, schema), **child, **({"default": defaults[key]} if defaults else {})}
        yield f"{prefix}{key}", child
        if "properties" in child:
            yield from keys(child, schema, f"{prefix}{key}.", child.get("default"))


def _resolve(child, schema):
    """The target of ``$ref`` within the schema."""
    return schema["$defs"][child["$ref"].rsplit("/", 1)[1]] if "$ref" in child else {}


def _type(child):
    """A key's type in words, with its bounds."""
    if "enum" in child:
        return "one of " + ", ".join(f"`{value}`" for value in child["enum"])
    kind = child["type"] if isinstance(child["type"], str) else " or ".join(child["type"])
    signs = {"minimum": "≥", "exclusiveMinimum": ">", "maximum": "≤", "exclusiveMaximum": "<"}
    bounds = [f"{sign} {child[key]:g}" for key, sign in signs.items() if key in child]
    return ", ".join([kind, *bounds])


def _text(child):
    """The description on one line."""
    return " ".join(child.get("description", "").split())


if __name__ == "__main__":
    sys.stdout.write(document(yaml.safe_load(SCHEMA.read_text())))
