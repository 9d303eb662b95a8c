# The configuration, refused in sentences: that of Snakemake contains the whole schema.

import sys

from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

# The workflow uses this copy of the library.
sys.path.insert(0, str(ROOT / "workflow"))

from obafgkm.workflow.configuration import contradictions, misread, problems

try:
    try:
        validate(config, "../schemas/config.schema.yaml")  # which also sets defaults
    except WorkflowError as error:
        raise WorkflowError("\n".join(problems(config)) or error) from None
    if found := problems(config) or [
        *contradictions(config),
        *(what for path in workflow.configfiles for what in misread(path)),
    ]:
        raise WorkflowError("\n".join(found))
except RecursionError:
    raise WorkflowError("the configuration contains itself, by an anchor of YAML") from None
except ValueError as error:  # such as of a number of thousands of digits
    raise WorkflowError(f"the configuration cannot be read ({error})") from None
