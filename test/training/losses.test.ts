import { describe, expect, it } from 'vitest';
import { backward } from '../../src-main/autograd/backward.ts';
import { GraphBuilder } from '../../src-main/onnx/graph-builder.ts';
import { float32, type Tensor } from '../../src-main/onnx/tensor.ts';
import { createSession } from '../../src-main/runtime/session.ts';
import { crossEntropy } from '../../src-main/training/losses/cross-entropy.ts';
import { readGolden } from '../helpers/golden.ts';

interface Case {
  readonly name: string;
  readonly logits: readonly (readonly number[])[];
  readonly labels: readonly number[];
  readonly labelSmoothing: number;
  readonly classWeights: readonly number[] | null;
  readonly loss: number;
  readonly gradient: readonly (readonly number[])[];
}

const { crossEntropy: cases } = readGolden<{ crossEntropy: readonly Case[] }>('losses');

async function lossAndGradient(test: Case): Promise<{ loss: number; gradient: number[] }> {
  const classes = test.logits[0]?.length ?? 0;
  const g = new GraphBuilder('loss');
  const logits = g.input('logits', 'float32', ['N', classes]);
  const labels = g.input('labels', 'int64', ['N']);
  const loss = crossEntropy(g, logits, labels, {
    label_smoothing: test.labelSmoothing,
    weight: test.classWeights ?? undefined,
  });
  g.output(loss, 'loss');
  g.output(backward(g, loss, [logits]).get('logits') ?? loss, 'gradient');
  const session = await createSession(g.build());
  const outputs = await session.run(
    new Map<string, Tensor>([
      ['logits', float32([test.labels.length, classes], test.logits.flat())],
      [
        'labels',
        { dtype: 'int64', dims: [test.labels.length], data: BigInt64Array.from(test.labels, BigInt) },
      ],
    ]),
  );
  await session.release();
  return {
    loss: Number(outputs.get('loss')?.data[0]),
    gradient: Array.from(outputs.get('gradient')?.data as Float32Array),
  };
}

describe('cross-entropy', () => {
  // float32 carries 7 digits; the reference is computed in float64.
  it.each(cases)('$name: loss and gradient are those of PyTorch', async (test) => {
    const { loss, gradient } = await lossAndGradient(test);
    expect(Math.abs(loss - test.loss)).toBeLessThan(1e-6 * Math.max(1, Math.abs(test.loss)));
    test.gradient.flat().forEach((expected, i) => {
      expect(Math.abs((gradient[i] ?? NaN) - expected)).toBeLessThan(1e-6);
    });
  });
});
