"""Weights of the ensembles, written as one ONNX graph."""

import numpy as np

__all__ = ["write_onnx"]


def write_onnx(path, members, parameters, kinds):
    """Write the graph that `obafgkm.classify.model.Model` runs.

    Parameters
    ----------
    path : path
    members : list of list of array
        Kernel and bias of the two hidden layers (ReLU), the temperature head and the luminosity head (softmax
        each) of each network for MK types, as Keras returns them. They are stored in half precision and used
        in single precision. Probabilities are averaged.
    parameters : list of list of array
        In the same way, kernel and bias of the two hidden layers and the linear output of each network for
        stellar parameters.
    kinds : list of array
        In the same way, kernel and bias of the two hidden layers and the output (softmax) of the network for
        kinds of objects.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants = [], []

    def node(kind, inputs, output, **options):
        nodes.append(helper.make_node(kind, inputs, [output], **options))
        return output

    def hidden_layers(weights, prefix):
        """Names of the weights, and of the last hidden layer."""
        names = [f"{prefix}weights_{i}" for i in range(len(weights))]
        for value, name in zip(weights, names, strict=True):
            constants.append(numpy_helper.from_array(np.asarray(value, np.float16), f"{name}_stored"))
            node("Cast", [f"{name}_stored"], name, to=TensorProto.FLOAT)
        hidden = "spectra"
        for i in (0, 2):
            hidden = node("Gemm", [hidden, *names[i : i + 2]], f"{prefix}dense_{i}")
            hidden = node("Relu", [hidden], f"{prefix}relu_{i}")
        return names, hidden

    outputs = {"temperature": [], "luminosity": [], "parameters": []}
    for k, weights in enumerate(members):
        names, hidden = hidden_layers(weights, f"types{k}_")
        for head, i in [("temperature", 4), ("luminosity", 6)]:
            logits = node("Gemm", [hidden, *names[i : i + 2]], f"{head}_logits{k}")
            outputs[head].append(node("Softmax", [logits], f"{head}{k}", axis=1))
    for k, weights in enumerate(parameters):
        names, hidden = hidden_layers(weights, f"parameters{k}_")
        outputs["parameters"].append(node("Gemm", [hidden, *names[4:]], f"parameters{k}"))
    for name, own in outputs.items():
        node("Mean", own, name)
    names, hidden = hidden_layers(kinds, "kinds_")
    node("Softmax", [node("Gemm", [hidden, *names[4:]], "kind_logits")], "kinds", axis=1)

    sizes = {
        "spectra": members[0][0].shape[0],
        "temperature": members[0][5].size,
        "luminosity": members[0][7].size,
        "parameters": parameters[0][5].size,
        "kinds": kinds[5].size,
    }
    spectra, *answers = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", size]) for name, size in sizes.items()
    )
    graph = helper.make_graph(nodes, "obafgkm", [spectra], answers, constants)
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(proto)
    onnx.save(proto, str(path))
