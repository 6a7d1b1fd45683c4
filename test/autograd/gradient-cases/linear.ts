import type { GraphBuilder } from '../../../src-main/onnx/graph-builder.ts';
import type { linear as schemas } from '../../../src-main/onnx/ops/linear.ts';
import type { GradientCase } from '../../helpers/gradient-check.ts';
import type { FamilyCases } from './not-differentiated.ts';

type Dims = readonly number[];

function matMul(a: Dims, b: Dims, batch = false): GradientCase {
  return {
    name: `MatMul [${a.join(', ')}] by [${b.join(', ')}]`,
    linear: true,
    inputs: [{ dims: a, batch }, { dims: b }],
    build: (g, [left, right]) => g.matMul(left!, right!),
  };
}

function gemm(dims: readonly Dims[], options: Parameters<GraphBuilder['gemm']>[3] = {}): GradientCase {
  const batch = options.transA !== 1;
  return {
    name: `Gemm ${JSON.stringify(dims)} ${JSON.stringify(options)}`,
    linear: true,
    inputs: dims.map((size, i) => ({ dims: size, batch: batch && i === 0 })),
    build: (g, [a, b, c]) => g.gemm(a!, b!, c, options),
  };
}

export const linearCases: FamilyCases<typeof schemas> = {
  MatMul: [
    matMul([2, 3], [3, 4], true),
    matMul([1, 3], [3, 1]),
    matMul([2, 2, 3], [2, 3, 4]),
    matMul([2, 2, 3], [3, 4], true),
    matMul([2, 3], [2, 3, 4]),
    matMul([2, 1, 2, 3], [3, 3, 2]),
  ],
  Gemm: [
    gemm([
      [2, 3],
      [3, 4],
    ]),
    gemm([[2, 3], [3, 4], [4]]),
    gemm([[2, 3], [4, 3], [4]], { transB: 1 }),
    gemm(
      [
        [3, 2],
        [3, 4],
        [2, 1],
      ],
      { transA: 1 },
    ),
    gemm([[3, 2], [4, 3], []], { transA: 1, transB: 1 }),
    gemm(
      [
        [2, 3],
        [3, 4],
        [2, 4],
      ],
      { alpha: 0.5, beta: 2 },
    ),
    gemm(
      [
        [2, 3],
        [4, 3],
        [1, 4],
      ],
      { alpha: -2, beta: 0.25, transB: 1 },
    ),
    gemm(
      [
        [3, 2],
        [4, 3],
      ],
      { alpha: 4, transA: 1, transB: 1 },
    ),
  ],
};
