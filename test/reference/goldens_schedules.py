"""Learning rates by epoch over a long run: the rate used during epoch 0, 1, 2, ..."""

import torch
from torch.optim import lr_scheduler

EPOCHS = 300
LR = 0.1


def rates(make):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], LR)
    scheduler = make(optimizer)
    values = []
    for _ in range(EPOCHS):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return values


def warm_up_cosine(warm_up_epochs, start_factor, eta_min):
    def make(optimizer):
        warm_up = lr_scheduler.LinearLR(optimizer, start_factor=start_factor, total_iters=warm_up_epochs)
        cosine = lr_scheduler.CosineAnnealingLR(optimizer, T_max=EPOCHS - warm_up_epochs, eta_min=eta_min)
        return lr_scheduler.SequentialLR(optimizer, [warm_up, cosine], milestones=[warm_up_epochs])

    return make


def schedules_golden():
    cases = [
        {
            "name": "step",
            "stepSize": 30,
            "gamma": 0.1,
            "rates": rates(lambda optimizer: lr_scheduler.StepLR(optimizer, step_size=30, gamma=0.1)),
        },
        {
            "name": "step",
            "stepSize": 7,
            "gamma": 0.9,
            "rates": rates(lambda optimizer: lr_scheduler.StepLR(optimizer, step_size=7, gamma=0.9)),
        },
        {
            "name": "cosine",
            "warmUpEpochs": 0,
            "startFactor": 1,
            "etaMin": 0,
            "rates": rates(lambda optimizer: lr_scheduler.CosineAnnealingLR(optimizer, T_max=EPOCHS)),
        },
    ]
    for warm_up_epochs, start_factor, eta_min in [(5, 1 / 3, 0), (10, 0.01, 1e-4), (1, 0.1, 0)]:
        cases.append(
            {
                "name": "cosine",
                "warmUpEpochs": warm_up_epochs,
                "startFactor": start_factor,
                "etaMin": eta_min,
                "rates": rates(warm_up_cosine(warm_up_epochs, start_factor, eta_min)),
            }
        )
    return {"epochs": EPOCHS, "learningRate": LR, "schedules": cases}
