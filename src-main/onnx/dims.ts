/**
 * Arithmetic on dimensions, of which some are symbolic.
 *
 * A product with symbols is written as a number and the sorted symbols, joined by `*`: `3136*N`. That is all
 * the arithmetic that images need: only the batch size is unknown, and it is only ever multiplied.
 */
import type { Dim, Shape } from './types.ts';

interface Product {
  readonly factor: number;
  /** Sorted; repeated for powers. */
  readonly symbols: readonly string[];
}

/** The dimension that stands for "unknown". */
export const UNKNOWN: Dim = '';

/** Whether two dimensions are known to be equal. */
export function sameDim(a: Dim, b: Dim): boolean {
  return a === b && a !== UNKNOWN;
}

/** Whether two shapes could describe the same tensor: symbols match anything. */
export function compatibleShapes(a: Shape, b: Shape): boolean {
  return (
    a.length === b.length &&
    a.every((dim, i) => typeof dim === 'string' || typeof b[i] === 'string' || dim === b[i])
  );
}

/** The product of dimensions; unknown when one of them is. */
export function multiplyDims(dims: readonly Dim[]): Dim {
  if (dims.includes(UNKNOWN)) return UNKNOWN;
  const products = dims.map(parse);
  return format({
    factor: products.reduce((total, { factor }) => total * factor, 1),
    symbols: products.flatMap(({ symbols }) => symbols).sort(),
  });
}

/**
 * `dividend / divisor`; unknown when symbols do not cancel.
 *
 * @returns `undefined` when both are known and the division has a remainder
 */
export function divideDims(dividend: Dim, divisor: Dim): Dim | undefined {
  if (dividend === UNKNOWN || divisor === UNKNOWN) return UNKNOWN;
  const top = parse(dividend);
  const bottom = parse(divisor);
  const symbols = [...top.symbols];
  for (const symbol of bottom.symbols) {
    const index = symbols.indexOf(symbol);
    if (index < 0) return UNKNOWN;
    symbols.splice(index, 1);
  }
  const factor = top.factor / bottom.factor;
  if (!Number.isInteger(factor)) return symbols.length > 0 ? UNKNOWN : undefined;
  return format({ factor, symbols });
}

/** A dimension with numbers put in for symbols: `3136*N` with N = 2 is 6272. */
export function substituteDim(dim: Dim, sizes: Readonly<Record<string, number>>): Dim {
  if (typeof dim === 'number' || dim === UNKNOWN) return dim;
  const { factor, symbols } = parse(dim);
  return multiplyDims([
    factor,
    ...symbols.map((symbol) => (Object.hasOwn(sizes, symbol) ? (sizes[symbol] as number) : symbol)),
  ]);
}

/** A shape as text: `[N, 3, 64, 64]`, unknown dimensions as `?`. */
export function formatShape(shape: Shape | undefined): string {
  return shape === undefined
    ? 'of unknown rank'
    : `[${shape.map((dim) => (dim === UNKNOWN ? '?' : dim)).join(', ')}]`;
}

function parse(dim: Dim): Product {
  if (typeof dim === 'number') return { factor: dim, symbols: [] };
  const [first = '', ...rest] = dim.split('*');
  return /^\d+$/.test(first) && rest.length > 0
    ? { factor: Number(first), symbols: rest }
    : { factor: 1, symbols: [first, ...rest] };
}

/** A file may multiply a size by itself without end; no layer does. */
const MOST_SYMBOLS = 8;

function format({ factor, symbols }: Product): Dim {
  if (symbols.length === 0 || factor === 0) return factor;
  if (symbols.length > MOST_SYMBOLS) return UNKNOWN;
  return factor === 1 ? symbols.join('*') : [factor, ...symbols].join('*');
}
