"""Sphinx builds the site from these pages and from the docstrings: ``python3 make.py docs``."""

import os
import re
import sys
from importlib.metadata import version as installed
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
# Files that are read elsewhere in the repository, by the page of this site that shows them.
ELSEWHERE = {
    "index": "README.md",
    "settings": "config/README.md",
    "results": "results/README.md",
    "model_card": "workflow/obafgkm/released/card.md",
    "contributing": "CONTRIBUTING.md",
    "changelog": "CHANGELOG.md",
}
sys.path.insert(0, str(ROOT / "workflow"))

project = "OBAFGKM"
author = copyright = "The OBAFGKM developers"
version = release = installed("obafgkm")

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"OBAFGKM {release}"

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3  # links of the pages to headings, as on a repository's own pages

nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120

autodoc_default_options = {"members": True}
autodoc_typehints = "none"  # numpydoc has the types
autodoc_mock_imports = ["tensorflow", "keras"]  # which take longer to import than all else to build
default_role = "py:obj"
napoleon_google_docstring = False


def show_elsewhere(app, page, source):
    """Put a file that stands elsewhere onto its page, and let links between files lead to pages."""
    folder, text = ROOT / "docs", source[0]
    if page in ELSEWHERE:
        file = ROOT / ELSEWHERE[page]
        folder, text = file.parent, f"{file.read_text()}\n{text}"

    def link(found):
        target, anchor = (folder / found[1]).resolve(), found[2] or ""
        own = {ROOT / file: f"{page}.md" for page, file in ELSEWHERE.items()}.get(target)
        return f"]({own or os.path.relpath(target, ROOT / 'docs')}{anchor})"

    source[0] = re.sub(r"\]\((?!\w+:)([^)#\s]+)(#[^)]*)?\)", link, text)


def setup(app):
    app.connect("source-read", show_elsewhere)
