/** The part of a network behind its features, cut out of the evaluation graph. */
import { keepOutputs } from '../onnx/edit.ts';
import type { Model } from '../onnx/types.ts';

/**
 * The graph from `features` to `logits`. Its input keeps the name that the value has inside the evaluation graph,
 * which names it `features` only on the way out.
 */
export function headModel(evaluation: Model): { readonly model: Model; readonly input: string } {
  const { graph } = evaluation;
  const named = graph.nodes.find(({ outputs }) => outputs.includes('features'));
  const input = named?.opType === 'Identity' ? named.inputs[0]! : 'features';
  const info = graph.outputs.find(({ name }) => name === 'features')!;
  const cut: Model = {
    ...evaluation,
    graph: {
      ...graph,
      inputs: [{ ...info, name: input }, ...graph.inputs],
      outputs: graph.outputs.filter(({ name }) => name === 'logits'),
      nodes: graph.nodes.filter(({ outputs }) => !outputs.includes(input)),
    },
  };
  return { model: keepOutputs(cut, ['logits']), input };
}
