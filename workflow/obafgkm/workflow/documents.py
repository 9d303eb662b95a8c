"""The documents whose exhibits the workflow produces.

``python -m obafgkm.workflow.documents`` prints their table in the README.
"""

from pathlib import Path

import jsonschema
import yaml

from obafgkm.errors import ObafgkmError

__all__ = ["read_documents", "readme_table"]

_ROOT = Path(__file__).resolve().parents[3]
_SCHEMA = _ROOT / "workflow" / "schemas" / "documents.schema.yaml"


def read_documents(path):
    """Documents in the order in which they are presented.

    Parameters
    ----------
    path : path
        ``config/documents.yaml``.

    Returns
    -------
    dict of str to dict
        ``title``, ``subject``, ``regenerated`` and optionally ``reference`` and ``page``.

    Raises
    ------
    ObafgkmError
        If a document lacks one of them or has an unknown key.
    """
    documents = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    try:
        jsonschema.validate(documents, yaml.safe_load(_SCHEMA.read_text(encoding="utf-8")))
    except jsonschema.ValidationError as error:
        where = ".".join(map(str, error.absolute_path))
        raise ObafgkmError(f"{path}: {where or 'documents'}: {error.message}") from error
    return documents


def readme_table(documents):
    """The published documents, as listed in the README.

    Parameters
    ----------
    documents : dict of str to dict
        See `read_documents`.

    Returns
    -------
    str
        In Markdown.
    """
    rows = ["| document | what is regenerated |", "|---|---|"]
    for document in documents.values():
        if "reference" in document:
            name = f"[{document['title']}]({document['page']}), {document['reference']}"
            rows.append(f"| {name}: {document['subject']} | {document['regenerated']} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(readme_table(read_documents(_ROOT / "config" / "documents.yaml")))
