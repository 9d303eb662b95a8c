# Outputs of rules that draw several exhibits of Csepreghy 2020 at once. Included before csepreghy.smk.


def figures(*names):
    """Outputs of figures: <name>, in the report, and <name>_pdf."""
    outputs = {}
    for name in names:
        outputs[name] = report(
            f"results/csepreghy/{name}.png",
            caption=f"../report/csepreghy/{name}.rst",
            category="Csepreghy 2020",
            labels={"exhibit": exhibit_name(name)},
        )
        outputs[f"{name}_pdf"] = f"results/csepreghy/{name}.pdf"
    return outputs


def tables(*names):
    """Outputs of tables: <name>, in the report, and <name>_tex."""
    outputs = {}
    for name in names:
        outputs[name] = report(
            f"results/csepreghy/{name}.csv",
            caption=f"../report/csepreghy/{name}.rst",
            category="Csepreghy 2020",
            labels={"exhibit": exhibit_name(name)},
        )
        outputs[f"{name}_tex"] = f"results/csepreghy/{name}.tex"
    return outputs


def exhibit_name(name):
    """Figure 1 of fig01, Table 3 of table3, Widths of table_widths."""
    if name.startswith("fig"):
        return f"Figure {int(name[3:])}"
    number = name.removeprefix("table")
    return f"Table {number}" if number.isdigit() else number[1:].capitalize()
