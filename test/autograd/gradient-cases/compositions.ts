/** Graphs of several ops, in which cotangents meet. */
import type { GraphBuilder, Value } from '../../../src-main/onnx/graph-builder.ts';
import { crossEntropy } from '../../../src-main/training/losses/cross-entropy.ts';
import { dropout } from '../../../src-main/models/layers/dropout.ts';
import { int64 } from '../../../src-main/onnx/tensor.ts';
import type { GradientCase } from '../../helpers/gradient-check.ts';

function word(g: GraphBuilder, value: number): Value {
  return g.constant({ dtype: 'uint32', dims: [1], data: Uint32Array.of(value) });
}

function normAndRelu(g: GraphBuilder, x: Value, scale: Value, bias: Value): Value {
  return g.relu(g.batchNormalizationTraining(x, scale, bias, 1e-5)[0]);
}

export const COMPOSITIONS: readonly GradientCase[] = [
  {
    name: 'a value used as both operands',
    inputs: [{ dims: [2, 3] }],
    build: (g, [x]) => g.mul(x!, x!),
  },
  {
    name: 'a value used four times, once broadcast',
    linear: true,
    inputs: [{ dims: [3] }, { dims: [2, 3] }],
    build: (g, [x, y]) => g.sub(g.add(g.add(x!, y!), g.sum([x!, x!])), g.neg(x!)),
  },
  {
    name: 'a diamond',
    inputs: [{ dims: [2, 3] }],
    build: (g, [x]) => {
      const y = g.exp(x!);
      return g.div(g.tanh(y), g.add(y, g.sqrt(y)));
    },
  },
  {
    name: 'a branch that ends nowhere',
    inputs: [{ dims: [2, 3] }],
    build: (g, [x]) => {
      g.exp(x!);
      return g.tanh(x!);
    },
  },
  {
    name: 'a branch without a gradient',
    inputs: [{ dims: [2, 3], distinct: true }],
    build: (g, [x]) => g.mul(x!, g.cast(g.greater(x!, g.scalar(0.01)), 'float32')),
  },
  {
    name: 'a residual block and a classifier under cross-entropy',
    inputs: [
      { dims: [3, 2, 4, 4], batch: true },
      { dims: [2, 2, 3, 3] },
      { dims: [2] },
      { dims: [2] },
      { dims: [3, 2] },
      { dims: [3] },
    ],
    build: (g, [x, w, scale, bias, head, offset]) => {
      const branch = normAndRelu(g, g.conv(x!, w!, undefined, { pads: [1, 1, 1, 1] }), scale!, bias!);
      const pooled = g.flatten(g.globalAveragePool(g.add(branch, x!)));
      const logits = g.gemm(pooled, head!, offset, { transB: 1 });
      return crossEntropy(g, logits, g.constant(int64([2, 0, 1])), {
        label_smoothing: 0.1,
        weight: [1, 2, 0.5],
      });
    },
  },
  {
    name: 'a stem: convolution, norm, max-pooling',
    inputs: [
      { dims: [2, 3, 8, 8], wrt: false, batch: true },
      { dims: [2, 3, 3, 3] },
      { dims: [2] },
      { dims: [2] },
    ],
    build: (g, [x, w, scale, bias]) => {
      const y = g.conv(x!, w!, undefined, { strides: [2, 2], pads: [1, 1, 1, 1] });
      const window = { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] };
      return g.maxPool(normAndRelu(g, y, scale!, bias!), window);
    },
  },
  {
    name: 'dropout',
    inputs: [{ dims: [4, 6], batch: true }],
    build: (g, [x]) => {
      const key = { seed: word(g, 7), step: word(g, 3), layer: 0 };
      return g.tanh(dropout(g, x!, 0.4, key));
    },
  },
];
