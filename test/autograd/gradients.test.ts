import { describe, expect, test } from 'vitest';
import { GRADIENTS } from '../../src-main/autograd/ops/index.ts';
import { ZERO } from '../../src-main/autograd/rule.ts';
import { OPS, type OpType } from '../../src-main/onnx/ops/index.ts';
import {
  exactMismatches,
  forwardModel,
  numericMismatches,
  runtimeMismatches,
  type GradientCase,
} from '../helpers/gradient-check.ts';
import { COMPOSITIONS } from './gradient-cases/compositions.ts';
import { GRADIENT_CASES } from './gradient-cases/index.ts';
import { UNSUPPORTED_OPS, ZERO_OPS } from './gradient-cases/not-differentiated.ts';

const opTypes = Object.keys(OPS) as OpType[];

test('every op has a gradient that is checked, or is listed as having none', () => {
  const ops = (wanted: (op: OpType) => boolean): string[] => opTypes.filter(wanted).sort();
  expect(ops((op) => GRADIENTS[op] === ZERO)).toEqual([...ZERO_OPS].sort());
  expect(ops((op) => typeof GRADIENTS[op] === 'object')).toEqual([...UNSUPPORTED_OPS].sort());
  expect(ops((op) => typeof GRADIENTS[op] === 'function')).toEqual(Object.keys(GRADIENT_CASES).sort());
});

async function expectRightGradient(gradientCase: GradientCase): Promise<void> {
  expect(numericMismatches(gradientCase)).toEqual([]);
  expect(await runtimeMismatches(gradientCase)).toEqual([]);
  if (gradientCase.linear) expect(await exactMismatches(gradientCase)).toEqual([]);
}

describe.each(Object.entries(GRADIENT_CASES))('%s', (op, cases) => {
  test.each(cases)('$name', async (gradientCase) => {
    expect(forwardModel(gradientCase).graph.nodes.map(({ opType }) => opType)).toContain(op);
    await expectRightGradient(gradientCase);
  });
});

describe('compositions', () => {
  test.each(COMPOSITIONS)('$name', expectRightGradient);
});
