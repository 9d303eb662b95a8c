"""Every trained network of a run, found by what the run wrote, and what its answers are compared with.

Each document has a function that lists its networks. A network that no function lists does not go unnoticed:
`trained_models` and `prediction_files` tell what there is.
"""

import json
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import cache, partial
from pathlib import Path

import pandas as pd

from obafgkm.classify.parameters import PARAMETERS
from obafgkm.evaluation.trivial import (
    Comparison,
    compare_classes,
    compare_values,
    median,
    pool,
)
from obafgkm.mk import main_class, whole_class

# Tables of predictions that are not of a network's own test spectra, and what they are.
OTHER_PREDICTIONS = {
    "results/csepreghy/predictions/*_by_*_test.csv": "baselines",
    "results/csepreghy/predictions/galaxies_nameless.csv": "galaxies whose subclass nobody knows",
    "results/csepreghy/predictions/main_mirror.csv": "networks applied to spectra of another origin",
    "results/csepreghy/surveys/baselines.csv": "baselines",
    "results/saldic/predictions/baselines.csv": "baselines",
    "results/sharma/predictions/*_sdss.csv": "networks applied to spectra of another survey",
    "results/sharma/predictions/*_lamost.csv": "networks applied to spectra of another survey",
    "results/sharma/predictions/majority_cflib.csv": "baseline",
    "results/sharma/predictions/nearest_cflib.csv": "baseline",
    "results/sharma/predictions/linear_cflib.csv": "baseline",
    "results/sharma/predictions/median_cflib.csv": "median of six models",
    "results/sharma/table5.csv": "catalogue of what the CNN says",
    "results/sharma/robustness/mk_*.csv": "programs that are not trained",
    "results/sharma/robustness/spoilt.csv": "networks applied to spoilt spectra",
    "results/gebran/predictions/*.csv": "parts of a table",
    "results/gebran/predictions.csv": "of networks whose errors are in errors.csv",
    "resources/hammer/baselines.csv": "baselines",
}
WEIGHTS = ("*.keras", "*.joblib", "*.onnx", "card.json")


@dataclass(frozen=True)
class Network:
    """A trained network, or several that are judged together, and what it was trained for.

    Attributes
    ----------
    document, name, task : str
    compare : callable
        Returns the comparison with the trivial answer.
    models : tuple of str
        Its folders in the run.
    files : tuple of str
        The tables of predictions that the comparison rests on.
    """

    document: str
    name: str
    task: str
    compare: callable
    models: tuple = ()
    files: tuple = field(default=())

    @property
    def label(self):
        """What a message calls it."""
        return f"{self.document}/{self.name}, {self.task}"


@cache
def read(path):
    """A table; classes that are called NULL are text."""
    return pd.read_csv(
        path, keep_default_na=False, na_values=[""], dtype={"bestObjID": str}, low_memory=False
    )


def existing(run, pattern):
    """Files of the run, in order."""
    return sorted(Path(run).glob(pattern))


def place(run, path):
    """Path of a file or folder within the run."""
    return Path(path).relative_to(run).as_posix()


def known_otherwise(file):
    """Whether a table of predictions is not of a network's own test spectra."""
    return any(fnmatch(file, pattern) for pattern in OTHER_PREDICTIONS)


def main_classes(rows, expected="expected", predicted="predicted", groups="star"):
    """Comparison of main classes, from class numbers."""
    own, said = main_class(rows[expected].to_numpy()), main_class(whole_class(rows[predicted].to_numpy()))
    return compare_classes(own, said, rows[groups])


def columns(rows, compare=compare_classes, groups="star", **more):
    """Comparison of the columns expected and predicted as they are."""
    return compare(rows["expected"], rows["predicted"], rows[groups], **more)


def rows_of(table, name):
    """Comparisons that were made where networks were trained, one per row.

    Raises
    ------
    AssertionError
        If the run is older than the comparison.
    """
    try:
        return [Comparison.of_row(row) for row in table.to_dict("records")]
    except KeyError as error:
        raise AssertionError(
            f"{name}: its training noted no {error}, as one of an older version; delete it and run again"
        ) from None


# ------------------------------------------------------------------------------------------------ documents


def task_of(model):
    """What a model of Sharma et al. was trained for, and how its predictions are compared."""
    if model.endswith("regressor"):
        return "subclass", partial(columns, compare=compare_values)
    return ("luminosity class", columns) if "luminosity" in model else ("main class", main_classes)


def sharma(run):
    """Six models, the autoencoder, the luminosity network; searches, cross-validations, retrainings."""
    for path in existing(run, "results/sharma/predictions/*_cflib.csv"):
        if known_otherwise(place(run, path)):
            continue
        name = path.stem.removesuffix("_cflib")
        task, compare = task_of(name)
        made = {"models": (f"results/sharma/models/{name}",), "files": (place(run, path),)}
        yield Network("sharma", name, task, lambda p=path, c=compare: c(read(p)), **made)
    yield from autoencoders(run, "sharma")
    for path in existing(run, "results/sharma/robustness/retrained_*.csv"):
        model = path.stem.removeprefix("retrained_")
        task, compare = task_of(model)
        for (test, setting, repeat), rows in read(path).groupby(["test", "setting", "repeat"], dropna=False):
            share = f" {setting:g}" if setting == setting else ""
            name = f"{model} retrained, {test}{share}, repeat {repeat:g}"
            yield Network("sharma", name, task, partial(compare, rows), files=(place(run, path),))
    for path in existing(run, "results/sharma/pretraining.csv"):
        kinds = ["stage", "pretrained_on", "share", "repeat"]
        for (stage, kind, share, repeat), rows in read(path).groupby(kinds, sort=False):
            on = f"pre-trained on {share:.0%} of the {kind} spectra" if share else "not pre-trained"
            name = f"cnn {on}, {stage}, repeat {repeat}"
            yield Network(
                "sharma", name, "main class", partial(main_classes, rows), files=(place(run, path),)
            )
    for path in existing(run, "results/sharma/cross_validation_*.csv"):
        model, table = path.stem.removeprefix("cross_validation_"), read(path)
        for keys, rows in ways(table, ["folds_by"]):
            name = f"{model} cross-validated, {keys}"
            yield Network("sharma", name, "70 classes", lambda r=rows, n=name: pool(rows_of(r, n)))
    for path in existing(run, "results/sharma/search_*.csv"):
        model, table = path.stem.removeprefix("search_"), read(path)
        for keys, rows in ways(table, []):
            best, name = rows.loc[[rows["accuracy"].idxmax()]], f"{model}, best of the search{keys}"
            yield Network("sharma", name, "70 classes", lambda r=best, n=name: rows_of(r, n)[0])


def ways(table, by):
    """Parts of a table by columns, and by whether the flux is centred, with words for each."""
    if "centred" in table:
        by = ["centred", *by]
    if not by:
        yield "", table
        return
    for keys, rows in table.groupby(by):
        told = dict(zip(by, keys, strict=True))
        words = [", flux centred" if told.pop("centred", False) else ""]
        yield "".join([*(f"folds by {value}" for value in told.values()), *words]), rows


def autoencoders(run, document):
    """What the cards of autoencoders tell of the spectra that they reconstruct."""
    for path in existing(run, f"results/{document}/models/autoencoder*/card.json"):
        name, card = path.parent.name, json.loads(path.read_text())
        compare = lambda c=card, n=name: rows_of(pd.DataFrame([c]), n)[0]  # noqa: E731
        yield Network(document, name, "reconstruction", compare, (place(run, path.parent),))


def csepreghy(run):
    """Main classes, subclasses, growing samples, the search, autoencoders; real spectra cross-validated."""
    for path in existing(run, "results/csepreghy/predictions/*_test.csv"):
        if known_otherwise(place(run, path)):
            continue
        name = path.stem.removesuffix("_test")

        def compare(path=path):
            rows = read(path)
            return columns(rows[rows["part"] == "test"])

        models = (f"results/csepreghy/models/{name}",)
        yield Network("csepreghy", name, "class", compare, models, (place(run, path),))
    yield from autoencoders(run, "csepreghy")
    for path in existing(run, "results/csepreghy/sizes.csv"):
        for _, rows in read(path).groupby("trial"):
            name = f"mixed, {rows['size'].item()} sources, smoothing {rows['smoothing'].item()}"
            yield Network("csepreghy", name, "class", lambda r=rows, n=name: rows_of(r, n)[0])
    for path in existing(run, "results/csepreghy/search_cnn.csv"):
        table = read(path)
        best, name = table.loc[[table["validation_accuracy"].idxmax()]], "cnn, best of the search"
        yield Network("csepreghy", name, "class", lambda r=best, n=name: rows_of(r, n)[0])
    for path in existing(run, "results/csepreghy/surveys/*_*.csv"):
        kinds = ["task", "model", "trained_on", "share"]
        for (task, model, trained_on, share), rows in read(path).groupby(kinds, sort=False):
            name = f"{model} on real spectra of two surveys, trained on {trained_on}, share {share:g}"
            yield Network("csepreghy", name, task, partial(columns, rows), files=(place(run, path),))
    for path in existing(run, "results/csepreghy/surveys/latent.csv"):
        table = read(path)
        for _, rows in table[table["model"] == "Autoencoder"].groupby("numbers"):
            name = f"autoencoder of {rows['numbers'].item()} numbers"
            yield Network("csepreghy", name, "reconstruction", lambda r=rows, n=name: rows_of(r, n)[0])


def hammer(run):
    """Every network of photometry and seed; the cross-validations."""
    for path in existing(run, "resources/hammer/networks.csv"):
        keys = ["model", "features", "rows", "seed"]
        for (model, features, kept, seed), rows in read(path).groupby(keys, sort=False):
            name = f"{model}, features {features}, {kept}, seed {seed}"
            compare = lambda r=rows: compare_classes(r["main"], r["predicted"], r["bestObjID"])  # noqa: E731
            yield Network("hammer", name, "main class", compare, files=(place(run, path),))
    for path in existing(run, "resources/hammer/folds.csv"):
        for network, rows in read(path).groupby("network", sort=False):
            name = f"{network} network cross-validated"
            yield Network("hammer", name, "main class", lambda r=rows, n=name: pool(rows_of(r, n)))


def saldic(run):
    """The networks of four parameters and of one, each parameter for itself."""
    random = {}
    for path in existing(run, "results/saldic/predictions/*.csv"):
        if known_otherwise(place(run, path)):
            continue
        for (model, split, parameter), rows in read(path).groupby(
            ["model", "split", "parameter"], sort=False
        ):
            if split == "random":
                random.setdefault(parameter, rows["expected"])
            # Who holds out a hole of the grid does not tell where it is: the constant is that of the grid.
            known = random.get(parameter) if split == "region" else None
            folder = f"{'multi' if model == 'network' else parameter}_{split}"
            models = (f"results/saldic/models/{folder}",)
            yield Network(
                "saldic",
                folder,
                parameter,
                partial(columns, rows, compare_values, "node", known=known),
                models,
                (place(run, path), f"{models[0]}/predictions.csv"),
            )


def synthetic_gap(run):
    """The networks of flux and of normalised flux, on synthetic spectra."""
    for path in existing(run, "results/synthetic_gap/predictions.csv"):
        table = read(path)
        own = table[(table["model"] == "network") & (table["sample"] == "synthetic")]
        for (kind, parameter), rows in own.groupby(["input", "parameter"], sort=False):
            yield Network(
                "synthetic_gap",
                kind,
                parameter,
                partial(columns, rows, compare_values),
                (f"results/synthetic_gap/models/{kind}",),
                (place(run, path),),
            )


def gebran(run):
    """Adopted configurations on every database; the sweep, panel by panel."""
    for path in existing(run, "results/gebran/errors.csv"):
        table = read(path)
        own = table[(table["model"] == "network") & (table["set"] == "noisy_test")]
        for (choice, database, parameter), rows in own.groupby(
            ["choice", "database", "parameter"], sort=False
        ):
            words = {"paper": "the paper's configuration"}.get(choice, f"chosen on {choice}")
            name = f"{database}, {words}"
            yield Network("gebran", name, parameter, lambda r=rows, n=name: rows_of(r, n)[0])
    for path in existing(run, "results/gebran/sweep.csv"):
        table = read(path)
        longest = table[table["epochs"] == table["epochs"].max()]  # shorter ones are points on the way
        for parameter, trained in longest.groupby("parameter", sort=False):
            for varied in trained["varied"].unique():
                if varied != "none":
                    rows = trained[trained["varied"].isin(["none", varied])]
                    name = f"sweep of {varied}, median of {len(rows)} networks"
                    yield Network("gebran", name, parameter, lambda r=rows, n=name: median(rows_of(r, n)))


def classifier(run):
    """The classifier without each library and fold: what it says of the stars left out."""
    for path in existing(run, "results/classifier/predictions.csv"):
        clean = read(path)
        clean = clean[clean["condition"] == "as observed"]
        made = {"models": ("results/classifier/model",), "files": (place(run, path),)}
        for left_out, rows in clean.groupby("left_out", sort=False):
            compare = partial(main_classes, rows, "mk_class", "network")
            yield Network("classifier", f"without {left_out}", "main class", compare, **made)
        is_fold = clean["left_out"].str.startswith("fold")
        for words, rows in [("folds", clean[is_fold]), ("libraries", clean[~is_fold])]:
            known = rows[rows["luminosity"] >= 0]
            compare = partial(compare_classes, known["luminosity"], known["luminosity_said"], known["star"])
            yield Network("classifier", f"without {words}, one by one", "luminosity class", compare, **made)
        for name in PARAMETERS:
            known = clean[is_fold].dropna(subset=[name, f"{name}_said"])
            if len(known):
                compare = partial(compare_values, known[name], known[f"{name}_said"], known["star"])
                yield Network("classifier", "without folds, one by one", name, compare, **made)


DOCUMENTS = [sharma, csepreghy, hammer, gebran, saldic, synthetic_gap, classifier]


def networks(run):
    """All networks of a run."""
    return [network for document in DOCUMENTS for network in document(run)]


def trained_models(run):
    """Folders of the results that hold a trained model."""
    files = {file for pattern in WEIGHTS for file in Path(run, "results").rglob(pattern)}
    files |= set(Path(run, "results").glob("*/models/*/*"))
    return sorted({place(run, file.parent) for file in files})


def prediction_files(run):
    """Tables that hold what something said beside what was expected."""
    for path in [*existing(run, "results/**/*.csv"), *existing(run, "resources/*/*.csv")]:
        with path.open(errors="replace") as file:
            head = file.readline().strip().split(",")
        if "predicted" in head and {"expected", "main"} & set(head):
            yield place(run, path)
