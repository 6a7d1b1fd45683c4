/** Matrix products. */
import { compatibleShapes, formatShape } from '../dims.ts';
import type { Dim, Shape } from '../types.ts';
import { broadcastShapes, type InferContext, type OpSchema } from './schema.ts';

function expectInner(c: InferContext, left: Dim, right: Dim): void {
  if (typeof left === 'number' && typeof right === 'number' && left !== right) {
    c.fail(
      'input 1',
      `an inner size of ${left}, as in ${formatShape(c.input(0).shape)}`,
      formatShape(c.input(1).shape),
    );
  }
}

export const linear = {
  MatMul: {
    inputs: [2, 2],
    outputs: [1, 1],
    elements: 'number',
    infer(c) {
      const a = c.input(0).shape;
      const b = c.input(1).shape;
      if (a.length < 2) c.fail('input 0', 'a matrix or a stack of matrices', formatShape(a));
      if (b.length < 2) c.fail('input 1', 'a matrix or a stack of matrices', formatShape(b));
      c.sameType(1);
      expectInner(c, a.at(-1) ?? '', b.at(-2) ?? '');
      const stack: Shape =
        broadcastShapes(a.slice(0, -2), b.slice(0, -2)) ??
        c.fail('input 1', `a stack that broadcasts with ${formatShape(a)}`, formatShape(b));
      return [{ dtype: c.input(0).dtype, shape: [...stack, a.at(-2) ?? '', b.at(-1) ?? ''] }];
    },
  },
  Gemm: {
    inputs: [2, 3],
    outputs: [1, 1],
    elements: 'number',
    attributes: { alpha: 'float', beta: 'float', transA: 'int', transB: 'int' },
    infer(c) {
      const matrix = (index: number, transposed: boolean): Shape => {
        const shape = c.shapeOf(index, 2, 'a matrix');
        return transposed ? [shape[1] ?? '', shape[0] ?? ''] : shape;
      };
      const [rows = '', inner = ''] = matrix(0, c.int('transA', 0) === 1);
      const [depth = '', columns = ''] = matrix(1, c.int('transB', 0) === 1);
      c.sameType(1);
      expectInner(c, inner, depth);
      const shape = [rows, columns];
      if (c.has(2)) {
        c.sameType(2);
        const { shape: bias } = c.input(2);
        const sum = broadcastShapes(shape, bias);
        if (!sum || !compatibleShapes(sum, shape)) {
          c.fail('input 2', `a shape that broadcasts to ${formatShape(shape)}`, formatShape(bias));
        }
      }
      return [{ dtype: c.input(0).dtype, shape }];
    },
  },
} satisfies Record<string, OpSchema>;
