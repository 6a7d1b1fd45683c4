/** A whole training step as one graph. */
import { joinModels } from '../onnx/edit.ts';
import type { Model } from '../onnx/types.ts';

/**
 * `training_model` and `optimizer_model` joined: gradients stay inside. Outputs are `loss`, `logits`, `grad_norm`
 * where there is one, and the new value `<name>_new` of everything the step moves.
 */
export function composeStep(training: Model, optimizer: Model): Model {
  const outputs = [...training.graph.outputs, ...optimizer.graph.outputs].map((info) => info.name);
  return joinModels(
    training,
    optimizer,
    outputs.filter((name) => !name.endsWith('_grad')),
    'optimizer/',
  );
}
