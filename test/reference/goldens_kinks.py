"""Gradients where a function has a kink or a tie: there PyTorch picks one of many right answers."""

import torch

CASES = [
    ("Relu", [[-1.0, 0.0, 2.0]], lambda x: x.relu()),
    ("Abs", [[-1.0, 0.0, 2.0]], lambda x: x.abs()),
    ("Clip", [[-2.0, -1.0, 0.0, 1.0, 2.0]], lambda x: x.clamp(-1.0, 1.0)),
    ("Max", [[1.0, 2.0, 3.0], [1.0, 3.0, 2.0]], torch.maximum),
    ("Min", [[1.0, 2.0, 3.0], [1.0, 3.0, 2.0]], torch.minimum),
    ("ReduceMax", [[1.0, 3.0, 3.0, 2.0, 3.0]], lambda x: x.amax()),
    ("Pow", [[0.0, 0.0, 0.0, -2.0]], lambda x: x.pow(torch.tensor([0.0, 1.0, 2.0, 3.0]))),
    ("MaxPool", [[[[[1.0, 1.0, 2.0, 0.0], [1.0, 1.0, 0.0, 2.0]]]]], lambda x: torch.nn.functional.max_pool2d(x, 2)),
]


def kinks_golden():
    cases = []
    for op, inputs, function in CASES:
        leaves = [torch.tensor(values, requires_grad=True) for values in inputs]
        function(*leaves).sum().backward()
        cases.append({
            "op": op,
            "dims": list(leaves[0].shape),
            "inputs": [leaf.flatten().tolist() for leaf in leaves],
            "gradients": [leaf.grad.flatten().tolist() for leaf in leaves],
        })
    return {"kinks": cases}
