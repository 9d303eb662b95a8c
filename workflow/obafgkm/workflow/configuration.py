"""The configuration: its documentation, generated from its schema, and what is wrong with one, in sentences.

``python -m obafgkm.workflow.configuration`` prints ``config/README.md``.
"""

import fnmatch
import json
import math
import re
import sys
import textwrap
from itertools import pairwise
from pathlib import Path

import jsonschema
import yaml

__all__ = ["SCHEMA", "contradictions", "document", "keys", "misread", "problems"]

SCHEMA = Path(__file__).resolve().parents[2] / "schemas" / "config.schema.yaml"

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast as the other
# JSON takes 1.0 for an integer; the generators of random numbers do not.
_VALIDATOR = jsonschema.validators.extend(
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)
# Pairs of a first and a last value, wherever they stand.
_RANGES = ("*.wave", "*.ranges.*", "*.region.*", "*.principal.snr", "synthetic_gap.spectra.teff",
           "synthetic_gap.spectra.feh", "hammer.search.space.layers")  # fmt: skip
# Pairs that may be equal, and triples of a first and a last value and a step.
_SPANS = tuple(f"csepreghy.search.space.{name}" for name in ("convolutions", "dense", "pool"))
_SERIES = ("hammer.search.space.neurons", "hammer.search.space.dropout")
_NOT_DECIMAL = re.compile(r":|^[-+]?0[\d_]+$")
_LIGHT = 299792.458  # km/s
_FEWEST = 100  # pixels of a spectrum
_COMPARED = ("all", "photometry")  # sets of features whose networks the paper compares
_LAYERS = ("hammer.slide", "hammer.tuned")  # networks with one dropout for each layer


def problems(config):
    """What the schema refuses in a configuration.

    Parameters
    ----------
    config : dict

    Returns
    -------
    list of str
        A sentence for each key.
    """
    validator = _VALIDATOR(yaml.load(SCHEMA.read_text(encoding="utf-8"), _LOADER))
    found = {}
    for error in validator.iter_errors(config):
        found.setdefault(".".join(map(str, error.absolute_path)) or "configuration", _refused(error))
    return [f"{key}: {sentence}" for key, sentence in found.items()]


def _refused(error):
    """Why a value is refused."""
    value = error.instance
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value} is no number"
    sentence = textwrap.shorten(error.message, 300, placeholder=" ...")
    if isinstance(value, str) and re.fullmatch(r"[-+]?[\d.]+(e[-+]?\d+)?|true|false|null|\[.*\]", value):
        sentence += (
            "; within braces, --config takes all values as text: write them to a file for --configfile"
        )
    return sentence


def misread(path):
    """What readers of a YAML file silently take for something else than it looks like.

    Of a key that is given twice they take the last; 1:30 is 90 to them, and 012 is 10.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    list of str
        A sentence for each.
    """
    if not Path(path).is_file():  # an address, from which Snakemake can also read a configuration
        return []
    with open(path, encoding="utf-8") as file:
        tree = yaml.compose(file, _LOADER)
    return list(_misread(tree, path))


def _misread(node, path):
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                yield f"{path}, line {key.start_mark.line + 1}: '{key.value}' is given a second time"
            seen.add(key.value)
        for _, child in node.value:
            yield from _misread(child, path)
    elif isinstance(node, yaml.SequenceNode):
        for child in node.value:
            yield from _misread(child, path)
    elif node and node.tag.endswith((":int", ":float")) and _NOT_DECIMAL.search(node.value):
        yield f"{path}, line {node.start_mark.line + 1}: {node.value} is not read as a decimal number"


def contradictions(config):
    """Values of a valid configuration that cannot go together, which no schema can express.

    Parameters
    ----------
    config : dict

    Returns
    -------
    list of str
        A sentence for each, with the keys and their values.
    """
    values = dict(_leaves(config))
    found = [
        f"{key}: {value[0]} to {value[1]} is no range"
        for key, value in values.items()
        if any(fnmatch.fnmatchcase(key, pattern) for pattern in _RANGES) and not value[0] < value[1]
    ]
    found += [
        f"{key}: {value[0]} to {value[1]} in steps of {value[2]} is no series"
        for key in _SERIES
        if not ((value := values[key])[0] <= value[1] and value[2] > 0)
    ]
    found += [
        f"{key}: {value[0]} to {value[1]} is no range"
        for key in _SPANS
        if not (value := values[key])[0] <= value[1]
    ]
    for network in _LAYERS:
        counts = [len(values[f"{network}.{name}"]) for name in ("neurons", "dropout")]
        if counts[0] != counts[1]:
            found.append(f"{network}: {counts[0]} layers of neurons, but {counts[1]} values of dropout")
    if absent := [name for name in _COMPARED if name not in values["hammer.ablation.networks"]]:
        found.append(f"hammer.ablation.networks: without {' and '.join(absent)}, which the paper compares")
    for name, grid in config["model_grids"]["grids"].items():
        found += _disorder(f"model_grids.grids.{name}", grid)
    for name in ("model_grids.lines", "model_grids.atmospheres"):
        if values[name] != "own" and "synthesised" not in config["model_grids"]["sources"].values():
            found.append(f"{name}: {values[name]} is not used: model_grids.sources synthesises no grid")
    first, last, step, unity = (
        values[f"homogenise.{name}"] for name in ("first", "last", "step", "unity_at")
    )
    if not first + step <= last:
        found.append(f"homogenise: no grid from {first} to {last} Å in steps of {step} Å")
    elif not first <= unity <= last:
        found.append(f"homogenise.unity_at: {unity} Å is not between {first} and {last} Å")
    return found + list(_outside_grids(config)) + list(_too_few(config, values))


def _too_few(config, values):
    """Samples without spectra, pixels or complete shares."""
    pixels = values["saldic.spectra.pixels"] // values["saldic.spectra.down_sample"]
    if pixels < _FEWEST:
        yield f"saldic.spectra.down_sample: leaves {pixels} pixels; {_FEWEST} at least are needed"
    rows = sum(config["hammer"]["counts"].values()) * values["hammer.fraction"]
    if rows < _FEWEST:
        yield f"hammer.fraction: leaves {rows:.0f} rows of hammer.counts; {_FEWEST} at least are needed"
    for key in ("csepreghy.surveys.shares", "csepreghy.surveys.simulated_shares"):
        if values[key][-1] != 1:
            yield f"{key}: the last is {values[key][-1]}, not 1"


def _disorder(name, grid):
    """Nodes of a grid of spectra that are not in order, or too few."""
    gravities = [logg for _, logg in grid["lowest_logg"]]
    columns = {"teff": grid["teff"], "feh": grid["feh"], "lowest_logg": [t for t, _ in grid["lowest_logg"]]}
    for key, values in columns.items():
        if any(second <= first for first, second in pairwise(values)):
            yield f"{name}.{key}: {grid[key]} does not increase"
    if max(gravities) >= grid["highest_logg"]:
        yield f"{name}.highest_logg: {grid['highest_logg']} is not above the lowest, {max(gravities)}"
    pixels = math.log(grid["wave"][1] / grid["wave"][0]) * _LIGHT / grid["step"]
    if 0 < pixels < _FEWEST:  # not of a range that is none, see `_RANGES`
        yield f"{name}.step: {pixels:.0f} pixels of {grid['step']} km/s; {_FEWEST} at least are needed"


def _outside_grids(config):
    """Samples of spectra outside the grid from which they are drawn, and unknown databases."""
    grids, gebran = config["model_grids"]["grids"], config["gebran"]
    spans = {f"gebran.{name}": (gebran[name], grids[name]) for name in ("a_stars", "fgk_stars")}
    for name, (own, grid) in spans.items():
        wave = [own["first"], own["first"] + own["step"] * (own["pixels"] - 1)]
        yield from _outside(f"{name}: wavelengths", wave, grid["wave"])
        yield from _outside(f"{name}.ranges.teff:", own["ranges"]["teff"], _ends(grid["teff"]))
        yield from _outside(f"{name}.ranges.feh:", own["ranges"]["feh"], _ends(grid["feh"]))
        yield from _outside(f"{name}.ranges.logg:", own["ranges"]["logg"], _ends(_nodes(grid, "logg")))
        if (low := own["ranges"]["vsini"][0]) < 0:
            yield f"{name}.ranges.vsini: {low} km/s is negative"
    for key, (low, high) in config["saldic"]["split"]["region"].items():
        first, last = _ends(_nodes(grids["saldic"], key))
        if not (low <= last and high >= first):
            yield f"saldic.split.region.{key}: no node from {low} to {high} in the grid, {first} to {last}"
    yield from _outside("saldic.spectra.wave:", config["saldic"]["spectra"]["wave"], grids["saldic"]["wave"])
    known = gebran["a_stars"]["databases"]
    if (name := gebran["sweep"]["database"]) not in known:
        yield f"gebran.sweep.database: {name} is none of {', '.join(known)}"
    shown = [f"{name}_{way}" for name in known for way in ("plain", "augmented")]
    shown += [f"{name}_plain" for name in gebran["fgk_stars"]["databases"]]
    if (name := gebran["shown"]) not in shown:
        yield f"gebran.shown: {name} is none of {', '.join(shown)}"


def _nodes(grid, key):
    """The values of a parameter at the nodes of a grid."""
    if key == "logg":
        return [*(logg for _, logg in grid["lowest_logg"]), grid["highest_logg"]]
    return grid[key]


def _ends(values):
    return min(values), max(values)


def _outside(what, span, grid):
    if not grid[0] <= span[0] <= span[1] <= grid[1]:
        yield f"{what} {span[0]:g} to {span[1]:g} are not within the grid, {grid[0]:g} to {grid[1]:g}"


def _leaves(node, prefix=""):
    """Every key that is not a section, dotted, with its value."""
    for key, child in node.items():
        if isinstance(child, dict):
            yield from _leaves(child, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", child


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
        "| `documents.yaml` | the five documents: authors, titles, where to find them |",
        "| `claims.yaml` | every number that the documents print, and the table cell compared with it |",
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
    sys.stdout.write(document(yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))))
