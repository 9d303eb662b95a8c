# A rule's results depend on the library that its script imports. Included last, this gives every rule the
# checksum of that code as a parameter, so that a change there reruns what rests on it, and nothing else. Those
# that train networks are given how, too.

from obafgkm.workflow.dependencies import digest, modules

for step in workflow.rules:
    if step.script:
        path = os.path.join(
            workflow.basedir,
            "workflow",
            "scripts",
            step.script.partition("scripts/")[2],
        )
        step.set_params(library=digest(path))
        if any(module.name == "backend.py" for module in modules(path)):
            step.set_params(training=config["training"])
