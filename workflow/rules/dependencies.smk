# A rule's results depend on its script and on the parts of the library that it imports. Included last, this
# gives every rule the checksum of that code as a parameter, so that a change reruns its dependents and nothing
# else. Rules that train networks also get the training settings. File times are not used: see
# profiles/default/config.yaml.

from obafgkm.workflow.dependencies import digest, modules

for step in set(workflow.rules) - OTHERS:
    if step.script:
        path = ROOT / "workflow" / "scripts" / step.script.partition("scripts/")[2].format(params=step.params)
        step.set_params(library=digest(path))
        if any(module.name == "backend.py" for module in modules(path)):
            step.set_params(training=config["training"])
    elif step.shellcmd:
        step.set_params(command=hashlib.sha256(step.shellcmd.encode()).hexdigest())
