import { expect, test } from 'vitest';
import { readGolden } from '../helpers/golden.ts';
import { fnv1a, hashes, seededImages, seededLabels, seededParameters, uniform } from '../helpers/seeded.ts';

interface SeededGolden {
  readonly fnv1a: Readonly<Record<string, number>>;
  readonly hashes: readonly number[];
  readonly uniform: readonly number[];
  readonly labels: readonly number[];
  readonly imageSum: number;
  readonly imageRow: readonly number[];
  readonly parameters: Readonly<Record<string, { dims: number[]; first: number[] }>>;
}

const golden = readGolden<SeededGolden>('seeded');

test('hashes and uniform values are the Python side’s, bit for bit', () => {
  for (const [text, hash] of Object.entries(golden.fnv1a)) expect(fnv1a(text)).toBe(hash);
  expect([...hashes('stream', 5)]).toEqual(golden.hashes);
  expect([...uniform('stream', 5)]).toEqual(golden.uniform);
});

test('parameters are the Python side’s, bit for bit', () => {
  const list = Object.entries(golden.parameters).map(([name, { dims }]) => ({ name, dims }));
  const parameters = seededParameters(list);
  for (const [name, { dims, first }] of Object.entries(golden.parameters)) {
    expect(parameters.get(name)?.dims).toEqual(dims);
    expect([...(parameters.get(name)?.data.slice(0, 5) ?? [])], name).toEqual(first);
  }
});

test('labels and pixels are the Python side’s', () => {
  const labels = seededLabels('batch.0', 8, 10);
  expect([...labels]).toEqual(golden.labels);
  const images = seededImages('batch.0', labels, 20);
  expect(images.reduce((sum, value) => sum + value, 0)).toBe(golden.imageSum);
  expect([...images.slice(-20 * 3)]).toEqual(golden.imageRow);
});
