"""Search the CNN's hyper-parameters, and train the mixed-input network on samples of growing size."""

from pathlib import Path

from obafgkm.documents.csepreghy.sample import drawn
from obafgkm.evaluation.trivial import compare_classes
from obafgkm.spectra import Spectra
from obafgkm.training.trials import run_trials, start_anew
from obafgkm.workflow.job import foundation, job


def study_sizes(sample, config, smoothings, seed, fit, path, foundation):
    """Accuracy against size and smoothing.

    Returns
    -------
    DataFrame
        ``size`` (training, validation and test spectra together), ``smoothing``, ``validation_accuracy`` (of
        the best epoch, as in the thesis), ``test_spectra``, ``test_accuracy``, and the columns of a
        `obafgkm.evaluation.trivial.Comparison`.
    """
    from obafgkm.documents.csepreghy.classifier import train_classifier
    from obafgkm.training.engine import schedule

    settings = {key: config["mixed"][key] for key in ("learning_rate",)}

    def evaluate(trial):
        part = sample.select(drawn(sample.labels, trial["size"], seed))
        run = {"network": "mixed", "task": "class", "smoothing": trial["smoothing"]}
        best = {}

        def train(model, x, y, held_out):
            model, history = fit(
                model,
                x[~held_out],
                y[~held_out],
                (x[held_out], y[held_out]),
                **schedule(trial),
                monitor="val_accuracy",
                seed=seed,
                checkpoint=Path(path).with_suffix(".checkpoint"),
            )
            best["validation_accuracy"] = float(history["val_accuracy"].max())
            return model

        classifier = train_classifier(part, run, settings, train, binning=trial["binning"], seed=seed)
        tested = classifier.predictions(part.select((part.labels["part"] == "test").to_numpy()))
        compared = compare_classes(tested["expected"], tested["predicted"], tested["star"])
        scores = {"test_spectra": len(tested), "test_accuracy": compared.ours}
        return {**best, **scores, **compared.columns()}

    sizes = sorted({min(size, len(sample)) for size in config["sizes"]["spectra"]})
    fixed = {"epochs": config["sizes"]["epochs"], "batch": config["mixed"]["batch"]}
    fixed |= {"binning": config["binning"], "seed": seed}
    trials = [{"size": size, "smoothing": smoothing, **fixed} for smoothing in smoothings for size in sizes]
    return run_trials(dict(enumerate(trials)), evaluate, path, foundation)


if __name__ == "__main__":
    with job(snakemake):
        from obafgkm.documents.csepreghy.search import search_cnn
        from obafgkm.training import backend, engine

        params, output = snakemake.params, snakemake.output
        backend.set_up_backend(params.seed, snakemake.threads)
        sample, config = Spectra.read(snakemake.input.sample), params.config
        few = sample.select(
            (sample.labels["part"] != "test").to_numpy()
            & drawn(sample.labels, config["search"]["spectra"] / (1 - config["test"]), params.seed)
        )
        folder, rests_on = Path(output.search).with_suffix(".tuner"), foundation(snakemake)
        start_anew(folder, rests_on)
        trials = search_cnn(
            few, config["search"], config["cnn"]["dropout"], config["binning"], params.seed, folder
        )
        trials.assign(source=sample.source).to_csv(output.search, index=False)
        path = Path(output.sizes).with_suffix(".jsonl")
        sizes = study_sizes(sample, config, [0, config["smoothing"]], params.seed, engine.fit, path, rests_on)
        sizes.assign(source=sample.source).to_csv(output.sizes, index=False)
