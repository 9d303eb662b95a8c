"""Networks that have learnt"""

import os

import pytest
from networks import DOCUMENTS, known_otherwise, networks, prediction_files, trained_models

NETWORKS = networks(os.environ["OBAFGKM_RUN"])
# Scales at which a run shows that it comes to its end, and no more.
REHEARSALS = {"rehearsal", "tiny"}
FEWEST, TOO_FEW = 30, "too few to tell"


def too_few(compared):
    """Whether a good network may well not be shown to be better on so few stars or galaxies.

    An accuracy can rise only on objects that the trivial answer gets wrong. Thirty objects are enough if that
    is half of them; if most objects are of one class, it takes more.
    """
    wrong = 1 - compared.trivial if compared.score == "accuracy" else 0.5
    return compared.groups * wrong < FEWEST / 2


@pytest.mark.parametrize("network", NETWORKS, ids=[network.label for network in NETWORKS])
def test_a_network_is_better_than_the_trivial_answer(network, record_property):
    compared = network.compare()
    about = {"document": network.document, "network": network.name, "task": network.task}
    record_property("comparison", (about, compared))
    if (scale := os.environ.get("OBAFGKM_SCALE")) in REHEARSALS:
        pytest.skip(f"at the scale {scale}, networks are trained too little to learn")
    if too_few(compared) and not compared.has_learnt and compared.gain_high >= 0:
        record_property("verdict", TOO_FEW)
        pytest.skip(f"{compared.groups} objects are too few to tell: {compared}")
    assert compared.has_learnt, f"{network.label}: {compared}"


@pytest.mark.parametrize("document", [document.__name__ for document in DOCUMENTS])
def test_a_document_that_trains_networks_has_some(document):
    assert document in {network.document for network in NETWORKS}


def test_no_trained_model_escapes(run):
    checked = {folder for network in NETWORKS for folder in network.models}
    assert set(trained_models(run)) == checked


def test_no_table_of_predictions_escapes(run):
    checked = {file for network in NETWORKS for file in network.files}
    assert {file for file in prediction_files(run) if not known_otherwise(file)} <= checked
