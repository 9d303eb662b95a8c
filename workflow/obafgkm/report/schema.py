"""Files of YAML that follow a schema, such as the claims and the paper's numbers."""

from pathlib import Path

import jsonschema
import yaml

__all__ = ["read_declared"]


def read_declared(path, schema, error_class):
    """Content of a YAML file.

    Parameters
    ----------
    path : path
    schema : path
        JSON schema, itself in YAML.
    error_class : type
        Exception to be raised, with a message that names the file and the place in it.

    Raises
    ------
    error_class
        If the file does not follow its schema.
    """
    # The parser in C: every start of the workflow reads the claims, which takes Python's own half a second.
    content, form = (yaml.load(Path(file).read_text(), yaml.CSafeLoader) for file in (path, schema))
    validator = jsonschema.Draft202012Validator(form)
    if error := jsonschema.exceptions.best_match(validator.iter_errors(content)):
        place = "/".join(map(str, error.absolute_path))
        raise error_class(f"{path}, {place}: {error.message}")
    return content
