"""Configuration: schema, files and their documentation agree."""

import jsonschema
import pytest
import yaml
from conftest import ROOT

from obafgkm.workflow.configuration import SCHEMA, document, keys

CONFIG = ROOT / "config"
schema = yaml.safe_load(SCHEMA.read_text())


def load(name):
    return yaml.safe_load((CONFIG / name).read_text())


def merge(base, overlay):
    """What Snakemake makes of a configuration and an overlay."""
    merged = dict(base)
    for key, value in overlay.items():
        merged[key] = merge(base.get(key, {}), value) if isinstance(value, dict) else value
    return merged


@pytest.mark.parametrize("overlay", ["config", "mirror", "published", "bosz", "phoenix"])
def test_every_configuration_is_valid(overlay):
    jsonschema.validate(merge(load("config.yaml"), load(f"{overlay}.yaml")), schema)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sed": 1}, "sed"),
        ({"sharma": {"ann": {"epoch": 10}}}, "epoch"),
        ({"datasets": {"jhc": {"source": "simulate"}}}, "simulate"),
        ({"simulated_archives": {"fraction": 0}}, "fraction|0 is less"),
    ],
)
def test_a_wrong_key_or_value_is_named(change, message):
    with pytest.raises(jsonschema.ValidationError, match=message):
        jsonschema.validate(merge(load("config.yaml"), change), schema)


def test_every_key_has_a_description_and_its_default_is_that_of_the_default_file():
    config = load("config.yaml")
    for name, child in keys(schema, schema):
        assert child.get("description"), name
        if "properties" not in child:
            value = config
            for key in name.split("."):
                assert key in value, f"{name} is not in config.yaml"
                value = value[key]
            assert child["default"] == value, name


def test_the_page_of_the_configuration_is_up_to_date():
    assert (CONFIG / "README.md").read_text() == document(schema), (
        "run: .venv/bin/python -m obafgkm.workflow.configuration > config/README.md"
    )
