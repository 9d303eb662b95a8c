"""Weights of an ensemble, written as one ONNX graph."""

import numpy as np

__all__ = ["write_onnx"]


def write_onnx(path, members, mean, components):
    """Write the graph that `obafgkm.classify.model.Model` runs.

    Parameters
    ----------
    path : path
    members : list of list of array
        Of each network: kernel and bias of two hidden layers (ReLU), of the temperature head and of the
        luminosity head (softmax each), as Keras returns them. Probabilities are averaged.
    mean : array (n_pix,)
    components : array (n_components, n_pix)
        Principal components of the second channel; the outlier score is the residual's root mean square.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    n_pix = mean.size
    nodes, constants = [], []

    def constant(name, value, kind=np.float32):
        constants.append(numpy_helper.from_array(np.asarray(value, kind), name))
        return name

    def node(kind, inputs, output, **options):
        nodes.append(helper.make_node(kind, inputs, [output], **options))
        return output

    heads = {"temperature": [], "luminosity": []}
    for k, weights in enumerate(members):
        names = [constant(f"w{k}_{i}", value) for i, value in enumerate(weights)]
        hidden = "spectra"
        for i in (0, 2):
            hidden = node("Gemm", [hidden, *names[i : i + 2]], f"dense{k}_{i}")
            hidden = node("Relu", [hidden], f"relu{k}_{i}")
        for head, i in [("temperature", 4), ("luminosity", 6)]:
            logits = node("Gemm", [hidden, *names[i : i + 2]], f"{head}_logits{k}")
            heads[head].append(node("Softmax", [logits], f"{head}{k}", axis=1))
    for head, outputs in heads.items():
        node("Mean", outputs, head)

    bounds = [constant(n, [v], np.int64) for n, v in [("first", n_pix), ("last", 2 * n_pix), ("axis", 1)]]
    good = node("Slice", ["spectra", "last", constant("end", [3 * n_pix], np.int64), "axis"], "good")
    lines = node("Slice", ["spectra", *bounds], "lines")
    centred = node("Sub", [lines, constant("mean", mean)], "centred")
    centred = node("Mul", [centred, good], "seen")
    scores = node("MatMul", [centred, constant("basis", components.T)], "scores")
    model = node("MatMul", [scores, constant("components", components)], "reconstruction")
    left = node("Mul", [node("Sub", [centred, model], "difference"), good], "left")
    square = node("ReduceSumSquare", [left], "square", axes=[1], keepdims=0)
    count = node("ReduceSum", [good, "axis"], "count", keepdims=0)
    count = node("Max", [count, constant("one", 1.0)], "pixels")
    node("Sqrt", [node("Div", [square, count], "variance")], "outlier")

    graph = helper.make_graph(
        nodes,
        "obafgkm",
        [helper.make_tensor_value_info("spectra", TensorProto.FLOAT, ["n", 3 * n_pix])],
        [
            helper.make_tensor_value_info("temperature", TensorProto.FLOAT, ["n", 70]),
            helper.make_tensor_value_info("luminosity", TensorProto.FLOAT, ["n", 5]),
            helper.make_tensor_value_info("outlier", TensorProto.FLOAT, ["n"]),
        ],
        constants,
    )
    proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(proto)
    onnx.save(proto, str(path))
