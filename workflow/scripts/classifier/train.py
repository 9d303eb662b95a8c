"""Train the classifier without a library or a fold, and classify the left-out stars with it and its peers."""

from pathlib import Path

import numpy as np

from obafgkm.classify.conditions import Conditions, observe
from obafgkm.classify.held_out import held_out, training_stars
from obafgkm.classify.inputs import WAVE, lines_and_continuum, network_inputs
from obafgkm.classify.outliers import Outliers
from obafgkm.classify.parameters import PARAMETERS, from_outputs, targets
from obafgkm.classify.spectrum import Spectrum, signal_to_noise
from obafgkm.documents.sharma.estimators import build_estimator, predict_class, target
from obafgkm.errors import ArchiveFileError
from obafgkm.spectra import Spectra
from obafgkm.training.baselines import nearest_template
from obafgkm.workflow.job import job

# Outliers are defined relative to stars under varied conditions, but complete and without noise.
_INTACT = {"snr": np.inf, "missing": 0.0, "first": WAVE[0], "last": WAVE[-1]}
_PENALTIES = [1.0, 10.0, 100.0, 1000.0, 10_000.0]  # of the ridge regression
_FEWEST = 50  # training spectra with a catalogue value for which a stellar parameter is given


def all_conditions(n, settings, rng):
    """Names of conditions, and the conditions of n spectra."""
    yield "as observed", Conditions.fixed(n)
    yield "as in training", Conditions.draw(n, rng)
    yield "normalised", Conditions.fixed(n, is_normalised=True)
    for name, values in settings.items():
        for value in values:
            if name == "coverage":
                length = value * (WAVE[-1] - WAVE[0])
                first = WAVE[0] + rng.random(n) * (WAVE[-1] - WAVE[0] - length)
                yield f"coverage={value}", Conditions.fixed(n, first=first, last=first + length)
            else:
                yield f"{name}={value}", Conditions.fixed(n, **{name: float(value)})


def whole(flux):
    """Flux in units of its mean, with gaps set to that mean: input for a forest and templates."""
    return np.nan_to_num(flux / np.nanmean(np.abs(flux), axis=1, keepdims=True), nan=1.0).astype(np.float32)


def train_peers(clean, labels, params):
    """Peers of the classifier by name: functions of flux and lines, trained on `clean` spectra."""
    templates, classes = lines_and_continuum(clean)[0], labels["mk_class"].to_numpy()
    code = target("forest_regressor", labels)
    forest, of_lines = (
        build_estimator("forest_regressor", params["forest"], params["seed"], params["threads"]).fit(x, code)
        for x in (whole(clean), templates)
    )
    return {
        "forest": lambda flux, lines: predict_class("forest_regressor", forest, whole(flux)),
        "forest_lines": lambda flux, lines: predict_class("forest_regressor", of_lines, lines),
        "nearest": lambda flux, lines: nearest_template(templates, classes, lines),
    }


def train_ridge(inputs, labels):
    """Ridge regression of each stellar parameter on the networks' inputs: a function of such inputs.

    The penalty is chosen by generalised cross-validation. A parameter that few stars have gets NaN.
    """
    from sklearn.linear_model import RidgeCV

    fits = []
    for wanted in targets(labels[list(PARAMETERS)].to_numpy()).T:
        known = np.isfinite(wanted)
        fits.append(RidgeCV(_PENALTIES).fit(inputs[known], wanted[known]) if known.sum() >= _FEWEST else None)

    def answer(x):
        outputs = [np.full(len(x), np.nan) if fit is None else fit.predict(x) for fit in fits]
        return from_outputs(np.stack(outputs, axis=1))

    return answer


def on_grid(objects):
    """SDSS spectra on the classifier's grid; NaN and 0 for those with too few pixels."""
    flux, ivar = np.full((2, len(objects), WAVE.size), np.nan)
    ivar[:] = 0
    for i in range(len(objects)):
        own = Spectrum("", objects.wave, objects.flux[i], objects.ivar[i], objects.medium)
        try:
            flux[i], ivar[i] = own.on_grid(WAVE)
        except ArchiveFileError:
            continue
    return flux, ivar


def signal_to_noise_ratios(flux, ivar):
    """Median signal-to-noise ratio of each spectrum."""
    return [signal_to_noise(*pair) for pair in zip(flux, ivar, strict=True)]


def study(stars, objects, left_out, params, seed, directory):
    """All results of a classifier trained with some spectra left out.

    Returns
    -------
    dict of str to array
        ``held``: index of the left-out spectra. For each condition: probabilities of types and kinds and
        stellar parameters of the networks, predictions of the forests, of the nearest template and of ridge
        regression, outlier scores, signal-to-noise ratios. ``objects``: probabilities, outlier scores and
        signal-to-noise ratios of other objects. The networks' weights and the components for outliers.
    """
    from obafgkm.classify.ensemble import predict, train_kinds, train_member

    labels, settings = stars.labels, params["settings"]
    held, train = held_out(labels, left_out, settings["folds"], params["seed"])
    result = {"held": np.flatnonzero(held)}
    if left_out != "none" and not held.any():
        print(f"{left_out}: no spectra")
        return result
    fwhm, rng = labels["fwhm"].to_numpy(), np.random.default_rng(seed)
    flux, own, clean = training_stars(stars, train, rng)
    real = (own["library"] != "simulated").to_numpy()
    pairs = [
        train_member(flux, own, settings, seed=seed + k, checkpoint=directory / f"member{k}")
        for k in range(settings["members"])
    ]
    types, parameters = zip(*pairs, strict=True)
    kinds = [train_kinds(flux, own, settings, seed=seed, checkpoint=directory / "kinds")]
    drawn = Conditions.draw(real.sum(), rng)
    for name, value in _INTACT.items():
        setattr(drawn, name, np.full(real.sum(), value))
    seen = observe(flux[real], fwhm[train][real], drawn, rng)
    outliers = Outliers.of_stars(*seen, settings["components"])
    result |= {f"outliers {name}": value for name, value in vars(outliers).items()}
    for name, members in [
        ("weights", types),
        ("parameter_weights", parameters),
        ("kind_weights", kinds),
    ]:
        for k, member in enumerate(members):
            result |= {f"{name} {k} {i}": value for i, value in enumerate(member.get_weights())}

    if held.any():
        peers = train_peers(clean, own[real], params)
        linear = train_ridge(network_inputs(clean), own[real])
        enough = np.isfinite(targets(own[list(PARAMETERS)].to_numpy())).sum(0) >= _FEWEST
        for name, conditions in all_conditions(held.sum(), settings["conditions"], rng):
            seen = observe(stars.flux[held].astype(float), fwhm[held], conditions, rng)
            parts = lines_and_continuum(*seen)
            lines, inputs = parts[0], network_inputs(*seen, parts)
            result[f"network {name}"] = predict(types, inputs)
            result[f"parameters {name}"] = np.where(enough, predict(parameters, inputs), np.nan)
            result[f"ridge {name}"] = linear(inputs)
            result[f"kinds {name}"] = predict(kinds, inputs)[0]
            result[f"snr {name}"] = signal_to_noise_ratios(*seen)
            for peer, ask in peers.items():
                result[f"{peer} {name}"] = ask(seen[0], lines)
            result[f"outlier {name}"] = outliers.scores(*seen)
    if len(objects):
        seen = on_grid(objects)
        inputs = network_inputs(*seen)
        result["network objects"], result["kinds objects"] = predict(types, inputs), predict(kinds, inputs)[0]
        result["outlier objects"] = outliers.scores(*seen)
        result["snr objects"] = signal_to_noise_ratios(*seen)
    return result


if __name__ == "__main__":
    with job(snakemake):
        from obafgkm.training import backend

        params, left_out = snakemake.params, snakemake.wildcards.left_out
        backend.set_up_backend(params.seed, snakemake.threads)
        names = ["settings", "forest", "seed"]
        result = study(
            Spectra.read(snakemake.input.stars),
            Spectra.read(snakemake.input.objects),
            left_out,
            {name: getattr(params, name) for name in names} | {"threads": snakemake.threads},
            params.seed,
            Path(snakemake.output[0]).parent / f"{left_out}_checkpoints",
        )
        np.savez(snakemake.output[0], **result)
