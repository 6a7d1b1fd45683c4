/** How files of other tools are understood. */
import { describe, expect, it } from 'vitest';
import { checkDifferentiable } from '../../../src-main/models/differentiable.ts';
import { featureSize, networkState } from '../../../src-main/models/state.ts';
import { bindInitializers } from '../../../src-main/onnx/edit.ts';
import { float32, int64, scalar, type Tensor } from '../../../src-main/onnx/tensor.ts';
import type { Model } from '../../../src-main/onnx/types.ts';
import type { Normalization } from '../../../src-main/models/layers/index.ts';
import { createSession } from '../../../src-main/runtime/session.ts';
import { buildArtifacts } from '../../../src-main/training/artifacts.ts';
import { relativeDifference } from '../../helpers/numbers.ts';
import { seededImages } from '../../helpers/seeded.ts';
import { floats, type NodeInit } from '../../onnx/import/models.ts';
import {
  classifierBytes,
  filled,
  FIRST,
  learnt,
  PARAMETERS,
  read,
  TAIL,
  tailFrom,
  type ClassifierInit,
} from './networks.ts';
import { imported, optionsOf } from './support.ts';

const NOTE_PIXELS =
  "net.onnx does not say how its pixels are normalised: ImageNet's mean and deviation are used unless --mean and --std say otherwise.";
const UNIT: Normalization = { mean: [0, 0, 0], std: [1, 1, 1] };
const BYTES: Normalization = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] };

/** The logits of two seeded images of 8-bit pixels: those of the file itself, and of the lab's evaluation. */
async function bothLogits(
  init: ClassifierInit,
  feed: (pixels: Uint8Array) => Tensor,
  normalization: Normalization,
): Promise<[file: Float32Array, lab: Float32Array]> {
  const classifier = read(init);
  const size = classifier.architecture.imageSize;
  const pixels = seededImages('pixels', [0, 1], size);
  const file = await run(classifierBytes(init), new Map([['x', feed(pixels)]]), 'y');
  const { evaluation } = buildArtifacts(optionsOf(classifier, { classes: 10, normalization }));
  const head = new Map([...classifier.weights, ...headOf(init)]);
  const images: Tensor = { dtype: 'uint8', dims: [2, size, size, 3], data: pixels };
  return [file, await run(bindInitializers(evaluation, head), new Map([['images', images]]), 'logits')];
}

function headOf({ constants = PARAMETERS }: ClassifierInit): [string, Tensor][] {
  return ['fc.weight', 'fc.bias'].map((name) => [name, constants[name]!]);
}

async function run(
  model: Model | Uint8Array,
  feeds: Map<string, Tensor>,
  output: string,
): Promise<Float32Array> {
  const session = await createSession(model);
  const outputs = await session.run(feeds, [output]);
  await session.release();
  return outputs.get(output)!.data as Float32Array;
}

/** Pixels in another order and scale. */
function floatPixels(pixels: Uint8Array, size: number, layout: 'NCHW' | 'NHWC', scale: number): Tensor {
  const data = new Float32Array(pixels.length);
  pixels.forEach((value, at) => {
    const [channel, place] = [at % 3, Math.floor(at / 3)];
    const [image, within] = [Math.floor(place / size ** 2), place % size ** 2];
    data[layout === 'NHWC' ? at : (image * 3 + channel) * size ** 2 + within] = value * scale;
  });
  return float32(layout === 'NHWC' ? [2, size, size, 3] : [2, 3, size, size], data);
}

/** As tf2onnx writes Keras: channels last until the first convolution, weights without names, MatMul and Add. */
const KERAS: ClassifierInit = {
  opset: 13,
  x: ['unk__6', 32, 32, 3],
  constants: {
    const_fold_opt__1: int64([1, 2]),
    'model/conv/Conv2D/ReadVariableOp:0': learnt('k', 4, 3, 3, 3),
    'model/bn/gamma:0': learnt('g', 4),
    'model/bn/beta:0': learnt('bias', 4),
    'model/bn/mean:0': learnt('running_mean', 4),
    'model/bn/variance:0': learnt('running_var', 4),
    'model/dense/MatMul/ReadVariableOp:0': learnt('d', 4, 10),
    'model/dense/BiasAdd/ReadVariableOp:0': learnt('d.bias', 10),
  },
  nodes: [
    ['Transpose', ['x'], ['t'], { perm: [0, 3, 1, 2] }],
    ['Conv', ['t', 'model/conv/Conv2D/ReadVariableOp:0'], ['c'], { auto_pad: 'SAME_UPPER', strides: [2, 2] }],
    [
      'BatchNormalization',
      ['c', 'model/bn/gamma:0', 'model/bn/beta:0', 'model/bn/mean:0', 'model/bn/variance:0'],
      ['b'],
      { epsilon: { float: 1e-3 }, momentum: { float: 0.99 } },
    ],
    ['Relu', ['b'], ['h']],
    ['Transpose', ['h'], ['l'], { perm: [0, 2, 3, 1] }],
    ['ReduceMean', ['l'], ['f'], { axes: [1, 2], keepdims: 0 }],
    ['MatMul', ['f', 'model/dense/MatMul/ReadVariableOp:0'], ['m']],
    ['Add', ['m', 'model/dense/BiasAdd/ReadVariableOp:0'], ['a']],
    ['Softmax', ['a'], ['y'], { axis: 1 }],
  ],
};

describe('Keras, as tf2onnx writes it', () => {
  const named = (model: Model): Model => {
    const names = [
      'model/conv/Transpose',
      'model/conv/Conv2D',
      'model/bn/FusedBatchNormV3',
      'model/relu/Relu',
      'a',
      'model/gap/Mean',
      'model/dense/MatMul',
      'model/dense/BiasAdd',
      'model/Softmax',
    ];
    return {
      ...model,
      graph: { ...model.graph, nodes: model.graph.nodes.map((node, i) => ({ ...node, name: names[i]! })) },
    };
  };
  const classifier = read({ ...KERAS, change: named });

  it('has images with their channels last, and names its layers after its nodes', () => {
    const state = networkState(classifier.architecture, 3, 32).map(
      ({ name, kind, dims }) => `${name} ${kind} ${dims.join('×')}`,
    );
    expect(state).toEqual([
      'model.conv.weight parameter 4×3×3×3',
      'model.bn.weight parameter 4',
      'model.bn.bias parameter 4',
      'model.bn.running_mean buffer 4',
      'model.bn.running_var buffer 4',
      'model.dense.weight parameter 3×4',
      'model.dense.bias parameter 3',
    ]);
    expect(classifier.notes).toEqual([
      'net.onnx: the layer "model/dense/MatMul" (MatMul, 10 classes) is replaced by a new one.',
      NOTE_PIXELS,
    ]);
  });

  it('moves its statistics as slowly as Keras does', () => {
    const { training } = buildArtifacts(optionsOf(classifier, { classes: 3 }));
    const factors = training.graph.nodes
      .filter(({ outputs }) => outputs[0] === 'model.bn.running_mean_new')
      .flatMap(({ inputs }) => inputs)
      .flatMap((name) => training.graph.nodes.find(({ outputs }) => outputs[0] === name)!.inputs)
      .flatMap((name) => training.graph.initializers.get(name)?.data[0] ?? []);
    expect(factors.map((factor) => Number(factor).toFixed(6))).toEqual(['0.990000', '0.010000']);
  });

  it('takes images of another size', () => {
    expect(featureSize(classifier.architecture, 57)).toBe(4);
  });
});

describe('normalisation inside the network', () => {
  const before = (steps: readonly NodeInit[], last: string): readonly NodeInit[] => [
    ...steps,
    ['Conv', [last, 'conv.weight', 'conv.bias'], ['h']],
    ...TAIL,
  ];
  const mean = (...values: readonly number[]): Tensor => float32([1, 3, 1, 1], values);

  it.each<[string, ClassifierInit, 'NCHW' | 'NHWC', number, Normalization, string]>([
    [
      "ImageNet's on 0 to 1",
      {
        nodes: before(
          [
            ['Sub', ['x', 'mean'], ['a']],
            ['Div', ['a', 'std'], ['b']],
          ],
          'b',
        ),
        constants: { ...PARAMETERS, mean: mean(0.485, 0.456, 0.406), std: mean(0.229, 0.224, 0.225) },
      },
      'NCHW',
      1 / 255,
      UNIT,
      'it is fed with 0 to 1',
    ],
    [
      'to −1 to 1 from 0 to 255',
      {
        nodes: before(
          [
            ['Mul', ['x', 'scale'], ['a']],
            ['Add', ['a', 'shift'], ['b']],
          ],
          'b',
        ),
        constants: { ...PARAMETERS, scale: scalar(1 / 127.5), shift: scalar(-1) },
      },
      'NCHW',
      1,
      BYTES,
      'it is fed with 0 to 255',
    ],
    [
      'to −1 to 1 from 0 to 1',
      {
        nodes: before(
          [
            ['Mul', ['x', 'scale'], ['a']],
            ['Add', ['a', 'shift'], ['b']],
          ],
          'b',
        ),
        constants: { ...PARAMETERS, scale: scalar(2), shift: scalar(-1) },
      },
      'NCHW',
      1 / 255,
      UNIT,
      'it is fed with 0 to 1',
    ],
    [
      'means of 0 to 255 alone',
      {
        nodes: before([['Sub', ['x', 'mean'], ['b']]], 'b'),
        constants: { ...PARAMETERS, mean: mean(123.7, 116.8, 103.9) },
      },
      'NCHW',
      1,
      BYTES,
      'it is fed with 0 to 255',
    ],
    [
      'with channels last',
      {
        x: ['batch', 32, 32, 3],
        nodes: before(
          [
            ['Sub', ['x', 'mean'], ['a']],
            ['Transpose', ['a'], ['b'], { perm: [0, 3, 1, 2] }],
          ],
          'b',
        ),
        constants: { ...PARAMETERS, mean: floats(123.7, 116.8, 103.9) },
      },
      'NHWC',
      1,
      BYTES,
      'it is fed with 0 to 255',
    ],
  ])('%s', async (_, init, layout, scale, normalization, fed) => {
    const classifier = read(init);
    expect(classifier.normalization).toEqual(normalization);
    expect(classifier.notes).toContain(`net.onnx normalises its pixels itself: ${fed}.`);
    expect([...classifier.weights.keys()]).toEqual(['conv.weight', 'conv.bias']);
    const [file, lab] = await bothLogits(
      init,
      (pixels) => floatPixels(pixels, 32, layout, scale),
      normalization,
    );
    // (x / 255) · 255 is x but for rounding, of numbers up to 255.
    expect(relativeDifference(lab, file, 1)).toBeLessThan(1e-3);
  });

  it('of bytes', () => {
    const nodes: NodeInit[] = [
      ['Cast', ['x'], ['u'], { to: 1 }],
      ['Mul', ['u', 's'], ['n']],
      ['Transpose', ['n'], ['b'], { perm: [0, 3, 1, 2] }],
      ['Conv', ['b', 'conv.weight', 'conv.bias'], ['h']],
      ...TAIL,
    ];
    const change: ClassifierInit['change'] = (model) => ({
      ...model,
      graph: { ...model.graph, inputs: [{ name: 'x', dtype: 'uint8', shape: ['batch', 32, 32, 3] }] },
    });
    expect(
      read({
        nodes,
        constants: { ...PARAMETERS, s: scalar(1 / 255) },
        change,
      }).normalization,
    ).toEqual(BYTES);
  });
});

describe('the head', () => {
  const [pool, flatten] = TAIL as [NodeInit, NodeInit];
  const constants = {
    ...PARAMETERS,
    w: learnt('w', 4, 10),
    c: learnt('c', 10, 4, 1, 1),
    b: learnt('b.bias', 10),
    flat: int64([0, 10]),
  };

  it.each<[string, readonly NodeInit[], string]>([
    ['Gemm without transposition', [pool, flatten, ['Gemm', ['f', 'w', 'b'], ['y']]], 'head'],
    ['MatMul alone', [pool, flatten, ['MatMul', ['f', 'w'], ['y']]], 'head'],
    [
      'MatMul by a turned weight',
      [
        pool,
        flatten,
        ['Transpose', ['fc.weight'], ['t'], { perm: [1, 0] }],
        ['MatMul', ['f', 't'], ['m']],
        ['Add', ['b', 'm'], ['y']],
      ],
      'fc',
    ],
    [
      'a convolution behind the pooling',
      [
        pool,
        ['Conv', ['p', 'c', 'b'], ['k']],
        ['Flatten', ['k'], ['l']],
        ['LogSoftmax', ['l'], ['y'], { axis: 1 }],
      ],
      'head',
    ],
    [
      'a convolution before the pooling',
      [
        ['Conv', ['h', 'c', 'b'], ['k']],
        ['Relu', ['k'], ['r']],
        ['ReduceMean', ['r'], ['y'], { axes: [2, 3], keepdims: 0 }],
      ],
      'head',
    ],
    [
      'what an Identity and a Reshape follow',
      [pool, ['Conv', ['p', 'c', 'b'], ['k']], ['Identity', ['k'], ['i']], ['Reshape', ['i', 'flat'], ['y']]],
      'head',
    ],
  ])('%s', (_, tail, name) => {
    const { architecture, weights } = read({ nodes: [FIRST, ...tail], constants });
    expect(architecture.classes).toBe(10);
    expect([...weights.keys()]).toEqual(['conv.weight', 'conv.bias']);
    const state = networkState(architecture, 3, 32).slice(-2);
    expect(state.map((spec) => [spec.name, spec.dims[0]])).toEqual([
      [`${name}.weight`, 3],
      [`${name}.bias`, 3],
    ]);
  });

  it('keeps the dropout before it', () => {
    const classifier = imported('mobilenet-v2-training-opset12');
    const { training } = buildArtifacts(
      optionsOf(classifier, { classes: 3, trainable: 'head', input: 'features' }),
    );
    expect(training.graph.inputs.map(({ name }) => name)).toContain('random_seed');
  });
});

describe('parameters', () => {
  it('of half and double precision are trained as float32', () => {
    const half = {
      dtype: 'float16',
      dims: [4],
      data: Uint16Array.of(0x3c00, 0x4000, 0xbc00, 0x3800),
    } as const;
    const double = {
      dtype: 'float64',
      dims: [10, 4],
      data: Float64Array.from({ length: 40 }, (_, i) => i / 3),
    } as const;
    const nodes: NodeInit[] = [FIRST, ['Cast', ['h'], ['d'], { to: 11 }], ...tailFrom('d')];
    const { weights } = read({ nodes, constants: { ...PARAMETERS, 'conv.bias': half, 'fc.weight': double } });
    expect(weights.get('conv.bias')).toEqual(floats(1, 2, -1, 0.5));
  });

  it('are what layers, scales and tables hold, and not constants of the arithmetic', () => {
    const nodes: NodeInit[] = [
      FIRST,
      ['PRelu', ['h', 'slope'], ['a']],
      ['Mul', ['a', 'gamma'], ['b']],
      ['Add', ['b', 'mask'], ['c']],
      ['Div', ['c', 'half'], ['d']],
      ['Pow', ['d', 'exponents'], ['e']],
      ['Constant', [], ['given'], { value: float32([4, 1, 1], [1, 2, 3, 4]) }],
      ['Add', ['e', 'given'], ['i']],
      ...tailFrom('i'),
    ];
    const constants = {
      ...PARAMETERS,
      slope: filled(0.25, 4, 1, 1),
      gamma: filled(1, 4, 1, 1),
      mask: float32([4, 1, 1], [0, -100, 0, -100]),
      half: scalar(0.5),
      exponents: filled(2, 4, 1, 1),
    };
    expect([...read({ nodes, constants }).weights.keys()]).toEqual([
      'conv.weight',
      'conv.bias',
      'slope',
      'gamma',
    ]);
  });

  it('may be listed among the inputs, as files of old do', () => {
    const change: ClassifierInit['change'] = (model) => ({
      ...model,
      irVersion: 3,
      graph: {
        ...model.graph,
        inputs: [
          ...[...model.graph.initializers].map(([name, { dtype, dims }]) => ({ name, dtype, shape: dims })),
          ...model.graph.inputs,
        ],
      },
    });
    expect(read({ opset: 8, change }).weights.size).toBe(2);
  });
});

describe('a fixed batch', () => {
  it.each<[string, readonly number[], number]>([
    ['[1, 4]', [1, 4], 1],
    ['[1, -1]', [1, -1], 1],
    ['[2, 4] for two images', [2, 4], 2],
    ['[-1, 4]', [-1, 4], 1],
    ['[0, -1]', [0, -1], 1],
  ])('of a reshape to %s is opened', (_, target, batch) => {
    const nodes: NodeInit[] = [FIRST, TAIL[0]!, ['Reshape', ['p', 'flat'], ['f']], TAIL[2]!];
    const { architecture } = read({
      x: [batch, 3, 32, 32],
      nodes,
      constants: { ...PARAMETERS, flat: int64(target) },
    });
    expect(featureSize(architecture, 32)).toBe(4);
    expect(featureSize(architecture, 64)).toBe(4);
  });
});

describe('its own exports', () => {
  const own =
    (classes: readonly string[]): ClassifierInit['change'] =>
    (model) => ({
      ...model,
      metadata: {
        'vitrine.classes': JSON.stringify(classes),
        'vitrine.input': '"tensor"',
        'vitrine.normalization': JSON.stringify({ mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] }),
      },
    });
  const TEN = [...'abcdefghij'];

  it('say how their pixels are normalised, and keep their head for the same classes', () => {
    const classifier = read({ change: own(TEN) }, { classes: TEN });
    expect(classifier.normalization).toEqual({ mean: [0.1, 0.2, 0.3], std: [0.4, 0.5, 0.6] });
    expect(classifier.weights.get('fc.weight')).toEqual(PARAMETERS['fc.weight']);
  });

  it('get a new head for other classes, of which there may be as many', () => {
    expect(read({ change: own(TEN) }, { classes: TEN.toReversed() }).weights.has('fc.weight')).toBe(false);
    expect(read({}, { classes: TEN }).weights.has('fc.weight')).toBe(false);
  });
});

describe('a training', () => {
  it('goes through a pooling into joined branches, whose sizes its gradient needs', () => {
    const nodes: NodeInit[] = [
      FIRST,
      ['Split', ['h'], ['a', 'b'], { axis: 1 }],
      ['Relu', ['b'], ['r']],
      ['Concat', ['a', 'r'], ['i'], { axis: 1 }],
      ...tailFrom('i'),
    ];
    const { architecture } = read({ nodes });
    expect(() => checkDifferentiable(architecture, 3, 32, () => true)).not.toThrow();
  });
});
