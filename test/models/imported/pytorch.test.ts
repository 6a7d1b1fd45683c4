/** Networks that PyTorch exported, beside PyTorch itself and beside onnxruntime on the very files. */
import { describe, expect, it } from 'vitest';
import { networkState } from '../../../src-main/models/state.ts';
import { decodeModel } from '../../../src-main/onnx/decode.ts';
import { bindInitializers } from '../../../src-main/onnx/edit.ts';
import { float32, type Tensor } from '../../../src-main/onnx/tensor.ts';
import type { Model, Node } from '../../../src-main/onnx/types.ts';
import { createSession } from '../../../src-main/runtime/session.ts';
import { buildArtifacts } from '../../../src-main/training/artifacts.ts';
import { readGolden } from '../../helpers/golden.ts';
import { relativeDifference } from '../../helpers/numbers.ts';
import { seededImages, seededLabels } from '../../helpers/seeded.ts';
import { fixture, imported, lossesOf, NORMALIZATION, optionsOf } from './support.ts';

interface Case {
  readonly name: string;
  readonly head: string;
  readonly size: number;
  readonly lr: number;
  readonly losses: readonly number[];
}

const golden = readGolden<{ classes: number; batchSize: number; steps: number; cases: Case[] }>('imported');

/** Classes of the exported networks. */
const EXPORTED = 10;

describe.each(golden.cases)('$name', (test) => {
  const { name, head, size, lr, losses } = test;
  const classifier = imported(name);

  it('has a new head under the old name, and every tensor that has been learnt', () => {
    const prefix = name.startsWith('shufflenet') ? 'model.' : '';
    expect(classifier.architecture).toMatchObject({
      imageSize: size,
      classes: EXPORTED,
      head: [`${prefix}${head}.weight`, `${prefix}${head}.bias`],
    });
    const { initializers } = decodeModel(fixture(name)).graph;
    const specs = networkState(classifier.architecture, EXPORTED, size);
    const count = (sizes: readonly (readonly number[])[]): number =>
      sizes.reduce((sum, dims) => sum + dims.reduce((a, b) => a * b, 1), 0);
    const floats = [...initializers.values()].filter(
      ({ dtype, data }) => dtype === 'float32' && data.length > 1,
    );
    expect(count(specs.map(({ dims }) => dims))).toBeGreaterThanOrEqual(
      count(floats.map(({ dims }) => dims)),
    );
  });

  it('gives the logits that onnxruntime finds in the file', async () => {
    const count = decodeModel(fixture(name)).graph.inputs[0]!.shape![0] === 1 ? 1 : 2;
    const labels = seededLabels('batch.0', count, golden.classes);
    const pixels = seededImages('batch.0', labels, size);
    const expected = await logitsOfFile(name, pixels, count, size);
    const found = await logitsOfLab(test, pixels, count);
    // Sums in another order; the logits are of the size of one.
    expect(relativeDifference(found, expected, 1)).toBeLessThan(1e-4);
  });

  it('takes the same five steps as PyTorch', async () => {
    const { classes, batchSize, steps } = golden;
    const found = await lossesOf(classifier, { classes, batchSize, lr, steps });
    expect(relativeDifference(found.slice(0, 1), losses.slice(0, 1))).toBeLessThan(1e-5);
    expect(relativeDifference(found, losses)).toBeLessThan(1e-3);
  });
});

async function logitsOfFile(
  name: string,
  pixels: Uint8Array,
  count: number,
  size: number,
): Promise<Float32Array> {
  const planes = new Float32Array(pixels.length);
  const { mean, std } = NORMALIZATION;
  pixels.forEach((value, at) => {
    const [channel, place] = [at % 3, Math.floor(at / 3)];
    const [image, within] = [Math.floor(place / size ** 2), place % size ** 2];
    planes[(image * 3 + channel) * size ** 2 + within] = (value / 255 - mean[channel]!) / std[channel]!;
  });
  const model = decodeModel(fixture(name));
  const training = name.includes('training');
  const session = await createSession(training ? inEvaluation(model) : fixture(name));
  const outputs = await session.run(new Map([['input', float32([count, 3, size, size], planes)]]));
  await session.release();
  return outputs.get('output')!.data as Float32Array;
}

/** A network exported for training, without what only training does. */
function inEvaluation(model: Model): Model {
  const nodes = model.graph.nodes.map((node): Node => {
    if (node.opType === 'BatchNormalization') {
      const { training_mode: _, ...attributes } = node.attributes;
      return { ...node, outputs: node.outputs.slice(0, 1), attributes };
    }
    return node.opType === 'Dropout'
      ? { ...node, inputs: node.inputs.slice(0, 1), outputs: node.outputs.slice(0, 1) }
      : node;
  });
  return { ...model, graph: { ...model.graph, nodes } };
}

/** The evaluation graph with the file's own head, behind a softmax where the file has one. */
async function logitsOfLab(
  { name, head, size }: Case,
  pixels: Uint8Array,
  count: number,
): Promise<Float32Array> {
  const classifier = imported(name);
  const { evaluation } = buildArtifacts(optionsOf(classifier, { classes: EXPORTED }));
  const { initializers } = decodeModel(fixture(name)).graph;
  const weights = new Map(classifier.weights);
  for (const [at, part] of ['weight', 'bias'].entries()) {
    const stored = [...initializers].find(([key]) => key.endsWith(`${head}.${part}`));
    weights.set(classifier.architecture.head[at]!, stored![1]);
  }
  const session = await createSession(bindInitializers(evaluation, weights));
  const images: Tensor = { dtype: 'uint8', dims: [count, size, size, 3], data: pixels };
  const outputs = await session.run(new Map([['images', images]]), ['logits']);
  await session.release();
  const logits = outputs.get('logits')!.data as Float32Array;
  return name.includes('softmax') ? softmaxRows(logits) : logits;
}

function softmaxRows(logits: Float32Array): Float32Array {
  return logits.map((logit, at) => {
    const first = at - (at % EXPORTED);
    const row = logits.subarray(first, first + EXPORTED);
    return 1 / row.reduce((sum, other) => sum + Math.exp(other - logit), 0);
  });
}
