"""A card beside each trained model."""

import re
from pathlib import Path

import pandas as pd
import yaml

from obafgkm.report import run_record
from obafgkm.report.model_card import class_errors, failures, markdown_table, named_classes, parameter_errors
from obafgkm.workflow.job import job


def card(folder, document, config, datasets, sensitivity):
    """The card of one model.

    Parameters
    ----------
    folder : Path
        ``results/<document>/models/<model>``.
    document : dict
        The document's entry in ``workflow/report/models.yaml``.
    config : dict
    datasets : DataFrame
        ``config/datasets.csv``.
    sensitivity : DataFrame
        Effect of perturbed spectra on the classifiers of Sharma et al. 2020.

    Returns
    -------
    str
        Markdown.
    """
    described = document["models"][re.sub(r"_seed\d+$", "", folder.name)]
    errors, failing, source = measured(folder, described, config)
    reddened = sensitivity[
        (sensitivity["test"] == "reddening") & (sensitivity["model"] == described.get("label"))
    ]
    if len(reddened):
        first, last = reddened.iloc[0], reddened.iloc[-1]
        failing.append(
            f"Reddening: an RMS of {first['rms']:.1f} subclasses at {first['setting']} increases "
            f"to {last['rms']:.1f} at {last['setting']}."
        )
    facts = training(folder, config)
    return f"""# {described["title"]}

`{folder}`. Output: {described["gives"]}. Written by the workflow from the results of this run.

## Range

Input: {document["input"].format(**config)}

{document["beyond"]}

## Training

{markdown_table(pd.DataFrame(facts.items(), columns=["what", "value"]))}

## Errors on test spectra

Data: {source}. Intervals: {config["evaluation"]["confidence"]:.0%}.

{errors}

## Known failures

{chr(10).join(f"- {sentence}" for sentence in failing)}

## Licence and citation

{licence(source, described.get("datasets", document["datasets"]), datasets)}
"""


def measured(folder, described, config):
    """Errors as Markdown, sentences about failures, and the source of the test data."""
    if "test" not in described:
        noted = run_record.training(folder)
        history = pd.read_csv(folder / "history.csv").set_index("epoch")
        loss = history.loc[noted["best_epoch"], "val_loss"]
        chosen = f"Loss on the validation spectra, which chose epoch {noted['best_epoch']}: {loss:.4g}."
        return (
            f"It classifies nothing. {chosen}",
            ["See the figures of its reconstructions."],
            noted["source"],
        )
    if described["gives"] == "parameters":
        table = pd.read_csv(folder / "predictions.csv")
        difference = (table["predicted"] - table["expected"]).abs() / table["expected"].abs().max()
        worst = table.loc[difference.idxmax()]
        told = (
            f"The largest error: {worst['parameter']} = {worst['expected']:.4g} is predicted "
            f"as {worst['predicted']:.4g}."
        )
        errors = parameter_errors(table, config["evaluation"], config["seed"])
        return markdown_table(errors), [told], ", ".join(sorted(set(table["source"])))
    name = described["test"]
    name = re.sub("_test$", re.search(r"(_seed\d+)?$", folder.name)[0] + "_test", name)
    table = pd.read_csv(
        folder.parents[1] / "predictions" / f"{name}.csv", keep_default_na=False, na_values=[""]
    )
    if "part" in table:
        table = table[table["part"] == "test"]
    if table.empty:
        return "There were no test spectra.", ["Unknown: there were no test spectra."], "none"
    table = named_classes(table, described["gives"])
    errors = class_errors(table, described["gives"] == "subclass", config["evaluation"], config["seed"])
    return markdown_table(errors), failures(table), ", ".join(sorted(set(table["source"])))


def training(folder, config):
    """Training data and settings of a model."""
    model = next(path for path in (folder / "model.keras", folder / "model.joblib") if path.exists())
    facts = {"file": f"`{model.name}`, {model.stat().st_size / 1e6:.1f} MB"}
    if not (folder / "card.json").exists():
        settings = config["sharma"][folder.name]
        facts |= {"data": "the training sample of Table 1", "seed": config["seed"]}
        return {**facts, **{f"`{name}`": value for name, value in settings.items()}}
    noted, layers = run_record.training(folder), pd.read_csv(folder / "layers.csv")
    return {
        **facts,
        "parameters": f"{int(layers['parameters'].sum()):,}",
        "data": noted["source"],
        "training, validation spectra": f"{noted['training_spectra']}, {noted['validation_spectra']}",
        "seed, threads": f"{noted['seed']}, {noted['threads']}",
        "epochs, the best": f"{noted['epochs']}, {noted['best_epoch']} (by {noted['monitor']})",
        **{f"`{name}`": value for name, value in noted["settings"].items()},
    }


def licence(source, names, datasets):
    """Licence of the model, and works to cite."""
    text = "MIT, like the code; cite as in `CITATION.cff`."
    if source == "simulated" or not names:
        return f"{text} Its training spectra are synthetic, so that no other terms apply."
    used = datasets[datasets["dataset"].isin({name.partition("_")[0] for name in names})]
    cited = "; ".join(used["citation"].dropna().unique())
    return f"{text} Its training spectra come from public archives, whose terms also apply. Cite: {cited}."


if __name__ == "__main__":
    with job(snakemake):
        root = Path(snakemake.scriptdir).resolve().parents[2]
        described = yaml.safe_load((root / "workflow/report/models.yaml").read_text())
        datasets = pd.read_csv(root / "config" / "datasets.csv")
        sensitivity = pd.read_csv(snakemake.input.sensitivity)
        for output in map(Path, snakemake.output):
            document = described[output.parts[1]]
            output.write_text(card(output.parent, document, snakemake.config, datasets, sensitivity))
