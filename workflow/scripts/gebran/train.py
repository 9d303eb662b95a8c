"""Train the chosen networks of Gebran et al. 2022 on every database, beside the baselines."""

from pathlib import Path

import numpy as np
import pandas as pd

from obafgkm.documents.gebran.databases import PARAMETERS, SETS, TESTED, Database
from obafgkm.documents.gebran.sweep import Trainer, choose, take_part
from obafgkm.evaluation.intervals import error_columns
from obafgkm.evaluation.trivial import compare_values
from obafgkm.training.baselines import ridge
from obafgkm.training.trials import run_trials
from obafgkm.workflow.job import foundation, job


def list_trainings(table, settings, databases):
    """Every training: the configurations chosen on validation on every database, the others on the sweep's.

    Parameters
    ----------
    table : DataFrame
        The finished sweep.
    settings : dict
        The section `gebran` of the configuration.
    databases : dict of str to path

    Returns
    -------
    list of dict
        ``parameter, choice, database, learning_rate`` and hyper-parameters; those of one network graph follow
        each other.
    """
    swept, fixed = f"{settings['sweep']['database']}_plain", settings["sweep"]["fixed"]
    trainings = []
    for parameter in PARAMETERS:
        rows = table[table["parameter"] == parameter]
        choices = {
            "validation": (choose(rows, fixed, "noisy_validation"), list(databases)),
            "test": (choose(rows, fixed, "noisy_test"), [swept]),
            "paper": (settings["published"][parameter], [swept]),
        }
        for choice, (configuration, names) in choices.items():
            rate = {"learning_rate": settings["rates"][configuration["optimiser"]]}
            for name in names:
                fewer = settings["augmented_epochs"] if name.endswith("_augmented") else None
                epochs = {"epochs": fewer or configuration["epochs"]}
                own = {"parameter": parameter, "choice": choice, "database": name}
                trainings.append({**own, **configuration, **epochs, **rate})
    return trainings


def predict_baselines(database, column, strengths):
    """Predictions of ridge regression and of the nearest training spectrum, for every set."""
    from sklearn.neighbors import KNeighborsRegressor

    x, y = database.coefficients, database.labels
    nearest = KNeighborsRegressor(1).fit(x["training"], y["training"])
    # The penalty is chosen where the network's hyper-parameters are: on validation spectra with noise.
    fitted = [(x[name], y[name]) for name in ("training", "noisy_validation")]
    return {
        "ridge": {name: ridge(*fitted, x[name], strengths)[:, column] for name in SETS},
        "nearest": {name: nearest.predict(x[name])[:, column] for name in SETS},
    }


def error_rows(predicted, database, training, evaluation, seed):
    """Errors of predictions, one row per set; for the noisy test, also the comparison with a constant."""
    column = PARAMETERS.index(training["parameter"])
    rows = []
    for name, values in predicted.items():
        difference = values - database.labels[name][:, column]
        errors = error_columns(difference, database.star[name], evaluation, seed)
        row = {**training, "set": name, "n": len(difference), **errors}
        if name == TESTED:
            row |= compare_values(database.labels[name][:, column], values, database.star[name]).columns()
        rows.append(row)
    return rows


def prediction_table(predicted, database, parameter):
    """Predicted and expected values of every set, with what the spectra were made with."""
    column, tables = PARAMETERS.index(parameter), []
    for name, values in predicted.items():
        labels = database.labels[name]
        tables.append(
            pd.DataFrame(
                {
                    "set": name,
                    "parameter": parameter,
                    "expected": labels[:, column],
                    "predicted": values,
                    "true_vsini": labels[:, PARAMETERS.index("vsini")],
                    "snr": database.snr.get(name, np.nan),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def train(trainings, databases, trainer, settings, evaluation, seed, path, foundation):
    """Train every network; rows of errors, and predictions of the database that is shown.

    Parameters
    ----------
    trainings : dict of int to dict
        From `list_trainings`, by number.
    databases : dict of str to path
    trainer : Trainer
    settings, evaluation : dict
        The sections `gebran` and `evaluation` of the configuration.
    seed : int
    path : path
        JSON lines of the finished trainings.
    foundation : str
        See `obafgkm.workflow.job.foundation`.

    Returns
    -------
    errors, predictions : DataFrame
    """
    pieces = Path(path).with_suffix(".pieces")
    pieces.mkdir(parents=True, exist_ok=True)
    loaded = {name: Database.read(file) for name, file in databases.items()}

    def evaluate(training):
        database, parameter = loaded[training["database"]], training["parameter"]
        stars = "a_stars" if training["database"].startswith("TDB") else "fgk_stars"
        limits = settings[stars]["ranges"][parameter]
        predicted = trainer.predict(database, parameter, limits, training, training["learning_rate"])
        models = {"network": predicted}
        if training["choice"] == "validation":
            models |= predict_baselines(database, PARAMETERS.index(parameter), settings["ridge"])
        rows = [
            {"model": model, **row}
            for model, values in models.items()
            for row in error_rows(values, database, training, evaluation, seed)
        ]
        if training["choice"] == "validation" and training["database"] == settings["shown"]:
            prediction_table(predicted, database, parameter).to_csv(pieces / f"{parameter}.csv", index=False)
        return {"rows": rows}

    finished = run_trials(trainings, evaluate, path, foundation)
    rows = [row for rows in finished["rows"] for row in rows]
    errors = pd.DataFrame([row | {"source": loaded[row["database"]].source} for row in rows])
    tables = [pd.read_csv(file) for name in PARAMETERS if (file := pieces / f"{name}.csv").exists()]
    predictions = pd.concat(tables) if tables else pd.DataFrame({"parameter": []})
    return errors, predictions.assign(source=loaded[settings["shown"]].source)


if __name__ == "__main__":
    with job(snakemake):
        import shutil

        from obafgkm.training.backend import set_up_backend

        params, output = snakemake.params, snakemake.output
        set_up_backend(params.seed, snakemake.threads)
        files = {Path(file).stem: file for file in snakemake.input.databases}
        unfinished = Path(output.errors).with_suffix(".jsonl")
        trainer = Trainer(params.seed, unfinished.with_suffix(".checkpoint"))
        trainings = list_trainings(pd.read_csv(snakemake.input.sweep), params.settings, files)
        part = int(snakemake.wildcards.part)
        numbered = take_part(trainings, part, params.settings["parts"])
        errors, predictions = train(
            numbered,
            files,
            trainer,
            params.settings,
            params.evaluation,
            params.seed,
            unfinished,
            foundation(snakemake),
        )
        errors.to_csv(output.errors, index=False)
        predictions.to_csv(output.predictions, index=False)
        shutil.rmtree(unfinished.with_suffix(".pieces"))
        unfinished.unlink()
