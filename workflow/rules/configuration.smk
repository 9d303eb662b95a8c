# The configuration, refused in sentences: that of Snakemake contains the whole schema.

import sys

from snakemake.exceptions import WorkflowError
from snakemake.utils import validate

# The workflow uses this copy of the library.
sys.path.insert(0, str(ROOT / "workflow"))

from obafgkm.workflow.configuration import contradictions, doubled, problems

try:
    validate(config, "../schemas/config.schema.yaml")  # which also sets defaults
except WorkflowError as error:
    raise WorkflowError("\n".join(problems(config)) or error) from None
if found := [*contradictions(config), *(twice for path in workflow.configfiles for twice in doubled(path))]:
    raise WorkflowError("\n".join(found))
