import { expect, it } from 'vitest';
import { ChannelStatistics } from '../../src-main/runs/channel-statistics.ts';

it('joins batches of different sizes to the mean and variance of them all, also far from zero', () => {
  // Channel 0 holds 1, 3 | 8; channel 1 a million more, where sums of squares in float32 know no variance.
  const statistics = new ChannelStatistics();
  statistics.add(2, Float32Array.of(2, 1_000_002), Float32Array.of(1, 1));
  statistics.add(1, Float32Array.of(8, 1_000_008), Float32Array.of(0, 0));
  expect(statistics.mean).toEqual([4, 1_000_004]);
  expect(statistics.variance).toEqual([26 / 3, 26 / 3]);
});
