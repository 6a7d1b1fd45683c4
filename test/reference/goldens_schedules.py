"""Learning rates over a long run: those used during epoch 0, 1, 2, ..., of OneCycleLR during every step."""

import torch
from torch.optim import lr_scheduler

from seeded import uniform

EPOCHS = 300
STEPS = 3
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


def dainet(epoch):
    """The table of the DaiNet7 write-up, as factors on its first learning rate."""
    table = [(230, 1e-6), (200, 1e-5), (150, 1e-4), (100, 3e-4), (50, 5e-4), (0, 1e-3)]
    return next(rate for begin, rate in table if epoch >= begin) / 1e-3


def losses():
    """A falling, noisy curve from exact arithmetic, so that the tests compute the same numbers."""
    noise = uniform("schedule.losses", EPOCHS)
    return [2 / (1 + epoch / 20) + float(noise[epoch]) / 16 for epoch in range(EPOCHS)]


def by_step(options, steps):
    """OneCycleLR moves after every step; rates of all steps of all epochs."""
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], LR, momentum=0.9)
    scheduler = lr_scheduler.OneCycleLR(
        optimizer, max_lr=LR, epochs=EPOCHS, steps_per_epoch=steps, cycle_momentum=False, **options
    )
    values = []
    for i in range(EPOCHS * steps):
        values.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if i + 1 < EPOCHS * steps:
            scheduler.step()
    return values


def plateau(options):
    """Learning rates of two groups, which a minimum stops at different times."""
    parameters = [{"params": [torch.nn.Parameter(torch.zeros(1))], "lr": lr} for lr in [LR, LR / 50]]
    optimizer = torch.optim.SGD(parameters, LR)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, mode="min", **options)
    values = []
    for loss in losses():
        values.append([group["lr"] for group in optimizer.param_groups])
        scheduler.step(loss)
    return values


def schedules_golden():
    closed = [
        ({"name": "step", "step_size": 30, "gamma": 0.1}, lambda o: lr_scheduler.StepLR(o, 30, 0.1)),
        ({"name": "step", "step_size": 7, "gamma": 0.9}, lambda o: lr_scheduler.StepLR(o, 7, 0.9)),
        ({"name": "cosine"}, lambda o: lr_scheduler.CosineAnnealingLR(o, T_max=EPOCHS)),
        (
            {"name": "multi-step", "milestones": [50, 100, 101, 230], "gamma": 0.3},
            lambda o: lr_scheduler.MultiStepLR(o, [50, 100, 101, 230], 0.3),
        ),
        ({"name": "piecewise"}, lambda o: lr_scheduler.LambdaLR(o, dainet)),
    ]
    for warmup_epochs, start_factor, eta_min in [(5, 1 / 3, 0), (10, 0.01, 1e-4), (1, 0.1, 0)]:
        options = {
            "name": "cosine",
            "warmup_epochs": warmup_epochs,
            "warmup_start_factor": start_factor,
            # A share of each group's own rate, where PyTorch has one rate for all.
            "eta_min": eta_min / LR,
        }
        closed.append((options, warm_up_cosine(warmup_epochs, start_factor, eta_min)))
    one_cycle = [
        {},
        {"pct_start": 0.1, "anneal_strategy": "linear"},
        {"three_phase": True, "div_factor": 10.0, "final_div_factor": 100.0},
        {"pct_start": 0.001},
    ]
    plateaus = [
        {"patience": 5, "factor": 0.5},
        {"patience": 2, "factor": 0.3, "cooldown": 4, "threshold": 0.02, "min_lr": 1e-4},
        {"patience": 3, "factor": 0.1, "threshold": 0.05, "threshold_mode": "abs", "eps": 1e-6},
    ]
    return {
        "epochs": EPOCHS,
        "learningRate": LR,
        "stepsPerEpoch": STEPS,
        "byEpoch": [{"options": options, "rates": rates(make)} for options, make in closed],
        "oneCycle": [{"options": options, "rates": by_step(options, STEPS)} for options in one_cycle],
        "plateau": [{"options": options, "rates": plateau(options)} for options in plateaus],
    }
