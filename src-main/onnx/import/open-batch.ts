/** Reshapes that hold for every batch size, also where the exporter wrote the size of its example. */
import { intsOf } from '../attributes.ts';
import { divideDims, multiplyDims, substituteDim, UNKNOWN } from '../dims.ts';
import { elementCount } from '../tensor.ts';
import type { Dim, Node, Shape } from '../types.ts';

/** The symbol of the batch size. */
export const BATCH = 'N';

/**
 * Whether the axis in front holds the samples one after another: `N` does, and `64*N` does if every step on the
 * way to it kept the samples apart.
 */
export class SampleOrder {
  readonly #inOrder = new Set<string>();

  holds(name: string, shape: Shape): boolean {
    return shape[0] === BATCH || this.#inOrder.has(name);
  }

  /** Notes a node's outputs; its inputs come with their shapes. */
  follow(node: Node, inputs: readonly (readonly [name: string, shape: Shape])[]): void {
    const moved = node.opType === 'Transpose' && intsOf(node, 'perm')?.[0] !== 0;
    const open = inputs.filter(([, shape]) => shape.some((dim) => typeof dim === 'string'));
    if (moved || open.length === 0 || !open.every(([name, shape]) => this.holds(name, shape))) return;
    for (const name of node.outputs) this.#inOrder.add(name);
  }
}

/**
 * A Reshape's target as numbers: 0 for a size that stays, -1 for the one that follows from the rest.
 *
 * @param from shape of what is reshaped
 * @param target sizes as far as they are known; 0 and -1 may be among them already
 * @param exported the batch size that the file was made for, if it has a fixed one and the samples lie in order
 * @returns `undefined` when more than one size is open
 */
export function openTarget(
  from: Shape,
  target: readonly Dim[],
  exported: number | undefined,
): number[] | undefined {
  const numbers = withRest(from, target).map((size, i) => {
    if (typeof size === 'number') return size;
    return size === from[i] && size !== UNKNOWN ? 0 : -1;
  });
  const repaired = exported === undefined ? undefined : repairedTarget(from, numbers, exported);
  if (repaired) return repaired;
  return numbers.filter((size) => size === -1).length > 1 ? undefined : numbers;
}

/** The target with a number for -1, if the batch is no part of it: -1 is left for the size that the batch is part of. */
function withRest(from: Shape, target: readonly Dim[]): readonly Dim[] {
  const open = target.indexOf(-1);
  if (open < 0) return target;
  const others = target.map((size, i) => (size === 0 ? (from[i] ?? UNKNOWN) : size)).toSpliced(open, 1);
  const rest = divideDims(multiplyDims(from), multiplyDims(others));
  return typeof rest === 'number' ? target.with(open, rest) : target;
}

/** Samples lie one after another in memory, so a size of b·k in front, for b of them, stands for N·k. */
function repairedTarget(from: Shape, target: readonly number[], batch: number): number[] | undefined {
  const sizes = target.map((size, i) => (size === 0 ? (from[i] ?? UNKNOWN) : size));
  const [size] = sizes;
  if (typeof from[0] !== 'string' || typeof size !== 'number') return undefined;
  const example = from.map((dim) => substituteDim(dim, { [BATCH]: batch }));
  if (size < 1 || size % batch !== 0 || !isKnown(example) || !isKnown(sizes)) return undefined;
  const complete = withoutOpen(sizes, elementCount(example));
  return complete?.with(0, -1);
}

function isKnown(shape: Shape): shape is readonly number[] {
  return shape.every((dim) => typeof dim === 'number');
}

/** The sizes with a number for -1; `undefined` when they do not make up `total`. */
function withoutOpen(sizes: readonly number[], total: number): number[] | undefined {
  const open = sizes.indexOf(-1);
  const complete = open < 0 ? [...sizes] : sizes.with(open, total / elementCount(sizes.toSpliced(open, 1)));
  return elementCount(complete) === total && complete.every(Number.isInteger) ? complete : undefined;
}
