# The documents and what their exhibits share. Included before the documents' own rules, which fill `EXHIBITS`.
#
# NEEDS   config/documents.yaml
#
# A row of a document's table is one exhibit, or several that one script draws together:
#   about      what is drawn, in words
#   inputs     files without a name; `input`: files by name
#   script     workflow/scripts/<document>/<script>.py; the row's own name where it is not given
#   params     settings: values, or paths into the configuration
#   exhibits   figures (fig...) and tables (table...) that it gives; the row's own name where it is not given
#   labels     what the report calls an exhibit: one text, or one for each of `exhibits`; "Figure 1" where not given
#   also       further files, by name
#   mem_mb, runtime

from obafgkm.workflow.documents import read_documents

DOCUMENTS = read_documents(ROOT / "config" / "documents.yaml")
# A document need not have rules of its own: its exhibits may rest on what others make.
OWN_RULES = [name for name in DOCUMENTS if (ROOT / "workflow" / "rules" / f"{name}.smk").exists()]
EXHIBITS = {document: {} for document in DOCUMENTS}
# What else a document's target makes.
PRODUCTS = {document: [] for document in DOCUMENTS}

CLIP = {"clip": lookup(within=config, dpath="evaluation/clip")}
SEED = {"seed": lookup(within=config, dpath="seed")}
EVALUATION = {"settings": lookup(within=config, dpath="evaluation"), **SEED}


def exhibit_names(name, row):
    """Figures and tables that a row gives."""
    return row.get("exhibits", [name])


def exhibit_label(name, row, exhibit):
    """What the report calls an exhibit: Figure 1 is fig01, unless its row says otherwise."""
    labels = row.get("labels", {})
    if isinstance(labels, str):
        return labels
    kind = "Figure" if exhibit.startswith("fig") else "Table"
    number = exhibit.removeprefix("fig").removeprefix("table")
    return labels.get(exhibit) or f"{kind} {int(number)}"


def exhibit_files(document, name, row):
    """Outputs of a row, by format where it gives one exhibit, by exhibit (and format) where it gives several.

    Of a figure or a table, the first format is in the report.
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
    """Everything that the targets of these documents make; of all documents where none is named."""
    for document in documents or DOCUMENTS:
        for name, row in EXHIBITS[document].items():
            yield from exhibit_files(document, name, row).values()
        yield from PRODUCTS[document]
