# The documents, and code shared by their exhibits. Included before the documents' rules, which fill `EXHIBITS`.
#
# NEEDS   config/documents.yaml
#
# A row of a document's table is one exhibit, or several that one script draws together:
#   about      description of the content
#   inputs     files without a name; `input`: files by name
#   script     workflow/scripts/<document>/<script>.py; the row's own name by default
#   params     settings: values, or paths into the configuration
#   exhibits   figures (fig...) and tables (table...) that it produces; the row's own name by default
#   labels     name of an exhibit in the report: one text, or one per exhibit; by default "Figure 1"
#   also       further files, by name
#   mem_mb, runtime

from obafgkm.workflow.documents import read_documents

DOCUMENTS = read_documents(ROOT / "config" / "documents.yaml")
# A document need not have its own rules: its exhibits may use the results of others.
OWN_RULES = [name for name in DOCUMENTS if (ROOT / "workflow" / "rules" / f"{name}.smk").exists()]
EXHIBITS = {document: {} for document in DOCUMENTS}
# Further outputs of a document's target.
PRODUCTS = {document: [] for document in DOCUMENTS}

CLIP = {"clip": lookup(within=config, dpath="evaluation/clip")}
SEED = {"seed": lookup(within=config, dpath="seed")}
EVALUATION = {"settings": lookup(within=config, dpath="evaluation"), **SEED}


def exhibit_names(name, row):
    """Figures and tables of a row."""
    return row.get("exhibits", [name])


def exhibit_label(name, row, exhibit):
    """Name of an exhibit in the report: Figure 1 for fig01, unless its row has a label."""
    labels = row.get("labels", {})
    if isinstance(labels, str):
        return labels
    kind = "Figure" if exhibit.startswith("fig") else "Table"
    number = exhibit.removeprefix("fig").removeprefix("table")
    return labels.get(exhibit) or f"{kind} {int(number)}"


def exhibit_files(document, name, row):
    """Outputs of a row: by format if it has one exhibit, by exhibit (and format) if it has several.

    The report contains the first format of each figure or table.
    """
    outputs = {}
    exhibits = exhibit_names(name, row)
    for exhibit in exhibits:
        shown, twin = ("png", "pdf") if exhibit.startswith("fig") else ("csv", "tex")
        path = f"results/{document}/{exhibit}"
        names = (shown, twin) if len(exhibits) == 1 else (exhibit, f"{exhibit}_{twin}")
        outputs[names[0]] = report(
            f"{path}.{shown}",
            caption=f"../report/{document}/{exhibit}.rst",
            category=DOCUMENTS[document]["title"],
            labels={"exhibit": exhibit_label(name, row, exhibit)},
        )
        outputs[names[1]] = f"{path}.{twin}"
    return outputs | row.get("also", {})


def products(*documents):
    """All outputs of the targets of the named documents, or of all documents by default."""
    for document in documents or DOCUMENTS:
        for name, row in EXHIBITS[document].items():
            yield from exhibit_files(document, name, row).values()
        yield from PRODUCTS[document]
