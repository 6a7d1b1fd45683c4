/** Whether a network takes any number of images at once. */
import { formatShape } from '../../onnx/dims.ts';
import { BATCH } from '../../onnx/import/open-batch.ts';
import type { PlainGraph } from '../../onnx/import/plain-graph.ts';
import type { Shape } from '../../onnx/types.ts';
import { refused } from './refused.ts';

/** @throws LabError `MODEL_FILE` naming the node that holds on to the batch size of the export */
export function checkBatch({ nodes, types, output }: PlainGraph): void {
  const shapeOf = (name: string): Shape => types.get(name)?.shape ?? [];
  if (shapeOf(output)[0] === BATCH) return;
  const open = (name: string): boolean => shapeOf(name).some((dim) => String(dim).split('*').includes(BATCH));
  const node = nodes.find(
    ({ opType, inputs, outputs }) =>
      opType !== 'Shape' && inputs.some(open) && !outputs.every((name) => open(name)),
  );
  const found = formatShape(shapeOf(output));
  if (node === undefined) return refused(`its last features ${found} are not one row for each image`);
  const [from, to] = [node.inputs.find(open), node.outputs[0]].map((name) => formatShape(shapeOf(name ?? '')));
  return refused(
    `node "${node.name}" (${node.opType}) makes ${to} of ${from}, where ${BATCH} is the number of images, so the batch size of the export is fixed`,
    'Export the network with a symbolic batch size (dynamic_axes of torch.onnx.export).',
  );
}
