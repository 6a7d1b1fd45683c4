/** Matrix products. */
import type { linear as schemas } from '../../../src-main/onnx/ops/linear.ts';
import type { Kernel } from './kernel.ts';
import { at, broadcastAt, broadcastDims, fill, type Value64 } from './values.ts';

/** Σ term(k) for k = 0 … length − 1. */
function sumOver(length: number, term: (k: number) => number): number {
  let sum = 0;
  for (let k = 0; k < length; k++) sum += term(k);
  return sum;
}

const matMul: Kernel = (node) => {
  const [a, b] = [node.x(0), node.x(1)];
  const inner = a.dims.at(-1)!;
  if (b.dims.at(-2) !== inner) node.fail(`multiplies [${a.dims.join(', ')}] by [${b.dims.join(', ')}]`);
  const stack = broadcastDims([a.dims.slice(0, -2), b.dims.slice(0, -2)]);
  // Broadcasting reads the last two axes as they are, since their sizes match those of the operand.
  const element = (matrix: Value64, index: readonly number[], row: number, column: number): number => {
    const own = index
      .slice(index.length - matrix.dims.length + 2)
      .map((place, i) => (matrix.dims[i] === 1 ? 0 : place));
    return at(matrix, [...own, row, column]);
  };
  return [
    fill(a.dtype, [...stack, a.dims.at(-2)!, b.dims.at(-1)!], (index) => {
      const outer = index.slice(0, -2);
      const [row, column] = [index.at(-2)!, index.at(-1)!];
      return sumOver(inner, (k) => element(a, outer, row, k) * element(b, outer, k, column));
    }),
  ];
};

const gemm: Kernel = (node) => {
  const [a, b, c] = [node.x(0), node.x(1), node.inputs[2]];
  const [transA, transB] = [node.int('transA', 0) === 1, node.int('transB', 0) === 1];
  const left = (row: number, k: number): number => at(a, transA ? [k, row] : [row, k]);
  const right = (k: number, column: number): number => at(b, transB ? [column, k] : [k, column]);
  const [rows, inner] = transA ? [a.dims[1]!, a.dims[0]!] : [a.dims[0]!, a.dims[1]!];
  const columns = b.dims[transB ? 0 : 1]!;
  if (b.dims[transB ? 1 : 0] !== inner)
    node.fail(`multiplies [${a.dims.join(', ')}] by [${b.dims.join(', ')}]`);
  return [
    fill(a.dtype, [rows, columns], (index) => {
      const product = sumOver(inner, (k) => left(index[0]!, k) * right(k, index[1]!));
      return node.float('alpha', 1) * product + (c ? node.float('beta', 1) * broadcastAt(c, index) : 0);
    }),
  ];
};

export const linear: Readonly<Record<keyof typeof schemas, Kernel>> = { MatMul: matMul, Gemm: gemm };
