import { expect, it } from 'vitest';
import { batchNorm2d, Network } from '../../src-main/models/layers/index.ts';
import { GraphBuilder, type Value } from '../../src-main/onnx/graph-builder.ts';
import { float32 } from '../../src-main/onnx/tensor.ts';
import { createSession } from '../../src-main/runtime/session.ts';

it.each([
  [undefined, 0.1],
  [0.01, 0.01],
])('momentum %s moves the running statistics by %d of the batch', async (given, momentum) => {
  const g = new GraphBuilder('batch norm');
  const net = new Network(g, { training: true, isTrainable: () => true });
  const x = g.input('x', 'float32', ['N', 1, 1, 2]);
  g.output(batchNorm2d(net, x, 'bn', given === undefined ? {} : { momentum: given }), 'y');
  for (const name of ['mean', 'var']) g.output(net.bufferUpdates.get(`bn.running_${name}`) as Value, name);
  const session = await createSession(g.build());
  // Mean 3, and variance 20 / 3 by n − 1.
  const outputs = await session.run(
    new Map([
      ['x', float32([2, 1, 1, 2], [0, 2, 4, 6])],
      ['bn.weight', float32([1], [1])],
      ['bn.bias', float32([1], [0])],
      ['bn.running_mean', float32([1], [10])],
      ['bn.running_var', float32([1], [2])],
    ]),
  );
  await session.release();
  expect(outputs.get('mean')?.data[0]).toBeCloseTo((1 - momentum) * 10 + momentum * 3, 5);
  expect(outputs.get('var')?.data[0]).toBeCloseTo((1 - momentum) * 2 + (momentum * 20) / 3, 5);
});
