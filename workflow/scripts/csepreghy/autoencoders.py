"""Train the autoencoder for quasars (896 pixels) and that for all spectra (1,792 pixels)."""

from pathlib import Path

import numpy as np

from obafgkm.evaluation.trivial import add_to_card, compare_spectra
from obafgkm.spectra import Spectra
from obafgkm.workflow.job import job

SIZES = {"quasars": 896, "all": 1792}


def thinned(values, n_pixels):
    """Every fourth or second pixel, omitting every 25th of these, truncated, as in the thesis's code.

    Parameters
    ----------
    values : array (..., 3736)
    n_pixels : {896, 1792}

    Returns
    -------
    array (..., n_pixels)
    """
    values = values[..., :: 4 if n_pixels == 896 else 2]
    return values[..., np.arange(values.shape[-1]) % 25 != 0][..., :n_pixels]


def train_autoencoder(sample, n_pixels, settings, seed, threads, directory):
    """Train on the parts training and validation; reconstruct the test spectra.

    The card gives the explained fraction of the test spectra's variance about their mean.

    Returns
    -------
    dict of arrays
        ``name, label`` (n_test,), ``wave`` (n_pixels,), ``flux`` and ``reconstruction`` (n_test, n_pixels),
        ``latent`` (n_test, 14), ``error``: root mean square of the difference in standardised flux, and
        ``explained`` (): fraction of the variance of standardised flux about the mean test spectrum. Also
        ``components`` (n_test, 14 or fewer) and ``components_explained`` (): the same of principal components
        fitted to the spectra that the network is trained on.
    """
    import keras
    from sklearn.decomposition import PCA

    from obafgkm.documents.csepreghy.networks import build_autoencoder, encoder_of
    from obafgkm.training import record

    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    labels = sample.labels
    flux = thinned(sample.flux, n_pixels)
    part = labels["part"]
    train, test = (part == "training").to_numpy(), (part == "test").to_numpy()
    # Optionally normalised to equal power, because a few bright objects otherwise dominate the variance.
    power = np.sqrt((flux**2).mean(axis=1, keepdims=True)) if settings["scaled"] else np.ones((len(flux), 1))
    flux = flux / power
    mean, deviation = flux[train].mean(axis=0), flux[train].std(axis=0)
    # The final tanh is limited to 1, in the thesis one standard deviation, which bright objects exceed.
    x = ((flux - mean) / (settings["reach"] * deviation))[..., None]
    model = record.train_network(
        build_autoencoder(n_pixels, settings["filters"], settings["learning_rate"]),
        x[~test],
        x[~test],
        (part[~test] == "validation").to_numpy(),
        settings,
        monitor="val_loss",
        seed=seed,
        threads=threads,
        directory=directory,
        source=sample.source,
    )
    model.save(Path(directory) / "model.keras")
    reconstruction = model.predict(x[test], verbose=0)
    compared = compare_spectra(x[test], reconstruction, labels["star"][test])
    add_to_card(Path(directory) / "card.json", compared)
    missed = (reconstruction - x[test]) ** 2
    latent = encoder_of(model).predict(x[test], verbose=0)[..., 0]
    known, new = x[~test, :, 0], x[test, :, 0]
    components = PCA(min(latent.shape[1], *known.shape), random_state=seed).fit(known)
    coordinates = components.transform(new)
    linear = compare_spectra(new, components.inverse_transform(coordinates), labels["star"][test])
    return {
        "name": labels["name"][test].to_numpy(str),
        "label": labels["class"][test].to_numpy(str),
        "source": np.array(sample.source),
        "wave": thinned(sample.wave, n_pixels),
        "flux": flux[test] * power[test],
        "reconstruction": (reconstruction[..., 0] * settings["reach"] * deviation + mean) * power[test],
        "latent": latent,
        "components": coordinates,
        "error": settings["reach"] * np.sqrt(missed.mean(axis=(1, 2))),
        "explained": compared.ours,
        "components_explained": linear.ours,
    }


if __name__ == "__main__":
    with job(snakemake):
        from obafgkm.training.backend import set_up_backend

        params, output = snakemake.params, snakemake.output
        set_up_backend(params.seed, snakemake.threads)
        sample = Spectra.read(snakemake.input.sample)
        quasars = sample.select((sample.labels["class"] == "QSO").to_numpy())
        for name, spectra in {"quasars": quasars, "all": sample}.items():
            folder = Path(output[name]).parent
            result = train_autoencoder(
                spectra, SIZES[name], params.settings, params.seed, snakemake.threads, folder
            )
            np.savez(output[name], **result)
