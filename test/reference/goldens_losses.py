"""CrossEntropyLoss on small cases, in float64 on inputs that are exact in float32."""

import torch

from seeded import seeded_labels, uniform


def cross_entropy_golden():
    cases = []
    for name, count, classes, smoothing, weights, scale in [
        ("plain", 5, 4, 0.0, None, 2.0),
        ("one sample", 1, 3, 0.0, None, 2.0),
        ("two classes", 6, 2, 0.0, None, 2.0),
        ("label smoothing", 5, 4, 0.1, None, 2.0),
        ("class weights", 6, 3, 0.0, [0.5, 1.0, 2.5], 2.0),
        ("a class of weight zero", 6, 3, 0.0, [1.0, 0.0, 1.0], 2.0),
        ("label smoothing and class weights", 6, 3, 0.2, [0.5, 1.0, 2.5], 2.0),
        ("large logits", 5, 4, 0.1, None, 200.0),
    ]:
        key = f"cross-entropy.{name}"
        logits = torch.from_numpy(uniform(key, count * classes)).reshape(count, classes).mul(scale).double()
        logits.requires_grad_()
        labels = torch.from_numpy(seeded_labels(key, count, classes))
        loss_function = torch.nn.CrossEntropyLoss(
            weight=None if weights is None else torch.tensor(weights, dtype=torch.float64),
            label_smoothing=smoothing,
        )
        loss = loss_function(logits, labels)
        loss.backward()
        cases.append(
            {
                "name": name,
                "logits": logits.tolist(),
                "labels": labels.tolist(),
                "labelSmoothing": smoothing,
                "classWeights": weights,
                "loss": loss.item(),
                "gradient": logits.grad.tolist(),
            }
        )
    return {"crossEntropy": cases}
