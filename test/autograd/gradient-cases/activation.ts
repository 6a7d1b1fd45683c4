import type { GraphBuilder, Value } from '../../../src-main/onnx/graph-builder.ts';
import type { activation as schemas } from '../../../src-main/onnx/ops/activation.ts';
import type { GradientCase, GradientInput } from '../../helpers/gradient-check.ts';
import { unary } from './elementwise.ts';
import type { FamilyCases } from './not-differentiated.ts';

function axes(name: string, build: (g: GraphBuilder, x: Value, axis: number) => Value): GradientCase[] {
  return [-1, 0, 1, 2].map((axis) => ({
    name: `${name} over axis ${axis}`,
    inputs: [{ dims: [2, 3, 4], map: (u) => 3 * u, batch: true }],
    build: (g, [x]) => build(g, x!, axis),
  }));
}

/** Both sides of a kink at 0, which no element comes near. */
const bothSides: Omit<GradientInput, 'dims'> = { distinct: true, map: (u) => 2 * u + 0.003 };

/** All three pieces of functions that bend at −3 and 3. */
const threePieces: Omit<GradientInput, 'dims'> = { distinct: true, map: (u) => 5 * u + 0.003 };

const wide: Omit<GradientInput, 'dims'> = { map: (u) => 3 * u };

function pRelu(x: readonly number[], slope: readonly number[]): GradientCase {
  return {
    name: `PRelu [${x.join(', ')}] with slopes [${slope.join(', ')}]`,
    inputs: [{ ...bothSides, dims: x, batch: true }, { dims: slope }],
    build: (g, [value, slopes]) => g.pRelu(value!, slopes!),
  };
}

export const activationCases: FamilyCases<typeof schemas> = {
  Relu: unary('Relu', (g, x) => g.relu(x), { distinct: true, map: (u) => u + 0.003 }),
  LeakyRelu: [
    ...unary('LeakyRelu', (g, x) => g.leakyRelu(x), bothSides),
    ...unary('LeakyRelu by 0.3', (g, x) => g.leakyRelu(x, 0.3), bothSides),
    ...unary('LeakyRelu downwards', (g, x) => g.leakyRelu(x, -0.5), bothSides),
  ],
  ThresholdedRelu: unary('ThresholdedRelu', (g, x) => g.thresholdedRelu(x, 0.25), bothSides),
  PRelu: [pRelu([2, 3, 2, 2], [3, 1, 1]), pRelu([2, 3], []), pRelu([2, 3], [3]), pRelu([2, 3], [2, 3])],
  Elu: [
    ...unary('Elu', (g, x) => g.elu(x), bothSides),
    ...unary('Elu by 0.5', (g, x) => g.elu(x, 0.5), bothSides),
  ],
  Celu: [
    ...unary('Celu', (g, x) => g.celu(x), bothSides),
    ...unary('Celu by 2', (g, x) => g.celu(x, 2), bothSides),
  ],
  Selu: [
    ...unary('Selu', (g, x) => g.selu(x), bothSides),
    ...unary(
      'Selu with its own constants',
      (g, x) => g.node('Selu', [x], { alpha: 0.5, gamma: 2 })[0]!,
      bothSides,
    ),
  ],
  Sigmoid: unary('Sigmoid', (g, x) => g.sigmoid(x), wide),
  HardSigmoid: [
    ...unary('HardSigmoid', (g, x) => g.hardSigmoid(x), threePieces),
    ...unary("HardSigmoid by ONNX's default", (g, x) => g.node('HardSigmoid', [x])[0]!, threePieces),
    ...unary('HardSigmoid downwards', (g, x) => g.hardSigmoid(x, -0.3, 0.2), threePieces),
  ],
  HardSwish: unary('HardSwish', (g, x) => g.hardSwish(x), threePieces),
  Tanh: unary('Tanh', (g, x) => g.tanh(x), { map: (u) => 2 * u }),
  Softplus: unary('Softplus', (g, x) => g.softplus(x), wide),
  Softsign: unary('Softsign', (g, x) => g.softsign(x), bothSides),
  Mish: unary('Mish', (g, x) => g.mish(x), wide),
  Gelu: [
    ...unary('Gelu', (g, x) => g.gelu(x), wide),
    ...unary('Gelu by tanh', (g, x) => g.gelu(x, 'tanh'), wide),
  ],
  Softmax: axes('Softmax', (g, x, axis) => g.softmax(x, axis)),
  LogSoftmax: axes('LogSoftmax', (g, x, axis) => g.logSoftmax(x, axis)),
};
