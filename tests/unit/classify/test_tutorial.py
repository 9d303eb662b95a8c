"""The tutorial runs as it is printed, and its five stars get types near their own."""

import nbformat
from conftest import ROOT
from nbclient import NotebookClient

from obafgkm import mk

CHECK = "print(*types['name'], *types['type'], *catalogue['type'], sep=',')"


def test_the_tutorial_types_its_five_stars(tmp_path):
    notebook = nbformat.read(ROOT / "docs/tutorial.ipynb", as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(CHECK))
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": tmp_path}}).execute()
    printed = notebook.cells[-1].outputs[0].text.strip().split(",")
    names, types, catalogue = printed[:5], printed[5:10], printed[10:]
    assert types == catalogue
    for name, given in zip(names, types, strict=True):
        assert abs(mk.parse(given).number - mk.parse(name.removeprefix("star_")).number) <= 4
    pictures = [
        out
        for cell in notebook.cells
        for out in cell.get("outputs", [])
        if "image/png" in out.get("data", {})
    ]
    assert len(pictures) == 5
    lamp = next(cell for cell in notebook.cells if "lamp = " in cell.source)
    assert "no_lines" in lamp.outputs[0].data["text/plain"]
