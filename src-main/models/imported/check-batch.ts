/** Whether a network takes any number of images at once. */
import { formatShape } from '../../onnx/dims.ts';
import { BATCH } from '../../onnx/import/open-batch.ts';
import type { PlainGraph } from '../../onnx/import/plain-graph.ts';
import type { Shape } from '../../onnx/types.ts';
import { refused } from './refused.ts';

/** @throws LabError `MODEL_FILE` naming the node that holds on to the batch size of the export */
export function checkBatch({ nodes, types, output }: PlainGraph): void {
  const shapeOf = (name: string): Shape => types.get(name)?.shape ?? [];
  const open = (name: string): boolean => shapeOf(name).some((dim) => String(dim).split('*').includes(BATCH));
  for (const { name, opType, inputs, outputs } of nodes) {
    const from = inputs.find(open);
    const to = outputs.find((made) => !open(made));
    if (opType === 'Shape' || from === undefined || to === undefined) continue;
    refused(
      `node "${name}" (${opType}) makes ${formatShape(shapeOf(to))} of ${formatShape(shapeOf(from))}, ` +
        `where ${BATCH} is the number of images: the batch size of the export is fixed`,
      'Export the network with a symbolic batch size (dynamic_axes of torch.onnx.export).',
    );
  }
  if (shapeOf(output)[0] === BATCH) return;
  refused(`its last features ${formatShape(shapeOf(output))} are not one row for each image`);
}
