/** The checks are checked: a gradient rule spoiled on purpose must fail them. */
import { describe, expect, test } from 'vitest';
import type { GradientRules } from '../../src-main/autograd/backward.ts';
import { GRADIENTS } from '../../src-main/autograd/ops/index.ts';
import { constantLike, ZERO, type Vjp, type VjpContext } from '../../src-main/autograd/rule.ts';
import type { GraphBuilder, Value } from '../../src-main/onnx/graph-builder.ts';
import {
  exactMismatches,
  gradientModel,
  numericMismatches,
  runtimeMismatches,
} from '../helpers/gradient-check.ts';
import { GRADIENT_CASES } from './gradient-cases/index.ts';

type Op = keyof typeof GRADIENT_CASES;
type Spoiled = (cotangents: readonly (Value | undefined)[], c: VjpContext) => (Value | undefined)[];

/** The rules with one of them altered. */
function spoil(op: Op, alter: Spoiled): GradientRules {
  const rule = GRADIENTS[op] as Vjp;
  return { ...GRADIENTS, [op]: (c: VjpContext) => alter(rule(c), c) };
}

/** The rules with the cotangent of one input altered. */
function spoilInput(op: Op, index: number, alter: (cotangent: Value, c: VjpContext) => Value): GradientRules {
  return spoil(op, (cotangents, c) =>
    cotangents.map((value, i) => (value && i === index ? alter(value, c) : value)),
  );
}

/** The inputs of an op that some case asks the gradient of. */
function checkedInputs(op: Op): number[] {
  const seen = new Set<number>();
  const watched = spoil(op, (cotangents, c) => {
    cotangents.forEach((cotangent, i) => {
      if (cotangent && c.needs(i)) seen.add(i);
    });
    return [...cotangents];
  });
  for (const gradientCase of GRADIENT_CASES[op]) gradientModel(gradientCase, { rules: watched });
  return [...seen].sort();
}

/** Whether the cases of an op see that something is wrong. An error while building the gradient is seen, too. */
function noticed(op: Op, rules: GradientRules): boolean {
  return GRADIENT_CASES[op].some((gradientCase) => {
    try {
      return numericMismatches(gradientCase, rules).length > 0;
    } catch {
      return true;
    }
  });
}

function scaled(g: GraphBuilder, x: Value, factor: number): Value {
  return g.mul(x, constantLike(g, x, factor));
}

/** Moves a picture by one place to the left, as a wrong padding does. */
function shifted(g: GraphBuilder, x: Value): Value {
  const width = x.shape[3] as number;
  return g.pad(g.slice(x, [1], [width], [3]), [0, 1], [3]);
}

describe.each(Object.keys(GRADIENT_CASES) as Op[])('%s', (op) => {
  test('a factor of 1.001 on the gradient of any input is noticed', () => {
    const inputs = checkedInputs(op);
    expect(inputs.length).toBeGreaterThan(0);
    for (const index of inputs) {
      const rules = spoilInput(op, index, (cotangent, { g }) => scaled(g, cotangent, 1.001));
      expect(noticed(op, rules), `input ${index}`).toBe(true);
    }
  });

  test('a rule that forgets its gradient is noticed', () => {
    expect(noticed(op, { ...GRADIENTS, [op]: ZERO })).toBe(true);
  });
});

describe('a transpose', () => {
  test('of the permutation, applied instead of undone', () => {
    const rules = spoil('Transpose', (_, { g, attributes, dy }) => [
      g.transpose(dy, attributes.ints('perm') ?? [...dy.shape.keys()].reverse()),
    ]);
    expect(noticed('Transpose', rules)).toBe(true);
  });

  test('of a square matrix product', () => {
    const square = { ...GRADIENT_CASES.MatMul[0]!, inputs: [{ dims: [3, 3] }, { dims: [3, 3] }] };
    const flipped: Vjp = ({ g, x, dy }) => [g.matMul(dy, x(1)), g.matMul(x(0), dy)];
    expect(numericMismatches(square)).toEqual([]);
    expect(numericMismatches(square, { ...GRADIENTS, MatMul: flipped })).not.toEqual([]);
  });

  test('of the two axes of a kernel', () => {
    const rules = spoilInput('Conv', 1, (cotangent, { g }) => g.transpose(cotangent, [0, 1, 3, 2]));
    const [gradientCase] = GRADIENT_CASES.Conv;
    expect(numericMismatches(gradientCase!, rules)).not.toEqual([]);
  });

  test('of the filters and channels of a kernel, left out', () => {
    const mirrored = (c: VjpContext): Value => c.g.slice(c.x(1), [-1, -1], [-1000, -1000], [2, 3], [-1, -1]);
    const unflipped: Vjp = (c) =>
      (GRADIENTS.Conv as Vjp)({ ...c, needs: c.needs, x: (i) => (i === 1 ? mirrored(c) : c.x(i)) });
    const wide = GRADIENT_CASES.Conv.find(({ name }) => name === 'Conv a wide image')!;
    expect(numericMismatches(wide, { ...GRADIENTS, Conv: unflipped })).not.toEqual([]);
  });
});

describe('a padding', () => {
  test.each(['Conv', 'ConvTranspose', 'MaxPool', 'AveragePool'] as const)('%s, off by one', (op) => {
    expect(
      noticed(
        op,
        spoilInput(op, 0, (cotangent, { g }) => shifted(g, cotangent)),
      ),
    ).toBe(true);
  });

  test.each(['Conv', 'ConvTranspose'] as const)('%s, off by one in the kernel', (op) => {
    expect(
      noticed(
        op,
        spoilInput(op, 1, (cotangent, { g }) => shifted(g, cotangent)),
      ),
    ).toBe(true);
  });

  test('Pad, cut off at the wrong end', () => {
    const rules = spoil('Pad', (_, { g, x, dy }) => [
      g.slice(dy, [0, 0], x(0).shape.slice(-2) as number[], [-2, -1]),
    ]);
    const [gradientCase] = GRADIENT_CASES.Pad;
    expect(numericMismatches(gradientCase!, rules)).not.toEqual([]);
  });
});

test('statistics of the batch taken for constants', () => {
  const constant: Vjp = (c) => {
    const { g, x, dy, outputs } = c;
    const rest = (GRADIENTS.BatchNormalization as Vjp)(c).slice(1);
    const variance = outputs[2] ?? g.optionalOutput(c.node, 2);
    const slope = g.div(x(1), g.sqrt(g.add(variance, constantLike(g, variance, 1e-5))));
    return [g.mul(dy, x(0).shape.length === 2 ? slope : g.reshape(slope, [-1, 1, 1])), ...rest];
  };
  const training = GRADIENT_CASES.BatchNormalization.filter(({ name }) => name.includes('training'));
  for (const gradientCase of training) {
    const found = numericMismatches(gradientCase, { ...GRADIENTS, BatchNormalization: constant });
    expect(found.some((line) => line.startsWith('dx0'))).toBe(true);
    expect(found.some((line) => line.startsWith('dx1'))).toBe(false);
  }
});

test('statistics of a sample taken for constants', () => {
  const constant: Vjp = (c) => {
    const inverse = c.g.optionalOutput(c.node, 2);
    return [c.g.mul(c.g.mul(c.dy, c.x(1)), inverse)];
  };
  for (const gradientCase of GRADIENT_CASES.LayerNormalization) {
    expect(numericMismatches(gradientCase, { ...GRADIENTS, LayerNormalization: constant })).not.toEqual([]);
  }
});

test('the energy of other channels forgotten', () => {
  const alone: Vjp = ({ g, x, outputs, dy }) => [g.mul(dy, g.div(outputs[0]!, x(0)))];
  for (const gradientCase of GRADIENT_CASES.LRN) {
    expect(numericMismatches(gradientCase, { ...GRADIENTS, LRN: alone })).not.toEqual([]);
  }
});

test('parts put together in another order', () => {
  const turned: Vjp = (c) =>
    (GRADIENTS.Split as Vjp)({ ...c, dys: c.dys.toReversed(), outputs: c.outputs.toReversed() });
  expect(noticed('Split', { ...GRADIENTS, Split: turned })).toBe(true);
});

test('the exact check notices one part in a million', async () => {
  const [gradientCase] = GRADIENT_CASES.Conv;
  const rules = spoilInput('Conv', 1, (cotangent, { g }) => scaled(g, cotangent, 1 + 1e-6));
  expect(await exactMismatches(gradientCase!)).toEqual([]);
  expect(await exactMismatches(gradientCase!, rules)).not.toEqual([]);
});

test('the comparison with onnxruntime notices what float32 loses', async () => {
  const lossy = {
    name: 'lossy',
    inputs: [{ dims: [2, 3] }],
    build: (g: GraphBuilder, [x]: readonly Value[]) => g.sub(g.add(x!, g.scalar(1e6)), g.scalar(1e6)),
  };
  expect(await runtimeMismatches(lossy)).not.toEqual([]);
});
