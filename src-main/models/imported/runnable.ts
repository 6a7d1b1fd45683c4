/** Image classifiers that other tools wrote as ONNX, as they are: to be asked, not to be trained. */
import { decodeModel } from '../../onnx/decode.ts';
import { keepOutputs } from '../../onnx/edit.ts';
import type { Model, Node } from '../../onnx/types.ts';
import type { Normalization } from '../layers/index.ts';
import type { ImageInput } from './image-input.ts';
import { importClassifier } from './index.ts';
import { singlePrecision } from './single-precision.ts';

/** A classifier whose only output is one logit for each class, float32. */
export interface RunnableClassifier {
  readonly model: Model;
  readonly output: string;
  readonly input: ImageInput;
  readonly classes: number;
  /** Side of the images to give it. */
  readonly imageSize: number;
  /** What it expects of its pixels, as far as the file tells. */
  readonly normalization: Normalization | undefined;
}

/**
 * Reads a classifier.
 *
 * @param name how errors call the file
 * @throws LabError as {@link importClassifier} does
 */
export function runnableClassifier(bytes: Uint8Array, name: string): RunnableClassifier {
  const {
    architecture,
    input,
    output: shown,
    normalization,
  } = importClassifier(bytes, name, { fixedBatch: true });
  const { graph, ...rest } = singlePrecision(decodeModel(bytes, name));
  const output = beforeActivation(graph.nodes, shown);
  // Types of inner values and outputs are those of the file, which may have been of another precision.
  const model = {
    ...rest,
    graph: { ...graph, outputs: [{ name: output, dtype: 'float32' as const }], valueInfo: [] },
  };
  return {
    ...{ model: keepOutputs(model, [output]), output, input, normalization },
    classes: architecture.classes,
    imageSize: architecture.imageSize,
  };
}

const ACTIVATIONS = ['Softmax', 'LogSoftmax', 'Sigmoid'];
const RESHAPES = ['Flatten', 'Squeeze', 'Reshape', 'Cast', 'Identity', 'Dropout'];

/** The logits where the file goes on to probabilities; else the output. */
function beforeActivation(nodes: readonly Node[], output: string): string {
  const makers = new Map(nodes.map((node) => [node.outputs[0] ?? '', node]));
  let logits = output;
  for (let value = output; ;) {
    const node = makers.get(value);
    const activates = ACTIVATIONS.includes(node?.opType ?? '');
    if (node === undefined || (!activates && !RESHAPES.includes(node.opType))) return logits;
    value = node.inputs[0] ?? '';
    if (activates) logits = value;
  }
}
