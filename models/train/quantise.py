"""Make the graph small and quick: small weights, and multiplications in 8 bits with a scale for every token.

What flows between the layers is rounded to 8 bits only for a multiplication, each token by its own largest value
(token-wise, as in ZeroQuant, Yao et al. 2022). So a text's scores do not depend on its neighbours in the batch, which
one scale for the whole batch cannot say of itself. Weights have a scale for each column and take 7 bits: processors
without VNNI add two products in 16 bits, which then hold any two, so all processors agree. The README has the
comparison.
"""

from collections.abc import Callable

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

NOUGHT = 128
"""What 0 becomes where what flows is rounded: its codes are unsigned."""
LARGEST = 63
"""The largest code of a weight."""
_MICROSOFT = "com.microsoft"
_LOOKUP_ROWS = 10_000
"""A table with more rows is the vocabulary; positions and types stay as they are."""

_Weights = dict[str, np.ndarray]
_Change = tuple[list[NodeProto], _Weights]
"""What replaces a node, and the tensors that it reads."""


def quantise(model: onnx.ModelProto) -> None:
    """Replace weights of multiplications and the table of token embeddings, in place."""
    tensors = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    rounded: set[str] = set()
    _rewrite(model, lambda node: _embedding(node, tensors) or _product(node, tensors, rounded))
    model.opset_import.append(helper.make_opsetid(_MICROSOFT, 1))


def _rewrite(model: onnx.ModelProto, change: Callable[[NodeProto], _Change | None]) -> None:
    """Put what ``change`` returns in the place of each node, and drop tensors that nothing reads any more."""
    nodes: list[NodeProto] = []
    added: _Weights = {}
    for node in model.graph.node:
        made = change(node)
        nodes.extend(made[0] if made else [node])
        added.update(made[1] if made else {})
    read = {name for node in nodes for name in node.input}
    kept = [one for one in model.graph.initializer if one.name in read]
    kept.extend(numpy_helper.from_array(array, name) for name, array in added.items())
    for field, values in ((model.graph.node, nodes), (model.graph.initializer, kept)):
        del field[:]
        field.extend(values)


def _embedding(node: NodeProto, tensors: _Weights) -> _Change | None:
    """Look rows up in 8 bits, a scale for each row."""
    if node.op_type != "Gather" or len(tensors.get(node.input[0], ())) < _LOOKUP_ROWS:
        return None
    table, places, out = node.input[0], node.input[1], node.output[0]
    scales = np.abs(tensors[table]).max(axis=1, keepdims=True) / 127
    rows = np.rint(tensors[table] / np.maximum(scales, 1e-12)).astype(np.int8)
    nodes = [
        helper.make_node("Gather", [f"{table}.rows", places], [f"{out}.rows"]),
        helper.make_node("Cast", [f"{out}.rows"], [f"{out}.wide"], to=TensorProto.FLOAT),
        helper.make_node("Gather", [f"{table}.scales", places], [f"{out}.scales"]),
        helper.make_node("Mul", [f"{out}.wide", f"{out}.scales"], [out]),
    ]
    return nodes, {f"{table}.rows": rows, f"{table}.scales": scales.astype(np.float32)}


def _product(node: NodeProto, tensors: _Weights, rounded: set[str]) -> _Change | None:
    """Multiply in 8 bits; ``rounded`` names the inputs that are in 8 bits already."""
    weights = tensors.get(node.input[1]) if node.op_type == "MatMul" else None
    if weights is None or weights.ndim != 2:
        return None
    (x, name), out, (width, columns) = node.input, node.output[0], weights.shape
    nodes, arrays = ([], {}) if x in rounded else _rows(x, width)
    rounded.add(x)
    scales = np.maximum(np.abs(weights).max(axis=0), 1e-12) / LARGEST
    arrays |= {
        f"{name}.codes": np.rint(weights / scales).astype(np.int8),
        f"{name}.scales": scales.astype(np.float32),
        f"{name}.columns": np.array([columns], np.int64),
        "one": np.array(1, np.float32),
    }
    nodes += [
        helper.make_node(
            "MatMulIntegerToFloat",
            [f"{x}.codes", f"{name}.codes", "one", f"{name}.scales", "nought"],
            [f"{out}.unscaled"],
            domain=_MICROSOFT,
        ),
        helper.make_node("Mul", [f"{out}.unscaled", f"{x}.scale"], [f"{out}.rows"]),
        helper.make_node("Concat", [f"{x}.texts", f"{name}.columns"], [f"{out}.shape"], axis=0),
        helper.make_node("Reshape", [f"{out}.rows", f"{out}.shape"], [out]),
    ]
    return nodes, arrays


def _rows(x: str, width: int) -> _Change:
    """Round every row to 8 bits, its largest value to the last code."""
    arrays: _Weights = {
        f"{x}.width": np.array([-1, width], np.int64),
        "last": np.array([-1], np.int64),
        "step": np.array(1 / 127, np.float32),
        "least": np.array(1e-12, np.float32),
        "nought": np.array(NOUGHT, np.uint8),
    }
    nodes = [
        helper.make_node("Shape", [x], [f"{x}.texts"], start=0, end=-1),
        helper.make_node("Reshape", [x, f"{x}.width"], [f"{x}.rows"]),
        helper.make_node("Abs", [f"{x}.rows"], [f"{x}.sizes"]),
        helper.make_node("ReduceMax", [f"{x}.sizes", "last"], [f"{x}.largest"]),
        helper.make_node("Mul", [f"{x}.largest", "step"], [f"{x}.steps"]),
        helper.make_node("Max", [f"{x}.steps", "least"], [f"{x}.scale"]),
        helper.make_node("Squeeze", [f"{x}.scale", "last"], [f"{x}.scales"]),
        helper.make_node("Shape", [f"{x}.scales"], [f"{x}.count"]),
        helper.make_node("Expand", ["nought", f"{x}.count"], [f"{x}.noughts"]),
        helper.make_node("QuantizeLinear", [f"{x}.rows", f"{x}.scales", f"{x}.noughts"], [f"{x}.codes"], axis=0),
    ]
    return nodes, arrays
