/** The images that a network from a file takes. */
import { intsOf } from '../../onnx/attributes.ts';
import { formatShape } from '../../onnx/dims.ts';
import { neededNodes } from '../../onnx/import/needed-nodes.ts';
import { BATCH } from '../../onnx/import/open-batch.ts';
import type { ValueType } from '../../onnx/ops/schema.ts';
import type { DataType } from '../../onnx/tensor.ts';
import type { Model, Shape, ValueInfo } from '../../onnx/types.ts';
import { refused } from './refused.ts';

/** How a graph takes its images. */
export interface ImageInput {
  readonly name: string;
  readonly dtype: DataType;
  /** Where the channels are: `[N, 3, H, W]` or `[N, H, W, 3]`. */
  readonly layout: 'NCHW' | 'NHWC';
  /** The side of the images it was made for; `undefined` when it takes any. */
  readonly size: number | undefined;
  /** The batch size it was made for; `undefined` when it takes any. */
  readonly batch: number | undefined;
}

/**
 * Finds the input that a value depends on.
 *
 * @throws LabError `MODEL_FILE` when it is no image of three channels
 */
export function findImageInput(model: Model, output: string): ImageInput {
  const { graph } = model;
  const nodes = neededNodes(graph.nodes, [output]);
  const read = new Set(nodes.flatMap((node) => node.inputs));
  const inputs = graph.inputs.filter(({ name }) => read.has(name) && !graph.initializers.has(name));
  const [input, other] = inputs;
  if (input === undefined) return refused('none of its inputs leads to its logits');
  if (other) refused(`it takes ${inputs.map(described).join(' and ')}; the lab feeds one input, the images`);
  const { shape } = input;
  if (shape?.length !== 4) return refused(`its input ${described(input)} is no batch of images [N, C, H, W]`);
  const layout = layoutOf(model, input.name, shape);
  if (layout === undefined) {
    return refused(`its input ${described(input)} has no axis of 3 channels; the lab feeds images in colour`);
  }
  const [height = '', width = ''] = layout === 'NCHW' ? shape.slice(2) : shape.slice(1, 3);
  if (typeof height === 'number' && typeof width === 'number' && height !== width) {
    refused(`it takes images of ${width} × ${height}; the lab's are square`);
  }
  const side = typeof height === 'number' ? height : width;
  return {
    name: input.name,
    dtype: input.dtype,
    layout,
    size: typeof side === 'number' ? side : undefined,
    batch: typeof shape[0] === 'number' ? shape[0] : undefined,
  };
}

function described({ name, dtype, shape }: ValueInfo): string {
  return `"${name}" (${dtype} ${formatShape(shape)})`;
}

/** Where the sizes do not tell, the first node does. */
function layoutOf({ graph }: Model, name: string, shape: Shape): ImageInput['layout'] | undefined {
  if (shape[1] === 3) return 'NCHW';
  if (shape[3] === 3) return 'NHWC';
  if (typeof shape[1] === 'number' && typeof shape[3] === 'number') return undefined;
  for (const node of graph.nodes.filter((node) => node.inputs[0] === name)) {
    if (node.opType === 'Transpose' && intsOf(node, 'perm')?.join() === '0,3,1,2') return 'NHWC';
    const weight = graph.initializers.get(node.inputs[1] ?? '');
    if (node.opType === 'Conv' && weight?.dims[1] === 3) return 'NCHW';
  }
  return undefined;
}

/** The input's type when images of a size come in as numbers. */
export function imageType({ layout }: ImageInput, size: number): ValueType {
  return { dtype: 'float32', shape: layout === 'NCHW' ? [BATCH, 3, size, size] : [BATCH, size, size, 3] };
}
