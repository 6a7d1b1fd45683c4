import { describe, expect, it } from 'vitest';
import { Network } from '../../src-main/models/layers/network.ts';
import { stochasticDepth } from '../../src-main/models/layers/stochastic-depth.ts';
import { constant } from '../../src-main/models/initializers.ts';
import { GraphBuilder, type Value } from '../../src-main/onnx/graph-builder.ts';
import { float32, type Tensor } from '../../src-main/onnx/tensor.ts';
import { createSession } from '../../src-main/runtime/session.ts';

const SAMPLES = 5000;

function network(options: { training: boolean; trainable: boolean }): { net: Network; x: Value } {
  const g = new GraphBuilder('stochastic depth');
  const net = new Network(g, { training: options.training, isTrainable: () => options.trainable });
  net.parameter('block.weight', [1], constant(1));
  return { net, x: g.input('x', 'float32', ['N', 2, 1, 2]) };
}

describe('stochastic depth', () => {
  it('leaves a share of p of the samples out as a whole and divides the others by 1 − p', async () => {
    const { net, x } = network({ training: true, trainable: true });
    net.g.output(stochasticDepth(net, x, 'block', 0.2), 'y');
    const session = await createSession(net.g.build());
    const word: Tensor = { dtype: 'uint32', dims: [1], data: Uint32Array.of(3) };
    const outputs = await session.run(
      new Map([
        ['x', float32([SAMPLES, 2, 1, 2], new Float32Array(4 * SAMPLES).fill(1))],
        ['block.weight', float32([1], [1])],
        ['random_seed', word],
        ['random_step', word],
      ]),
    );
    await session.release();
    const { data, dims } = outputs.get('y') as { data: Float32Array; dims: readonly number[] };
    expect(dims).toEqual([SAMPLES, 2, 1, 2]);
    const samples = Array.from({ length: SAMPLES }, (_, i) => [...data.subarray(4 * i, 4 * i + 4)]);
    expect(samples.every((sample) => new Set(sample).size === 1)).toBe(true);
    expect(new Set(data)).toEqual(new Set([0, Math.fround(1 / 0.8)]));
    const dropped = samples.filter(([first]) => first === 0).length / SAMPLES;
    // Five standard errors of a share.
    expect(Math.abs(dropped - 0.2)).toBeLessThan(5 * Math.sqrt((0.2 * 0.8) / SAMPLES));
  });

  it.each([
    ['in evaluation', { training: false, trainable: true, p: 0.2 }],
    ['in a block that is not trained', { training: true, trainable: false, p: 0.2 }],
    ['with p = 0', { training: true, trainable: true, p: 0 }],
  ])('drops nothing %s, and asks for no random key', (_, { p, ...options }) => {
    const { net, x } = network(options);
    expect(stochasticDepth(net, x, 'block', p)).toBe(x);
    expect(net.g.build().graph.inputs.map(({ name }) => name)).toEqual(['block.weight', 'x']);
  });
});
