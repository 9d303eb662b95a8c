"""Configuration: schema, files and their documentation agree."""

from pathlib import Path

import jsonschema
import pytest
import yaml

from obafgkm.configuration import SCHEMA, document

CONFIG = Path(__file__).parents[2] / "config"
schema = yaml.safe_load(SCHEMA.read_text())


def load(name):
    return yaml.safe_load((CONFIG / name).read_text())


def merge(base, overlay):
    """What Snakemake makes of a configuration and an overlay."""
    merged = dict(base)
    for key, value in overlay.items():
        merged[key] = merge(base.get(key, {}), value) if isinstance(value, dict) else value
    return merged


def leaves(node, prefix=""):
    """Every key of a schema that holds a value, with its description."""
    for key, child in node["properties"].items():
        child = {**(schema["$defs"][child["$ref"].rsplit("/", 1)[1]] if "$ref" in child else {}), **child}
        if "properties" in child:
            yield from leaves(child, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", child


@pytest.mark.parametrize("overlay", ["config.yaml", "mirror.yaml", "published.yaml"])
def test_every_configuration_is_valid(overlay):
    jsonschema.validate(merge(load("config.yaml"), load(overlay)), schema)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sed": 1}, "sed"),
        ({"sharma": {"ann": {"epoch": 10}}}, "epoch"),
        ({"datasets": {"jhc": {"source": "simulate"}}}, "simulate"),
        ({"simulation": {"fraction": 0}}, "fraction|0 is less"),
    ],
)
def test_a_wrong_key_or_value_is_named(change, message):
    with pytest.raises(jsonschema.ValidationError, match=message):
        jsonschema.validate(merge(load("config.yaml"), change), schema)


def test_every_key_has_a_description_and_a_default_and_stands_in_the_default_file():
    config = load("config.yaml")
    for name, child in leaves(schema):
        assert child.get("description"), name
        assert "default" in child, name
        value = config
        for key in name.split("."):
            assert key in value, f"{name} is not in config.yaml"
            value = value[key]


def test_the_page_of_the_configuration_is_up_to_date():
    assert (CONFIG / "README.md").read_text() == document(schema), (
        "run: .venv/bin/python -m obafgkm.configuration > config/README.md"
    )
