/** The part of a network behind its features, cut out of the evaluation graph. */
import { keepOutputs } from '../onnx/edit.ts';
import type { Model } from '../onnx/types.ts';

/** The graph from the input `features` to `logits`. */
export function headModel(evaluation: Model): Model {
  const { graph } = evaluation;
  const features = graph.outputs.find(({ name }) => name === 'features')!;
  const cut: Model = {
    ...evaluation,
    graph: {
      ...graph,
      inputs: [features, ...graph.inputs],
      outputs: graph.outputs.filter(({ name }) => name === 'logits'),
      nodes: graph.nodes.filter(({ outputs }) => !outputs.includes('features')),
    },
  };
  return keepOutputs(cut, ['logits']);
}
