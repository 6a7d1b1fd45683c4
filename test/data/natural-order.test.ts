import { expect, test } from 'vitest';
import { compareCodePoints, sortNaturally } from '../../src-main/data/natural-order.ts';

test('numbers sort as numbers, ties by the text', () => {
  const names = ['cat.10.jpg', 'cat.9.jpg', 'cat.009.jpg', 'cat.1.jpg', 'cat.jpg', 'cat.0.jpg', 'cat.00.jpg'];
  expect(sortNaturally(names)).toEqual([
    ...['cat.0.jpg', 'cat.00.jpg', 'cat.1.jpg', 'cat.009.jpg', 'cat.9.jpg', 'cat.10.jpg', 'cat.jpg'],
  ]);
});

test('numbers longer than any integer keep their order', () => {
  const long = '1'.repeat(300);
  expect(sortNaturally([`${long}0`, `${long}1`, long])).toEqual([long, `${long}0`, `${long}1`]);
});

test('a folder stays together', () => {
  expect(sortNaturally(['b c/1', 'b/2', 'b-1/1', 'b/10', 'a'])).toEqual([
    'a',
    'b/2',
    'b/10',
    'b c/1',
    'b-1/1',
  ]);
});

test('spellings of one name in Unicode lie side by side and stay as they are', () => {
  expect(sortNaturally(['e\u0301b', '\u00e9a', 'f', '\u00e9c'])).toEqual([
    'f',
    '\u00e9a',
    'e\u0301b',
    '\u00e9c',
  ]);
});

test('code points are compared, not UTF-16 units', () => {
  expect(compareCodePoints('😀', '\uff5e')).toBeGreaterThan(0);
  expect('😀' > '\uff5e').toBe(false);
  expect(compareCodePoints('a', 'ab')).toBeLessThan(0);
  expect(compareCodePoints('ab', 'ab')).toBe(0);
});
