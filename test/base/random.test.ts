import { describe, expect, it } from 'vitest';
import { CounterRandom, threefry2x32 } from '../../src-main/base/random.ts';

function block(key: [number, number], counter: [number, number]): string[] {
  const out = new Int32Array(2);
  threefry2x32(...key, ...counter, out);
  return [...out].map((word) => (word >>> 0).toString(16).padStart(8, '0'));
}

function draw(random: CounterRandom, count: number): number[] {
  return Array.from({ length: count }, () => random.next());
}

describe('threefry2x32', () => {
  // The known answers published with the Random123 library for threefry2x32 with 20 rounds.
  it.each([
    { key: [0, 0], counter: [0, 0], expected: ['6b200159', '99ba4efe'] },
    { key: [-1, -1], counter: [-1, -1], expected: ['1cb996fc', 'bb002be7'] },
    { key: [0x13198a2e, 0x03707344], counter: [0x243f6a88, 0x85a308d3], expected: ['c4923a9c', '483df7a0'] },
  ])('encrypts $counter to the published block', ({ key, counter, expected }) => {
    expect(block(key as [number, number], counter as [number, number])).toEqual(expected);
  });
});

describe('CounterRandom', () => {
  it('gives the same numbers on every machine and in every version', () => {
    expect(draw(new CounterRandom('epoch-order', 7, 3), 4)).toEqual([
      1042395985, 2457224056, 2093429385, 845575055,
    ]);
    expect(Array.from(new CounterRandom('permutation').permutation(10))).toEqual([
      4, 2, 7, 5, 9, 3, 0, 6, 1, 8,
    ]);
  });

  it('repeats a stream for the same keys, and has another for every other tuple', () => {
    const keys: (number | string)[][] = [
      [],
      ['a'],
      ['b'],
      ['a', 'b'],
      ['ab'],
      [1],
      ['1'],
      [1, 2],
      [2, 1],
      [12],
      [1.5],
      [-1],
      [2 ** 40 + 1],
      [1, ''],
    ];
    const starts = keys.map((tuple) => draw(new CounterRandom(...tuple), 4).join());
    expect(new Set(starts).size).toBe(keys.length);
    expect(keys.map((tuple) => draw(new CounterRandom(...tuple), 4).join())).toEqual(starts);
  });

  it('refuses keys that are no numbers', () => {
    expect(() => new CounterRandom(NaN)).toThrow('NaN cannot key a random stream');
  });

  it('has uncorrelated neighbouring streams', () => {
    // 64 bits of 2,000 streams with neighbouring keys: each bit is set in half of them, give or take 5 standard
    // deviations of sqrt(2000) / 2 = 22.
    const counts = new Array<number>(64).fill(0);
    for (let seed = 0; seed < 2000; seed++) {
      const [first, second] = draw(new CounterRandom(seed), 2);
      for (let bit = 0; bit < 32; bit++) {
        counts[bit]! += (first! >>> bit) & 1;
        counts[32 + bit]! += (second! >>> bit) & 1;
      }
    }
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(112);
  });

  it('draws uniform numbers in [0, 1) with the moments of the distribution', () => {
    const random = new CounterRandom('uniform', 0);
    const values = Array.from({ length: 20_000 }, () => random.uniform());
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThan(1);
    // Standard error of the mean: sqrt(1/12/20000) = 0.002; the bounds are five of them.
    expect(Math.abs(mean(values) - 1 / 2)).toBeLessThan(0.01);
    expect(Math.abs(mean(values.map((value) => value * value)) - 1 / 3)).toBeLessThan(0.011);
    expect(new Set(values).size).toBe(values.length);
  });

  it('draws between two numbers', () => {
    const random = new CounterRandom('between');
    const values = Array.from({ length: 1000 }, () => random.between(-3, 5));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(-3);
    expect(Math.max(...values)).toBeLessThan(5);
    expect(random.between(2, 2)).toBe(2);
  });

  it('draws integers without bias', () => {
    const random = new CounterRandom('integer');
    const counts = new Array<number>(7).fill(0);
    for (let draws = 0; draws < 7000; draws++) counts[random.integer(7)]! += 1;
    // Standard deviation sqrt(7000 · 1/7 · 6/7) = 29; the bound is five of them.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(147);
    expect(random.integer(1)).toBe(0);
    // A modulus of 3 · 2^30 would give the lowest third twice as often without rejection.
    let low = 0;
    for (let draws = 0; draws < 3000; draws++) if (random.integer(3 * 2 ** 30) < 2 ** 30) low += 1;
    // Standard deviation 26, around 1000 against 1500 with the bias.
    expect(Math.abs(low - 1000)).toBeLessThan(130);
  });

  it.each([0, -1, 1.5, 2 ** 32 + 1, NaN])('refuses integers below %s', (count) => {
    expect(() => new CounterRandom().integer(count)).toThrow(
      `expected an integer of 1 to 2^32, got ${count}`,
    );
  });

  it('draws true with the given probability', () => {
    const random = new CounterRandom('bernoulli');
    let hits = 0;
    for (let draws = 0; draws < 10_000; draws++) if (random.bernoulli(0.3)) hits += 1;
    // Standard deviation 46; the bound is five of them.
    expect(Math.abs(hits - 3000)).toBeLessThan(230);
    expect(random.bernoulli(0)).toBe(false);
    expect(random.bernoulli(1)).toBe(true);
  });

  it('draws normal numbers with the moments of the distribution', () => {
    const random = new CounterRandom('normal');
    const values = Array.from({ length: 20_000 }, () => random.normal());
    // Standard errors: mean 0.0071, second moment 0.01, fourth moment 0.069; the bounds are five of them.
    expect(Math.abs(mean(values))).toBeLessThan(0.036);
    expect(Math.abs(mean(values.map((x) => x ** 2)) - 1)).toBeLessThan(0.05);
    expect(Math.abs(mean(values.map((x) => x ** 4)) - 3)).toBeLessThan(0.35);
    const neighbours = values.slice(1).map((value, index) => value * values[index]!);
    expect(Math.abs(mean(neighbours))).toBeLessThan(0.036);
  });

  it('permutes every position into every other', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 400; seed++) {
      const order = Array.from(new CounterRandom('order', seed).permutation(4));
      expect([...order].sort()).toEqual([0, 1, 2, 3]);
      seen.add(order.join());
    }
    expect(seen.size).toBe(24);
    expect(new CounterRandom().permutation(0)).toHaveLength(0);
  });

  it('goes on beyond 2^32 words without repeating a block', () => {
    // The counter's high word is the block number divided by 2^32.
    expect(block([1, 2], [0, 0])).not.toEqual(block([1, 2], [0, 1]));
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
