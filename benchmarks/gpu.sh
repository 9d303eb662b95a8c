#!/usr/bin/env bash
# Trains five networks of the documents at full size on a GPU, in under ten minutes, and prints the table for
# docs/scale.md: speed, whether a second training gives the same bits, how far the processor's answers differ.
#
#   benchmarks/gpu.sh                # JAX: needs jax[cuda12] beside the packages of .venv
#   KERAS_BACKEND=tensorflow benchmarks/gpu.sh      # or TensorFlow's build for GPUs, see docs/cluster.md
#   benchmarks/gpu.sh --size tiny    # seconds; also without a GPU
#
# PYTHON names another interpreter than that of .venv.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export KERAS_BACKEND=${KERAS_BACKEND:-jax}
export XLA_PYTHON_CLIENT_PREALLOCATE=false TF_CPP_MIN_LOG_LEVEL=3
export PYTHONPATH=workflow${PYTHONPATH:+:$PYTHONPATH}
exec timeout 600 "${PYTHON:-.venv/bin/python}" -m benchmarks.gpu "$@"
