# What a failed job entails. One that ran out of memory or time is retried with more of both, if the profile
# allows retries; where it fails for good, what rests on its results is remade by the next run.


def growing(amount):
    """An amount that doubles with each attempt."""
    return lambda wildcards, attempt: amount * 2 ** (attempt - 1)


for step in set(workflow.rules) - OTHERS:
    for resource in ("mem_mb", "runtime"):
        amount = step.resources.get(resource)
        if not amount.is_evaluable() and amount.value:
            step.resources[resource] = growing(amount.value)


onerror:
    mark_unfinished(workflow.dag, workflow.persistence)
