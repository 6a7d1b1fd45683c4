/** At kinks and ties, where several gradients would be right, rules give PyTorch's. */
import { expect, test } from 'vitest';
import { backward } from '../../src-main/autograd/backward.ts';
import { GraphBuilder, type Value } from '../../src-main/onnx/graph-builder.ts';
import { float32 } from '../../src-main/onnx/tensor.ts';
import { readGolden } from '../helpers/golden.ts';
import { runOnnx } from '../helpers/ort.ts';

interface Kink {
  readonly op: keyof typeof BUILD;
  readonly dims: readonly number[];
  readonly inputs: readonly number[][];
  readonly gradients: readonly number[][];
}

const BUILD = {
  Relu: (g: GraphBuilder, [x]: Value[]) => g.relu(x!),
  Abs: (g: GraphBuilder, [x]: Value[]) => g.abs(x!),
  Clip: (g: GraphBuilder, [x]: Value[]) => g.clip(x!, g.scalar(-1), g.scalar(1)),
  Max: (g: GraphBuilder, [a, b]: Value[]) => g.max(a!, b!),
  Min: (g: GraphBuilder, [a, b]: Value[]) => g.min(a!, b!),
  ReduceMax: (g: GraphBuilder, [x]: Value[]) => g.reduceMax(x!),
  Pow: (g: GraphBuilder, [x]: Value[]) => g.pow(x!, g.floats([0, 1, 2, 3])),
  HardSwish: (g: GraphBuilder, [x]: Value[]) => g.hardSwish(x!),
  HardSigmoid: (g: GraphBuilder, [x]: Value[]) => g.hardSigmoid(x!),
  LeakyRelu: (g: GraphBuilder, [x]: Value[]) => g.leakyRelu(x!, 0.25),
  PRelu: (g: GraphBuilder, [x, slope]: Value[]) => g.pRelu(x!, slope!),
  Elu: (g: GraphBuilder, [x]: Value[]) => g.elu(x!, 2),
  Celu: (g: GraphBuilder, [x]: Value[]) => g.celu(x!, 2),
  Selu: (g: GraphBuilder, [x]: Value[]) => g.selu(x!),
  ThresholdedRelu: (g: GraphBuilder, [x]: Value[]) => g.thresholdedRelu(x!, 1),
  Softsign: (g: GraphBuilder, [x]: Value[]) => g.softsign(x!),
  ReduceMin: (g: GraphBuilder, [x]: Value[]) => g.reduceMin(x!),
  ReduceL1: (g: GraphBuilder, [x]: Value[]) => g.reduceL1(x!),
  ReduceL2: (g: GraphBuilder, [x]: Value[]) => g.reduceL2(x!),
  GlobalMaxPool: (g: GraphBuilder, [x]: Value[]) => g.globalMaxPool(x!),
  MaxPool: (g: GraphBuilder, [x]: Value[]) => g.maxPool(x!, { kernel_shape: [2, 2], strides: [2, 2] }),
};

test.each(readGolden<{ kinks: Kink[] }>('kinks').kinks)('$op', async ({ op, dims, inputs, gradients }) => {
  const g = new GraphBuilder('kinks');
  const values = inputs.map((_, i) => g.input(`x${i}`, 'float32', dims));
  const total = g.reduceSum(BUILD[op](g, values), undefined, false);
  const found = backward(g, total, values);
  values.forEach(({ name }) => {
    g.output(found.get(name)!, `d${name}`);
  });
  const outputs = await runOnnx(
    g.build(),
    new Map(inputs.map((input, i) => [`x${i}`, float32(dims, input)])),
  );
  gradients.forEach((gradient, i) => {
    // Thirds, sixths and exponentials are rounded to float32 on both sides; everything else is exact.
    (outputs.get(`dx${i}`)!.data as Float32Array).forEach((element, j) => {
      expect(element).toBeCloseTo(gradient[j]!, 6);
    });
  });
});
