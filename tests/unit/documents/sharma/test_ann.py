"""The shallow network: how it is compiled."""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("backend")]


@pytest.mark.parametrize(
    ("optimiser", "rate"), [("adadelta", 1.0), ("adagrad", 0.01), ("nadam", 0.002), ("adam", 0.001)]
)
def test_every_network_has_the_learning_rate_of_the_papers_day(optimiser, rate):
    """The second one too: Keras numbers the names of optimisers within a process."""
    from obafgkm.documents.sharma.ann import build_ann

    for model in (build_ann(5, optimiser=optimiser), build_ann(5, optimiser=optimiser)):
        assert float(model.optimizer.learning_rate.numpy()) == pytest.approx(rate)
