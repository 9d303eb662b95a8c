"""Configuration: schema, files and their documentation agree."""

from copy import deepcopy

import jsonschema
import pytest
import yaml
from conftest import ROOT

from obafgkm.workflow.configuration import SCHEMA, contradictions, document, keys, misread, problems

CONFIG = ROOT / "config"
schema = yaml.safe_load(SCHEMA.read_text())


def load(name):
    return yaml.load((CONFIG / name).read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def merge(base, overlay):
    """What Snakemake makes of a configuration and an overlay."""
    merged = dict(base)
    for key, value in overlay.items():
        merged[key] = merge(base.get(key, {}), value) if isinstance(value, dict) else value
    return merged


@pytest.mark.parametrize("overlay", ["config", "mirror", "published", "rehearsal", "bosz", "phoenix"])
def test_every_configuration_is_valid(overlay):
    config = merge(load("config.yaml"), load(f"{overlay}.yaml"))
    assert problems(config) == []
    assert contradictions(config) == []


def switches(node):
    """A configuration with all its sizes, numbers and lists of them, made one."""
    if isinstance(node, dict):
        return {key: switches(child) for key, child in node.items()}
    if isinstance(node, list):
        kept = [switches(child) for child in node]
        return [child for child in kept if child != "size"] or "size"
    return "size" if isinstance(node, int | float) and not isinstance(node, bool) else node


def test_the_rehearsal_has_every_switch_of_the_published_run_and_other_sizes_only():
    published, rehearsal = switches(load("published.yaml")), switches(load("rehearsal.yaml"))
    assert rehearsal["archives"].pop("datasets") == "archives/datasets.csv"  # a shorter ELODIE
    assert (published["ledger"].pop("scale"), rehearsal["ledger"].pop("scale")) == ("published", "rehearsal")
    assert rehearsal == published


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sed": 1}, "sed"),
        ({"sharma": {"ann": {"epoch": 10}}}, "epoch"),
        ({"datasets": {"jhc": {"source": "simulate"}}}, "simulate"),
        ({"simulated_archives": {"fraction": 0}}, "fraction|0 is less"),
        ({"sharma": {"search": {"ann": {"space": {"optimiser": ["sgd"]}}}}}, "sgd"),
        ({"gebran": {"sweep": {"values": {"optimiser": ["sgd"]}}}}, "sgd"),
        ({"gebran": {"published": {"teff": {"optimiser": "sgd"}}}}, "sgd"),
        ({"gebran": {"rates": {"sgd": 0.1}}}, "sgd"),
        ({"gebran": {"sweep": {"values": {"batch": [16, 0]}}}}, "0 is less than"),
        ({"gebran": {"sweep": {"values": {"dropout": [1]}}}}, "1 is greater than"),
        ({"gebran": {"sweep": {"values": {"loss": ["msd"]}}}}, "msd"),
        ({"gebran": {"sweep": {"values": {"activation": [1]}}}}, "1 is not one of"),
        ({"gebran": {"sweep": {"values": {"bach": [16]}}}}, "bach"),
        ({"gebran": {"a_stars": {"databases": {"TDB1/../x": 500}}}}, "TDB1/../x"),
        ({"sharma": {"ann": {"activation": "rellu"}}}, "rellu"),
        ({"sharma": {"cnn": {"activation": ""}}}, "'' is not one of"),
        ({"sharma": {"search": {"ann": {"space": {"initialiser": ["he"]}}}}}, "'he' is not one of"),
        ({"gebran": {"sweep": {"values": {"activation": ["rellu"]}}}}, "rellu"),
        ({"csepreghy": {"cnn": {"activation": "rellu"}}}, "rellu"),
        ({"csepreghy": {"cnn": {"convolutions": [[4, 0]]}}}, "0 is less than"),
        ({"csepreghy": {"surveys": {"cnn": {"convolutions": [[4]]}}}}, "too short"),
        ({"sharma": {"ann": {"neurons": []}}}, "should be non-empty"),
        ({"sharma": {"mlp_regressor": {"hidden_layer_sizes": []}}}, "should be non-empty"),
        ({"csepreghy": {"search": {"space": {"kernels": []}}}}, "should be non-empty"),
        ({"sdss": {"csepreghy": {"spectra": {"QSO": 0}}}}, "0 is less than"),
        ({"sdss": {"skyserver": "http://{x}/"}}, "does not match"),
        ({"sdss": {"sas": "/archives/sas"}}, "does not match"),
    ],
)
def test_a_wrong_key_or_value_is_named(change, message):
    with pytest.raises(jsonschema.ValidationError, match=message):
        jsonschema.validate(merge(load("config.yaml"), change), schema)


def numbers(node, path=()):
    """Where each number of a configuration stands."""
    if isinstance(node, dict | list):
        for key, child in node.items() if isinstance(node, dict) else enumerate(node):
            yield from numbers(child, (*path, key))
    elif isinstance(node, int | float) and not isinstance(node, bool):
        yield path


def refused(config, paths, value):
    """Which of these places are refused when this value stands there."""
    changed = deepcopy(config)
    for path in paths:
        place = changed
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
    errors = jsonschema.Draft202012Validator(schema).iter_errors(changed)
    return {tuple(error.absolute_path) for error in errors}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_every_number_must_be_one(value):
    """NaN meets any bound of a schema, and infinity most."""
    config = merge(load("config.yaml"), load("published.yaml"))
    paths = set(numbers(config))
    assert len(paths) > 200
    assert refused(config, paths, value) >= paths


def test_the_key_is_named():
    config = load("config.yaml")
    config["hammer"]["slide"]["learning_rate"] = float("nan")
    with pytest.raises(
        jsonschema.ValidationError, match=r"(?s)nan.*\['hammer'\]\['slide'\]\['learning_rate'\]"
    ):
        jsonschema.validate(config, schema)


@pytest.mark.parametrize(
    ("seed", "right"), [(4_000_000_000, True), (2**32, False), (-1, False), (0.5, False)]
)
def test_seeds_are_those_that_keras_takes(seed, right):
    assert (refused(load("config.yaml"), [("seed",)], seed) == set()) is right


@pytest.mark.parametrize("rate", [0, -0.001, 1.5])
def test_learning_rates_lie_between_zero_and_one(rate):
    config = load("config.yaml")
    paths = {path for path in numbers(config) if {"learning_rate", "learning_rates"} & set(path)}
    assert len(paths) > 10
    assert refused(config, paths, rate) >= paths


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


def test_no_comma_cuts_a_description_short():
    """In ``{description: a, b}`` YAML takes ``b`` for a key without a value."""

    def valueless(node, path):
        pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for key, value in pairs:
            if value is None and isinstance(node, dict) and "default" not in path:
                yield f"{path}/{key}"
            yield from valueless(value, f"{path}/{key}")

    for path in SCHEMA.parent.glob("*.yaml"):
        assert not [*valueless(yaml.safe_load(path.read_text()), path.stem)]


def test_the_page_of_the_configuration_is_up_to_date():
    assert (CONFIG / "README.md").read_text() == document(schema), (
        "run: .venv/bin/python -m obafgkm.workflow.configuration > config/README.md"
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"sed": 1}, "configuration: Additional properties are not allowed ('sed' was unexpected)"),
        ({"seed": 1.0}, "seed: 1.0 is not of type 'integer'"),
        ({"sharma": {"ann": {"epochs": 1e3}}}, "sharma.ann.epochs: 1000.0 is not of type 'integer'"),
        ({"seed": float("nan")}, "seed: nan is no number"),
        (
            {"hammer": {"slide": {"batch": "200"}}},
            "hammer.slide.batch: '200' is not of type 'integer'; within braces",
        ),
        ({"sharma": 5}, "sharma: 5 is not of type 'object'"),
    ],
)
def test_a_refused_key_is_named_in_a_sentence(change, sentence):
    config = load("config.yaml")
    config = config | change if change == {"sharma": 5} else merge(config, change)
    (problem,) = problems(config)
    assert problem.startswith(sentence)
    assert len(problem) < 500  # without the schema


def grid(**changes):
    return {"model_grids": {"grids": {"a_stars": changes}}}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"homogenise": {"first": 7000}}, "homogenise: no grid from 7000 to 6799"),
        ({"homogenise": {"step": 1e9}}, "homogenise: no grid"),
        ({"homogenise": {"unity_at": 9000}}, "homogenise.unity_at: 9000"),
        ({"hammer": {"slide": {"neurons": [16]}}}, "hammer.slide: 1 layers of neurons, but 2"),
        (
            {"hammer": {"search": {"space": {"layers": [4, 2]}}}},
            "hammer.search.space.layers: 4 to 2 is no range",
        ),
        (
            {"gebran": {"a_stars": {"ranges": {"teff": [9000, 8000]}}}},
            "gebran.a_stars.ranges.teff: 9000 to 8000",
        ),
        (
            {"gebran": {"a_stars": {"ranges": {"teff": [7000, 20000]}}}},
            "gebran.a_stars.ranges.teff: 7000 to 20000",
        ),
        ({"gebran": {"fgk_stars": {"pixels": 9000}}}, "gebran.fgk_stars: wavelengths 5000 to 5449.95"),
        (
            {"gebran": {"sweep": {"database": "TDB7"}}},
            "gebran.sweep.database: TDB7 is none of TDB1, TDB2, TDB3",
        ),
        ({"saldic": {"spectra": {"wave": [5050, 5400]}}}, "saldic.spectra.wave: 5050 to 5400 are not within"),
        (grid(teff=[7000, 7000, 11000]), "model_grids.grids.a_stars.teff: [7000, 7000, 11000] does not"),
        (grid(feh=[1.5, 0, -1.5]), "model_grids.grids.a_stars.feh: [1.5, 0, -1.5] does not increase"),
        (grid(lowest_logg=[[9000, 2], [7000, 1]]), "model_grids.grids.a_stars.lowest_logg"),
        (grid(highest_logg=1), "model_grids.grids.a_stars.highest_logg: 1 is not above the lowest, 2"),
        (grid(step=1e6), "model_grids.grids.a_stars.step: 0 pixels"),
        ({"hammer": {"ablation": {"networks": ["all"]}}}, "hammer.ablation.networks: without photometry,"),
        (
            {"hammer": {"search": {"space": {"dropout": [0, 0.6, 0]}}}},
            "hammer.search.space.dropout: 0",
        ),
        (
            {"hammer": {"search": {"space": {"neurons": [64, 16, 16]}}}},
            "hammer.search.space.neurons: 64",
        ),
        ({"csepreghy": {"search": {"space": {"pool": [4, 2]}}}}, "csepreghy.search.space.pool: 4 to 2 is no"),
        ({"csepreghy": {"surveys": {"shares": [0.5]}}}, "csepreghy.surveys.shares: the last is 0.5"),
        (
            {"saldic": {"spectra": {"pixels": 400, "down_sample": 1000}}},
            "saldic.spectra.down_sample:",
        ),
        (
            {"saldic": {"split": {"region": {"teff": [1, 2]}}}},
            "saldic.split.region.teff: no node",
        ),
        ({"hammer": {"fraction": 1e-7}}, "hammer.fraction: leaves 0 rows"),
        ({"gebran": {"a_stars": {"ranges": {"vsini": [-100, 300]}}}}, "gebran.a_stars.ranges.vsini: -100"),
        ({"gebran": {"a_stars": {"ranges": {"logg": [0, 5]}}}}, "gebran.a_stars.ranges.logg: 0 to 5 are not"),
        ({"gebran": {"shown": "nowhere"}}, "gebran.shown: nowhere is none of TDB1_plain"),
        ({"model_grids": {"lines": "vald.txt"}}, "model_grids.lines: vald.txt is not used"),
        ({"model_grids": {"atmospheres": "atlas9"}}, "model_grids.atmospheres: atlas9 is not used"),
    ],
)
def test_keys_that_contradict_one_another_are_named(change, sentence):
    config = merge(load("config.yaml"), change)
    assert problems(config) == []
    assert contradictions(config)[0].startswith(sentence)


def test_a_key_that_is_given_twice_is_named(tmp_path):
    path = tmp_path / "twice.yaml"
    path.write_text("seed: 1\nsharma:\n  ann: {epochs: 1}\n  ann: {batch: 2}\nseed: 2\n")
    assert misread(path) == [
        f"{path}, line 5: 'seed' is given a second time",
        f"{path}, line 4: 'ann' is given a second time",
    ]
    assert [what for file in CONFIG.glob("*.yaml") for what in misread(file)] == []


@pytest.mark.parametrize(
    ("text", "value"), [("1:30", "1:30"), ("1:30.5", "1:30.5"), ("012", "012"), ("[1, -010]", "-010")]
)
def test_numbers_that_yaml_takes_for_others_are_named(tmp_path, text, value):
    path = tmp_path / "odd.yaml"
    path.write_text(f"# é\nseed: {text}\n", encoding="utf-8")
    assert misread(path) == [f"{path}, line 2: {value} is not read as a decimal number"]


@pytest.mark.parametrize(
    "text", ["0", "0.5", "1e-3", "-0.0", "00.5", "'1:30'", "a:b", "12_000", "2026-01-30"]
)
def test_numbers_are_read_as_they_look(tmp_path, text):
    path = tmp_path / "right.yaml"
    path.write_text(f"seed: {text}\n")
    assert misread(path) == []
