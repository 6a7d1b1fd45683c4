/**
 * Random numbers that depend on a key and a position only, never on workers, threads or time.
 *
 * The generator is Threefry-2x32 with 20 rounds (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
 * easy as 1, 2, 3", SC 2011): additions, rotations and exclusive ors modulo 2^32, the same on every machine.
 */
import { createHash } from 'node:crypto';

/** The rotation of each round, repeating after eight. */
const ROTATIONS = [13, 15, 26, 6, 17, 29, 16, 24] as const;
const ROUNDS = 20;
/** Makes the key schedule's third word differ from zero for a zero key. */
const PARITY = 0x1bd11bda;

const TWO_32 = 2 ** 32;

/**
 * Threefry-2x32 with 20 rounds: encrypts a 64-bit counter with a 64-bit key.
 *
 * @param out receives the two words of the block, as int32.
 */
export function threefry2x32(
  key0: number,
  key1: number,
  counter0: number,
  counter1: number,
  out: Int32Array,
): void {
  const keys = [key0 | 0, key1 | 0, PARITY ^ key0 ^ key1] as const;
  let x0 = (counter0 + keys[0]) | 0;
  let x1 = (counter1 + keys[1]) | 0;
  for (let round = 0; round < ROUNDS; round++) {
    const rotation = ROTATIONS[round & 7]!;
    x0 = (x0 + x1) | 0;
    x1 = ((x1 << rotation) | (x1 >>> (32 - rotation))) ^ x0;
    if ((round & 3) === 3) {
      const injection = (round + 1) >> 2;
      x0 = (x0 + keys[injection % 3]!) | 0;
      x1 = (x1 + keys[(injection + 1) % 3]! + injection) | 0;
    }
  }
  out[0] = x0;
  out[1] = x1;
}

/**
 * A stream of random numbers for a tuple of keys such as `('augmentation', seed, epoch, position)`. The same
 * keys give the same stream; streams of different keys are independent.
 */
export class CounterRandom {
  readonly #key0: number;
  readonly #key1: number;
  readonly #block = new Int32Array(2);
  /** Blocks drawn so far; a double counts to 2^53. */
  #counter = 0;
  /** Words of the block not yet handed out. */
  #left = 0;
  #spareNormal: number | undefined;

  /** @throws RangeError when a number among the keys is not finite. */
  constructor(...keys: readonly (number | string)[]) {
    for (const key of keys) {
      if (typeof key === 'number' && !Number.isFinite(key))
        throw new RangeError(`${key} cannot key a random stream`);
    }
    // JSON tells 1 from '1' and ['a', 'b'] from ['ab']; the hash spreads near keys over all 64 bits.
    const digest = createHash('sha256').update(JSON.stringify(keys)).digest();
    this.#key0 = digest.readInt32LE(0);
    this.#key1 = digest.readInt32LE(4);
  }

  /** The next integer of 0 … 2^32 − 1. */
  next(): number {
    if (this.#left === 0) {
      threefry2x32(
        this.#key0,
        this.#key1,
        this.#counter | 0,
        Math.floor(this.#counter / TWO_32),
        this.#block,
      );
      this.#counter += 1;
      this.#left = 2;
    }
    this.#left -= 1;
    return this.#block[1 - this.#left]! >>> 0;
  }

  /** A number in [0, 1), a multiple of 2^-53. */
  uniform(): number {
    const high = this.next() >>> 5;
    const low = this.next() >>> 6;
    return (high * 2 ** 26 + low) / 2 ** 53;
  }

  /** A number in [low, high), or `low` when both are equal. */
  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /**
   * An integer of 0 … count − 1, each equally likely.
   *
   * @throws RangeError unless `count` is an integer of 1 … 2^32.
   */
  integer(count: number): number {
    if (!Number.isInteger(count) || count < 1 || count > TWO_32) {
      throw new RangeError(`expected an integer of 1 to 2^32, got ${count}`);
    }
    const fair = TWO_32 - (TWO_32 % count);
    let value = this.next();
    while (value >= fair) value = this.next();
    return value % count;
  }

  /** True with the probability `p`. */
  bernoulli(p: number): boolean {
    return this.uniform() < p;
  }

  /** A number of the standard normal distribution, by Marsaglia's polar method. */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    let u: number;
    let v: number;
    let square: number;
    do {
      u = this.between(-1, 1);
      v = this.between(-1, 1);
      square = u * u + v * v;
    } while (square >= 1 || square === 0);
    const factor = Math.sqrt((-2 * Math.log(square)) / square);
    this.#spareNormal = v * factor;
    return u * factor;
  }

  /** The integers 0 … count − 1 in random order, by Fisher and Yates' shuffle. */
  permutation(count: number): Uint32Array {
    const order = Uint32Array.from({ length: count }, (_, index) => index);
    for (let last = count - 1; last > 0; last--) {
      const other = this.integer(last + 1);
      const moved = order[last]!;
      order[last] = order[other]!;
      order[other] = moved;
    }
    return order;
  }
}
