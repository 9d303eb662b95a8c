# A rule's results depend on its script and on the library that the script imports. Included last, this gives every
# rule the checksum of that code as a parameter, so that a change there reruns what rests on it, and nothing else.
# Those that train networks are given how, too. Times of files tell nothing of this: see profiles/default/config.yaml.

from obafgkm.workflow.dependencies import digest, modules

for step in set(workflow.rules) - OTHERS:
    if step.script:
        path = ROOT / "workflow" / "scripts" / step.script.partition("scripts/")[2].format(params=step.params)
        step.set_params(library=digest(path))
        if any(module.name == "backend.py" for module in modules(path)):
            step.set_params(training=config["training"])
    elif step.shellcmd:
        step.set_params(command=hashlib.sha256(step.shellcmd.encode()).hexdigest())
