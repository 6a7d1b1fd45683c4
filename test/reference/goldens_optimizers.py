"""Fifty optimizer steps on a handful of parameters, with given gradients, and clipping by norm.

Parameter "w" [3, 4] starts at uniform("optimizer.w"), "b" [4] at uniform("optimizer.b"); the gradient of step s
(from 0) is uniform(f"optimizer.{name}_grad.{s}") / (1 + s % 3), so that second moments differ from step to step.
"""

import torch

from seeded import uniform

STEPS = 50
KEPT_STEPS = [1, 2, 3, 10, 50]
PARAMETERS = {"w": [3, 4], "b": [4]}


def parameter(name):
    return torch.from_numpy(uniform(f"optimizer.{name}", torch.Size(PARAMETERS[name]).numel())).reshape(PARAMETERS[name])


def gradient(name, step):
    u = torch.from_numpy(uniform(f"optimizer.{name}_grad.{step}", torch.Size(PARAMETERS[name]).numel()))
    return (u / (1 + step % 3)).reshape(PARAMETERS[name])


def trajectory(make, dtype, groups=None, lr_drop=None):
    parameters = {name: torch.nn.Parameter(parameter(name).to(dtype)) for name in PARAMETERS}
    if groups is None:
        optimizer = make(list(parameters.values()))
    else:
        optimizer = make([{"params": [parameters[name]], **options} for name, options in groups.items()])
    kept = []
    for step in range(STEPS):
        if lr_drop is not None and step == lr_drop["step"]:
            for group in optimizer.param_groups:
                group["lr"] *= lr_drop["factor"]
        for name, value in parameters.items():
            value.grad = gradient(name, step).to(dtype)
        optimizer.step()
        if step + 1 in KEPT_STEPS:
            kept.append({"step": step + 1, **{name: value.flatten().tolist() for name, value in parameters.items()}})
    return kept


CASES = [
    ("sgd", {"lr": 0.1}, None, None),
    ("sgd", {"lr": 0.1, "momentum": 0.9}, None, None),
    ("sgd", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.05}, None, None),
    ("sgd", {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.05, "nesterov": True}, None, None),
    ("sgd", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3}, None, None),
    ("sgd", {"lr": 0.1, "momentum": 0.9}, None, {"step": 25, "factor": 0.1}),
    (
        "sgd",
        {"lr": 0.1, "momentum": 0.9},
        {"w": {"lr": 0.02, "weight_decay": 0.1}, "b": {"lr": 0.2, "weight_decay": 0.0}},
        None,
    ),
    ("adam", {"lr": 0.01}, None, None),
    ("adam", {"lr": 0.01, "weight_decay": 0.1}, None, None),
    ("adam", {"lr": 0.01, "betas": [0.8, 0.95], "eps": 1e-3}, None, None),
    ("adamw", {"lr": 0.01, "weight_decay": 0.1}, None, None),
    ("adamw", {"lr": 0.01, "weight_decay": 0.5, "betas": [0.8, 0.95], "eps": 1e-3}, None, None),
    ("adamw", {"lr": 0.01}, {"w": {"weight_decay": 0.3}, "b": {"lr": 0.05, "weight_decay": 0.0}}, None),
    ("adamw", {"lr": 0.01}, None, {"step": 25, "factor": 0.1}),
]
CLASSES = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "adamw": torch.optim.AdamW}


def optimizers_golden():
    cases = []
    for name, options, groups, lr_drop in CASES:
        def make(parameters):
            return CLASSES[name](parameters, **options)

        cases.append(
            {
                "optimizer": name,
                "options": options,
                "groups": groups,
                "lrDrop": lr_drop,
                "float32": trajectory(make, torch.float32, groups, lr_drop),
                "float64": trajectory(make, torch.float64, groups, lr_drop),
            }
        )
    return {"steps": STEPS, "parameters": PARAMETERS, "trajectories": cases, "clipping": clipping_cases()}


def clipping_cases():
    """torch.nn.utils.clip_grad_norm_ over both gradients of step 0, in float64."""
    cases = []
    for scale, max_norm in [(1.0, 1.0), (1.0, 0.1), (0.01, 1.0), (0.0, 1.0)]:
        parameters = {name: torch.nn.Parameter(torch.zeros(dims).double()) for name, dims in PARAMETERS.items()}
        for name, value in parameters.items():
            value.grad = gradient(name, 0).double() * scale
        norm = torch.nn.utils.clip_grad_norm_(parameters.values(), max_norm)
        clipped = {name: value.grad.flatten().tolist() for name, value in parameters.items()}
        cases.append({"scale": scale, "maxNorm": max_norm, "norm": norm.item(), "clipped": clipped})
    return cases
