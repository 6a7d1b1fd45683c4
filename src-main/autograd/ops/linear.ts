/** Gradients of matrix products. */
import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';
import type { linear as schemas } from '../../onnx/ops/linear.ts';
import { constantLike, type GradientRule, type Vjp } from '../rule.ts';

function transposed(g: GraphBuilder, x: Value): Value {
  const order = x.shape.map((_, i) => i);
  const last = order.length - 1;
  return g.transpose(x, [...order.slice(0, -2), last, last - 1]);
}

/** With A′ = A or Aᵀ and B′ = B or Bᵀ: y = α A′B′ + β C, so dA′ = α dy B′ᵀ, dB′ = α A′ᵀ dy and dC = β dy. */
const gemm: Vjp = ({ g, attributes, inputs, x, dy, needs }) => {
  const alpha = attributes.float('alpha', 1);
  const beta = attributes.float('beta', 1);
  const transA = attributes.int('transA', 0);
  const transB = attributes.int('transB', 0);
  const dA = (): Value =>
    transA === 1
      ? g.gemm(x(1), dy, undefined, { alpha, transA: transB, transB: 1 })
      : g.gemm(dy, x(1), undefined, { alpha, transB: 1 - transB });
  const dB = (): Value =>
    transB === 1
      ? g.gemm(dy, x(0), undefined, { alpha, transA: 1, transB: transA })
      : g.gemm(x(0), dy, undefined, { alpha, transA: 1 - transA });
  const dC = (): Value => (beta === 1 ? dy : g.mul(dy, constantLike(g, dy, beta)));
  return [needs(0) ? dA() : undefined, needs(1) ? dB() : undefined, inputs[2] && needs(2) ? dC() : undefined];
};

export const linear: Readonly<Record<keyof typeof schemas, GradientRule>> = {
  MatMul: ({ g, x, dy, needs }) => [
    needs(0) ? g.matMul(dy, transposed(g, x(1))) : undefined,
    needs(1) ? g.matMul(transposed(g, x(0)), dy) : undefined,
  ],
  Gemm: gemm,
};
