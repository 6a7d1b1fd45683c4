import { describe, expect, test } from 'vitest';
import {
  compatibleShapes,
  divideDims,
  formatShape,
  multiplyDims,
  sameDim,
  substituteDim,
  UNKNOWN,
} from '../../src-main/onnx/dims.ts';

describe('multiplyDims', () => {
  test.each([
    [[], 1],
    [[3, 4], 12],
    [['N', 3, 64, 64], '12288*N'],
    [[1, 'N'], 'N'],
    [['W', 'H', 2, 'H'], '2*H*H*W'],
    [['2*N', 3], '6*N'],
    [['N', 0], 0],
    [['N', UNKNOWN], UNKNOWN],
  ])('%j is %j', (dims, product) => {
    expect(multiplyDims(dims)).toBe(product);
  });

  test.each(['N+1', '*N', 'N*', '-2*N', '1.5*N', ' *N', '7'])(
    'takes %j of another tool as a name',
    (name) => {
      const [first, ...rest] = name.split('*').sort();
      expect(multiplyDims([2, name])).toBe(`2*${[first, ...rest].join('*')}`);
    },
  );
});

describe('divideDims', () => {
  test.each([
    [12, 4, 3],
    [12, 5, undefined],
    ['12*N', 4, '3*N'],
    ['12*N', 'N', 12],
    ['12*N', '3*N', 4],
    ['N', 'N', 1],
    ['12*N', '5*N', undefined],
    ['5*N', 3, UNKNOWN],
    [12, 'N', UNKNOWN],
    ['N', 'M', UNKNOWN],
    [UNKNOWN, 3, UNKNOWN],
    [3, UNKNOWN, UNKNOWN],
    [3, 0, undefined],
    [0, 0, undefined],
  ])('%j / %j is %j', (dividend, divisor, quotient) => {
    expect(divideDims(dividend, divisor)).toBe(quotient);
  });
});

test('substituteDim puts numbers in for the symbols it is given', () => {
  expect(substituteDim('3136*N', { N: 2 })).toBe(6272);
  expect(substituteDim('H*N', { N: 2 })).toBe('2*H');
  expect(substituteDim('N', { N: 1 })).toBe(1);
  expect(substituteDim(UNKNOWN, { N: 2 })).toBe(UNKNOWN);
  expect(substituteDim(5, { N: 2 })).toBe(5);
  expect(substituteDim('constructor', { N: 2 })).toBe('constructor');
});

test('compatibleShapes lets symbols be anything', () => {
  expect(compatibleShapes(['N', 3], [4, 3])).toBe(true);
  expect(compatibleShapes(['N', 3], ['M', UNKNOWN])).toBe(true);
  expect(compatibleShapes([4, 3], [4, 2])).toBe(false);
  expect(compatibleShapes([4], [4, 1])).toBe(false);
});

test('sameDim knows nothing of unknown sizes', () => {
  expect(sameDim('N', 'N')).toBe(true);
  expect(sameDim(3, 3)).toBe(true);
  expect(sameDim('N', 3)).toBe(false);
  expect(sameDim(UNKNOWN, UNKNOWN)).toBe(false);
});

test('formatShape', () => {
  expect(formatShape(['N', 3, UNKNOWN])).toBe('[N, 3, ?]');
  expect(formatShape([])).toBe('[]');
  expect(formatShape(undefined)).toBe('of unknown rank');
});
