/** Arithmetic that is worked out while a file is read, beside onnxruntime. */
import { describe, expect, it } from 'vitest';
import { float32, int64, scalar, type Tensor } from '../../../src-main/onnx/tensor.ts';
import { bothResults, floats, plainOf, type GraphInit, type NodeInit } from './models.ts';

const MATRIX: Tensor = { ...int64([1, 2, 3, 4, 5, 6]), dims: [2, 3] };
const bools: Tensor = { dtype: 'bool', dims: [3], data: Uint8Array.of(1, 0, 1) };
const CONSTANTS = {
  i: int64([7, -7, 5]),
  j: int64([2, 2, -3]),
  one: int64([1]),
  zero: int64(0),
  three: int64(3),
  m: MATRIX,
  t: bools,
  s: scalar(2.25),
  shape: int64([2, 1, 3]),
};

/** Nodes that make `k` of constants alone, and whether `k` is a bool. */
const FOLDED: readonly (readonly [name: string, ...nodes: NodeInit[]])[] = [
  ...['Add', 'Sub', 'Mul', 'Div', 'Mod', 'Min', 'Max'].map(
    (op) => [op, [op, ['i', 'j'], ['k']]] as [string, NodeInit],
  ),
  ...['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'].map(
    (op) => [op, [op, ['i', 'j'], ['k']]] as [string, NodeInit],
  ),
  ...['Neg', 'Abs'].map((op) => [op, [op, ['i'], ['k']]] as [string, NodeInit]),
  ...['Sqrt', 'Exp', 'Log', 'Reciprocal', 'Floor', 'Ceil', 'Neg'].map(
    (op) => [`${op} of a float`, [op, ['s'], ['k']]] as [string, NodeInit],
  ),
  ['Pow', ['Pow', ['s', 'three'], ['k']]],
  ['Not', ['Not', ['t'], ['k']]],
  ['And', ['And', ['t', 't'], ['k']]],
  ['Or', ['Or', ['t', 't'], ['k']]],
  ['Where', ['Where', ['t', 'i', 'j'], ['k']]],
  ['broadcasting', ['Mul', ['m', 'j'], ['k']]],
  ['Cast to bool', ['Cast', ['m'], ['k'], { to: 9 }]],
  ['Cast of a float', ['Cast', ['s'], ['k'], { to: 7 }]],
  ['Reshape', ['Reshape', ['m', 'shape'], ['k']]],
  ['Flatten', ['Flatten', ['m'], ['k'], { axis: 0 }]],
  ['Transpose', ['Transpose', ['m'], ['k'], { perm: [1, 0] }]],
  ['Transpose of all axes', ['Transpose', ['m'], ['k']]],
  ['Gather', ['Gather', ['m', 'one'], ['k'], { axis: 1 }]],
  ['Gather from the end', ['Neg', ['one'], ['back']], ['Gather', ['m', 'back'], ['k'], { axis: 0 }]],
  ['Concat', ['Concat', ['m', 'm'], ['k'], { axis: 1 }]],
  ['Expand', ['Expand', ['i', 'shape'], ['k']]],
  ['ConstantOfShape', ['ConstantOfShape', ['shape'], ['k'], { value: { ...int64([4]) } }]],
  ['Range', ['Range', ['zero', 'three', 'unit'], ['k']]],
  ['Size', ['Size', ['m'], ['k']]],
  ['ReduceProd', ['ReduceProd', ['i'], ['k'], { keepdims: 0 }]],
  ['ReduceSum', ['ReduceSum', ['i'], ['k'], { keepdims: 1 }]],
  ['ReduceMax', ['ReduceMax', ['i'], ['k'], { keepdims: 0 }]],
  ['ReduceMin', ['ReduceMin', ['i'], ['k'], { keepdims: 0 }]],
  ['Slice backwards', ['Slice', ['m', 'last', 'far', 'axis', 'last'], ['k']]],
];

const MORE = { unit: int64(1), last: int64([-1]), far: int64([-(2 ** 40)]), axis: int64([0]) };

/** `x` plus the sum of what is worked out, so that the file gives something that is not constant. */
function graphOf(nodes: readonly NodeInit[]): GraphInit {
  return {
    opset: 13,
    x: ['N', 1],
    constants: { ...CONSTANTS, ...MORE, flat: int64([-1]) },
    nodes: [
      ...nodes,
      ['Cast', ['k'], ['float'], { to: 1 }],
      ['Reshape', ['float', 'flat'], ['row']],
      ['Add', ['x', 'row'], ['y']],
    ],
  };
}

describe('what depends on constants alone', () => {
  it.each(FOLDED.map(([name, ...nodes]) => ({ name, nodes })))('$name', async ({ nodes }) => {
    const init = graphOf(nodes);
    expect(plainOf(init).nodes.map(({ opType }) => opType)).toEqual(['Add']);
    const { file, lab } = await bothResults(init, 2);
    expect(lab).toEqual(file);
  });
});

describe('sizes with an open batch', () => {
  const shapeOf = (init: GraphInit): unknown => {
    const graph = plainOf(init);
    return [graph.types.get(graph.output)!.shape, graph.nodes.map(({ opType }) => opType)];
  };
  const sizes: NodeInit[] = [
    ['Shape', ['x'], ['s']],
    ['Gather', ['s', 'c0'], ['n']],
    ['Gather', ['s', 'c1'], ['c']],
  ];
  const constants = {
    c0: int64(0),
    c1: int64(1),
    c2: int64(2),
    a0: int64([0]),
    minus: int64([-1]),
    two: int64([2]),
  };
  const wide = (from: string, to: string): NodeInit => ['Unsqueeze', [from, 'a0'], [to]];

  it('are a Reshape to [N, the rest]', async () => {
    const init: GraphInit = {
      opset: 13,
      x: ['N', 4, 3, 3],
      constants,
      nodes: [
        ...sizes,
        wide('n', 'n1'),
        ['Concat', ['n1', 'minus'], ['to'], { axis: 0 }],
        ['Reshape', ['x', 'to'], ['y']],
      ],
    };
    expect(shapeOf(init)).toEqual([['N', 36], ['Reshape']]);
    const { file, lab } = await bothResults(init, 3);
    expect(lab).toEqual(file);
  });

  it('are a Reshape in which 0 is a size of its own, as newer exporters of PyTorch write them', async () => {
    const init: GraphInit = {
      opset: 18,
      x: ['N', 4, 3, 3],
      constants,
      nodes: [
        ['Shape', ['x'], ['n'], { start: 0, end: 1 }],
        ['Concat', ['n', 'minus'], ['to'], { axis: 0 }],
        ['Reshape', ['x', 'to'], ['y'], { allowzero: 1 }],
      ],
    };
    expect(shapeOf(init)).toEqual([['N', 36], ['Reshape']]);
    const { file, lab } = await bothResults(init, 3);
    expect(lab).toEqual(file);
  });

  it('are split and shuffled by channel', async () => {
    const init: GraphInit = {
      opset: 13,
      x: ['N', 4, 3, 3],
      constants,
      nodes: [
        ...sizes,
        wide('n', 'n1'),
        ['Div', ['c', 'c2'], ['half']],
        wide('half', 'half1'),
        ['Concat', ['n1', 'two', 'half1', 'minus'], ['to'], { axis: 0 }],
        ['Reshape', ['x', 'to'], ['g']],
        ['Transpose', ['g'], ['t'], { perm: [0, 2, 1, 3] }],
        ['Concat', ['n1', 'minus'], ['flat'], { axis: 0 }],
        ['Reshape', ['t', 'flat'], ['y']],
      ],
    };
    expect(shapeOf(init)).toEqual([
      ['N', 36],
      ['Reshape', 'Transpose', 'Reshape'],
    ]);
    const { file, lab } = await bothResults(init, 2);
    expect(lab).toEqual(file);
  });

  it('are multiplied and divided again', async () => {
    const init: GraphInit = {
      opset: 13,
      x: ['N', 4, 6],
      constants,
      nodes: [
        ...sizes,
        ['Mul', ['n', 'c'], ['nc']],
        wide('nc', 'nc1'),
        ['Concat', ['nc1', 'minus'], ['to'], { axis: 0 }],
        ['Reshape', ['x', 'to'], ['r']],
        ['Div', ['nc', 'c'], ['again']],
        wide('again', 'again1'),
        ['Concat', ['again1', 'minus'], ['back'], { axis: 0 }],
        ['Reshape', ['r', 'back'], ['y']],
      ],
    };
    expect(shapeOf(init)).toEqual([
      ['N', 24],
      ['Reshape', 'Reshape'],
    ]);
    const { file, lab } = await bothResults(init, 3);
    expect(lab).toEqual(file);
  });

  it('repeat a token for every sample, as PyTorch writes expand(batch, -1, -1)', async () => {
    const init: GraphInit = {
      opset: 13,
      x: ['N', 3, 2],
      constants: { ...constants, token: float32([1, 1, 2], [5, 6]), one: int64([1, 1, 1]), ones: floats(1) },
      nodes: [
        ...sizes,
        wide('n', 'n1'),
        ['Concat', ['n1', 'minus', 'minus'], ['to'], { axis: 0 }],
        ['Shape', ['to'], ['rank']],
        ['ConstantOfShape', ['rank'], ['full'], { value: int64([1]) }],
        ['Equal', ['to', 'minus'], ['kept']],
        ['Where', ['kept', 'full', 'to'], ['shape']],
        ['Expand', ['token', 'shape'], ['tokens']],
        ['Concat', ['tokens', 'x'], ['y'], { axis: 1 }],
      ],
    };
    const graph = plainOf(init);
    expect(graph.types.get('tokens')!.shape).toEqual(['N', 1, 2]);
    expect(graph.types.get('y')!.shape).toEqual(['N', 4, 2]);
    const { file, lab } = await bothResults(init, 3);
    expect(lab).toEqual(file);
  });
});
