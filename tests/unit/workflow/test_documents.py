"""The table of documents, and what derives from it."""

import pytest
from conftest import ROOT

from obafgkm.errors import ObafgkmError
from obafgkm.workflow.documents import read_documents, readme_table

TABLE = ROOT / "config" / "documents.yaml"


def test_the_readme_lists_the_documents_of_the_table():
    documents = read_documents(TABLE)
    assert readme_table(documents) in (ROOT / "README.md").read_text(), (
        "run: .venv/bin/python -m obafgkm.workflow.documents, and put its table into README.md"
    )
    for document in documents.values():
        assert (ROOT / document.get("page", "README.md")).exists()


def test_a_document_without_a_title_is_named(tmp_path):
    wrong = tmp_path / "documents.yaml"
    wrong.write_text("kurucz: {subject: atmospheres, regenerated: all}\n")
    with pytest.raises(ObafgkmError, match="kurucz: 'title' is a required property"):
        read_documents(wrong)
