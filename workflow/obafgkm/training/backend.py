"""The backend of Keras: seed, threads, precision, and the one GPU of a process."""

import json
import os
import sys

import keras

__all__ = ["device", "set_up_backend"]

_DETERMINISTIC_XLA = "--xla_gpu_deterministic_ops=true"


def set_up_backend(seed, threads):
    """Seed all generators, set the threads, select one GPU; to be called before any network is built.

    The same seed and number of threads give bit-identical weights on the same machine; convolutions depend on
    the number of threads, which is therefore set explicitly. Without a GPU the processor is used; the log
    states which. The environment variable ``OBAFGKM_TRAINING`` holds the section `training` of the
    configuration as JSON, if it is not the default.

    Parameters
    ----------
    seed, threads : int
        JAX has no setting for threads.
    """
    settings = json.loads(os.getenv("OBAFGKM_TRAINING", "{}"))
    deterministic = settings.get("deterministic", True)
    keras.config.set_dtype_policy(settings.get("precision", "float32"))
    if keras.backend.backend() == "tensorflow":
        _set_up_tensorflow(threads, deterministic)
    elif deterministic and _DETERMINISTIC_XLA not in os.getenv("XLA_FLAGS", ""):
        os.environ["XLA_FLAGS"] = f"{os.getenv('XLA_FLAGS', '')} {_DETERMINISTIC_XLA}".strip()
    keras.utils.set_random_seed(seed)
    _tell(device())


def _set_up_tensorflow(threads, deterministic):
    """Set threads, determinism, and the first visible GPU."""
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    if deterministic:
        tf.config.experimental.enable_op_determinism()
    for gpu in tf.config.list_physical_devices("GPU")[:1]:
        tf.config.set_visible_devices(gpu, "GPU")  # a second one would only be blocked for others
        tf.config.experimental.set_memory_growth(gpu, True)


def device():
    """The device of the backend: the name of the GPU, or ``processor``."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        for gpu in tf.config.get_visible_devices("GPU"):
            return tf.config.experimental.get_device_details(gpu).get("device_name", "GPU")
    elif keras.backend.backend() == "jax":
        import jax

        if jax.default_backend() != "cpu":
            return jax.devices()[0].device_kind
    return "processor"


def _tell(where):
    """Log the device, and warn if a GPU allocated to the job is not used."""
    backend, granted = keras.backend.backend(), os.getenv("CUDA_VISIBLE_DEVICES")
    print(f"{backend} computes on: {where}, in {keras.config.dtype_policy().name}", file=sys.stderr)
    if where == "processor" and granted not in (None, "", "-1"):
        print(f"GPU {granted} was granted, but {backend} does not see it: docs/cluster.md", file=sys.stderr)
