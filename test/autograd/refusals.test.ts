/** What is not differentiated is refused with the node's name and the reason, word for word. */
import { expect, test } from 'vitest';
import { backward } from '../../src-main/autograd/backward.ts';
import { GraphBuilder, type Value } from '../../src-main/onnx/graph-builder.ts';
import type { Shape } from '../../src-main/onnx/types.ts';
import { labErrorOf } from '../helpers/lab-errors.ts';

type Case = readonly [message: string, build: (g: GraphBuilder) => readonly [y: Value, x: Value]];

function image(g: GraphBuilder, shape: Shape = ['N', 4, 6, 6], name = 'x'): Value {
  return g.input(name, 'float32', shape);
}

/** A graph of one op over the input. */
function over(shape: Shape | undefined, build: (g: GraphBuilder, x: Value) => Value): Case[1] {
  return (g) => {
    const x = image(g, shape);
    return [build(g, x), x];
  };
}

const CASES: readonly Case[] = [
  [
    'Node "ReduceProd" (ReduceProd) has no gradient: it is used for counting elements only.',
    over(undefined, (g, x) => g.reduceProd(x)),
  ],
  [
    'Node "LayerNormalization" (LayerNormalization) has no gradient: only its first output can be differentiated.',
    over(['N', 3], (g, x) => {
      const [y, mean] = g.node('LayerNormalization', [x, g.floats([1, 1, 1])], {}, 2);
      return g.add(y!, mean!);
    }),
  ],
  [
    'Node "Conv" (Conv) has no gradient: only convolutions over one or two axes are differentiated.',
    over(['N', 1, 4, 4, 4], (g, x) => g.conv(x, image(g, [1, 1, 2, 2, 2], 'w'))),
  ],
  [
    'Node "Conv" (Conv) has no gradient: its channels or image sizes are not known.',
    over(['N', 1, 'H', 4], (g, x) => g.conv(x, image(g, [1, 1, 2, 2], 'w'))),
  ],
  [
    'Node "AveragePool" (AveragePool) has no gradient: only averages over two axes are differentiated.',
    over(['N', 1, 4], (g, x) => g.averagePool(x, { kernel_shape: [2] })),
  ],
  [
    'Node "LRN" (LRN) has no gradient: its channels or image sizes are not known.',
    over(['N', 'C', 4, 4], (g, x) => g.lrn(x, 3)),
  ],
  [
    'Node "Clip" (Clip) has no gradient: its bounds are constants by design.',
    (g) => {
      const low = image(g, [], 'low');
      return [g.clip(image(g), low), low];
    },
  ],
  [
    'Node "Pad" (Pad) has no gradient: mode "reflect" is not constant.',
    over([2, 3], (g, x) => g.node('Pad', [x, g.ints([0, 1, 0, 1])], { mode: 'reflect' })[0]!),
  ],
  [
    'Node "Gather" (Gather) has no gradient: its indices are not constant.',
    over([4, 3], (g, x) => g.gather(x, g.input('i', 'int64', ['N']), 0)),
  ],
  [
    'Node "Tile" (Tile) has no gradient: its repeats are not constant.',
    over([4, 3], (g, x) => g.node('Tile', [x, g.input('r', 'int64', [2])])[0]!),
  ],
];

test.each(CASES)('%s', (message, build) => {
  const g = new GraphBuilder('refused');
  const [y, x] = build(g);
  expect(labErrorOf(() => backward(g, y, [x], { cotangent: y }))).toEqual({
    code: 'GRADIENT_UNSUPPORTED',
    message,
    hint: 'Freeze the layers below it, or replace it by ops that have one (docs/ops.md lists them).',
  });
});

test('a value that does not depend on another has no gradient, and that is no error', () => {
  const g = new GraphBuilder('zero');
  const x = image(g);
  const y = g.reduceSum(g.cast(g.greater(x, g.scalar(0)), 'float32'), undefined, false);
  expect(backward(g, y, [x]).size).toBe(0);
});
