"""The learning rate of Gebran et al. 2022: half of the one with which a network diverges."""

__all__ = ["half_the_diverging_rate"]


def half_the_diverging_rate(loss_after, highest, lowest=1e-6):
    """Halve a rate until a short training no longer diverges (section 4.1.4, after Bengio 2012).

    The steps of an adaptive optimiser are bounded, so that its loss seldom grows without end: a training has
    diverged, too, if it leaves the network no better than the best constant.

    Parameters
    ----------
    loss_after : callable
        Takes a learning rate, gives the loss after a short training over that of the best constant.
    highest, lowest : float
        First rate that is tried, and the one below which none is.

    Returns
    -------
    rate : float
        Half of the last one that diverged; `highest` if that does not; the last tried if all diverge.
    tried : list of dict
        ``learning_rate, relative_loss, diverged``, in the order of the trials.
    """
    tried, rate = [], highest
    while True:
        loss = loss_after(rate)
        diverged = not loss < 1  # NaN diverged as well
        tried.append({"learning_rate": rate, "relative_loss": loss, "diverged": diverged})
        if not diverged or rate / 2 < lowest:
            return rate, tried
        rate /= 2
