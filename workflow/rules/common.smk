# What several rule files need.

LIBRARIES = ["jhc", "elodie", "miles", "cflib"]
SOURCES = {dataset["source"] for dataset in config["datasets"].values()}
MIRROR = config["archives"]["mirror"] or os.getenv("OBAFGKM_MIRROR", "")


wildcard_constraints:
    library="|".join(LIBRARIES),


# Jobs find the Python that runs the workflow, activated or not, and this copy of the library.
os.environ.update(
    PATH=os.path.dirname(sys.executable) + os.pathsep + os.getenv("PATH", ""),
    PYTHONPATH=os.path.join(workflow.basedir, "workflow"),
)


def provenance(library):
    """The record that stands for a library's archive files, from the source that the configuration names."""
    source = config["datasets"][library]["source"]
    return f"resources/archives/{source}/{library}/provenance.json"
