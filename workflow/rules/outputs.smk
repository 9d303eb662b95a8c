# Outputs of rules that draw several exhibits at once. Included before csepreghy.smk and beyond.smk.


CATEGORIES = {"csepreghy": "Csepreghy 2020", "beyond": "Beyond the documents"}


def figures(*names, document="csepreghy"):
    """Outputs of figures: <name>, in the report, and <name>_pdf."""
    return in_two_formats(document, names, "png", "pdf")


def tables(*names, document="csepreghy"):
    """Outputs of tables: <name>, in the report, and <name>_tex."""
    return in_two_formats(document, names, "csv", "tex")


def in_two_formats(document, names, first, second):
    """Outputs of exhibits: <name>, in the report, in one format, and <name>_<format> in another."""
    outputs = {}
    for name in names:
        outputs[name] = report(
            f"results/{document}/{name}.{first}",
            caption=f"../report/{document}/{name}.rst",
            category=CATEGORIES[document],
            labels={"exhibit": exhibit_name(name)},
        )
        outputs[f"{name}_{second}"] = f"results/{document}/{name}.{second}"
    return outputs


def exhibit_name(name):
    """Figure 1 of fig01, Table 3 of table3, Held out of table_held_out."""
    kind = "fig" if name.startswith("fig") else "table"
    number = name.removeprefix(kind)
    if number.isdigit():
        return f"{'Figure' if kind == 'fig' else 'Table'} {int(number)}"
    return number[1:].replace("_", " ").capitalize()
