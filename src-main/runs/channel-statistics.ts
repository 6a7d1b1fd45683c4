/** Mean and population variance of channels over batches of which each has given its own. */
export class ChannelStatistics {
  #count = 0;
  #mean: number[] = [];
  /** Sums of squared distances from the mean. */
  #squares: number[] = [];

  /** By channel. */
  get mean(): readonly number[] {
    return this.#mean;
  }

  /** By channel. */
  get variance(): readonly number[] {
    return this.#squares.map((value) => value / this.#count);
  }

  /**
   * Adds a batch, by the formula of Chan, Golub and LeVeque (Updating formulae and a pairwise algorithm for computing
   * sample variances, 1979), which does not lose small variances beside large means.
   *
   * @param count samples, each of which has as many values of a channel
   */
  add(count: number, mean: Float32Array, variance: Float32Array): void {
    const before = this.#count;
    this.#count += count;
    const share = count / this.#count;
    const oldMean = this.#mean;
    const oldSquares = this.#squares;
    const distance = (channel: number): number => mean[channel]! - (oldMean[channel] ?? 0);
    this.#mean = Array.from(mean, (_, i) => (oldMean[i] ?? 0) + distance(i) * share);
    this.#squares = Array.from(
      variance,
      (value, i) => (oldSquares[i] ?? 0) + value * count + distance(i) ** 2 * before * share,
    );
  }
}
