import { describe, expect, it } from 'vitest';
import { CounterRandom } from '../../src-main/base/random.ts';
import { centroidAccuracy, type LabelledPoint, softmaxAccuracy } from './simple-classifiers.ts';

/** Points around class-dependent centres, `spread` apart in the first feature. */
function points(spread: number): LabelledPoint[] {
  const random = new CounterRandom('points');
  return Array.from({ length: 120 }, (_, index) => ({
    features: [(index % 3) * spread + random.normal(), random.normal()],
    label: index % 3,
  }));
}

describe('the simple classifiers', () => {
  it('solve what is simple', () => {
    const [train, test] = [points(8).slice(0, 60), points(8).slice(60)];
    expect(centroidAccuracy(train, test)).toBe(1);
    expect(softmaxAccuracy(train, test)).toBeGreaterThan(0.95);
  });

  it('guess where there is nothing to see', () => {
    const [train, test] = [points(0).slice(0, 60), points(0).slice(60)];
    expect(centroidAccuracy(train, test)).toBeLessThan(0.6);
    expect(softmaxAccuracy(train, test)).toBeLessThan(0.6);
  });
});
