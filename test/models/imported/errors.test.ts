/** Files that are no classifier the lab can train, or that want to do harm: an exact text for each. */
import { describe, expect, it } from 'vitest';
import { float32, int64 } from '../../../src-main/onnx/tensor.ts';
import { checkDifferentiable } from '../../../src-main/models/differentiable.ts';
import { checkImageSize } from '../../../src-main/models/image-size.ts';
import { importClassifier } from '../../../src-main/models/imported/index.ts';
import { labErrorOf } from '../../helpers/lab-errors.ts';
import type { NodeInit } from '../../onnx/import/models.ts';
import { imported } from './support.ts';
import {
  errorOf,
  filled,
  FIRST,
  learnt,
  PARAMETERS,
  read,
  TAIL,
  tailFrom,
  type ClassifierInit,
} from './networks.ts';

const SYMBOLIC = 'Export the network with a symbolic batch size (dynamic_axes of torch.onnx.export).';

function refusing(reason: string, hint?: string, code = 'MODEL_FILE') {
  return { code, message: `Reading the network net.onnx: ${reason}.`, ...(hint !== undefined && { hint }) };
}

describe('inputs', () => {
  it.each<[string, ClassifierInit, string]>([
    [
      'a list',
      {
        x: ['batch', 64],
        nodes: [['Gemm', ['x', 'w', 'b'], ['y'], { transB: 1 }]],
        constants: { w: learnt('w', 10, 64), b: learnt('b', 10) },
      },
      'its input "x" (float32 [batch, 64]) is no batch of images [N, C, H, W]',
    ],
    [
      'grey images',
      { x: ['batch', 1, 28, 28], constants: { ...PARAMETERS, 'conv.weight': learnt('w', 4, 1, 3, 3) } },
      'its input "x" (float32 [batch, 1, 28, 28]) has no axis of 3 channels; the lab feeds images in colour',
    ],
    ['wide images', { x: ['batch', 3, 240, 320] }, "it takes images of 320 × 240; the lab's are square"],
    [
      'no input at all',
      {
        nodes: [['Gemm', ['a', 'fc.weight', 'fc.bias'], ['y'], { transB: 1 }]],
        constants: { ...PARAMETERS, a: learnt('a', 1, 4) },
      },
      'none of its inputs leads to its logits',
    ],
    [
      'two inputs',
      {
        nodes: [FIRST, ['Add', ['h', 'z'], ['k']], ...tailFrom('k')],
        change: (model) => ({
          ...model,
          graph: {
            ...model.graph,
            inputs: [...model.graph.inputs, { name: 'z', dtype: 'float32', shape: ['batch', 4, 30, 30] }],
          },
        }),
      },
      'it takes "x" (float32 [batch, 3, 32, 32]) and "z" (float32 [batch, 4, 30, 30]); the lab feeds one input, the images',
    ],
  ])('%s', (_, init, reason) => {
    expect(errorOf(init)).toEqual(refusing(reason));
  });
});

describe('logits', () => {
  const twoHeads: ClassifierInit = {
    nodes: [FIRST, ...TAIL, ['Gemm', ['f', 'aux.weight', 'fc.bias'], ['z'], { transB: 1 }]],
    constants: { ...PARAMETERS, 'aux.weight': learnt('aux', 10, 4) },
    outputs: ['y', 'z'],
  };

  it('without a classifying layer', () => {
    const nodes: NodeInit[] = [FIRST, ['GlobalAveragePool', ['h'], ['p']], ['Tanh', ['p'], ['y']]];
    expect(errorOf({ nodes })).toEqual(
      refusing('no fully connected layer or 1×1 convolution leads to its output "y"'),
    );
  });

  it('behind what is no softmax: the candidates are listed', () => {
    const nodes: NodeInit[] = [
      FIRST,
      ...TAIL.slice(0, 2),
      ['Gemm', ['f', 'fc.weight', 'fc.bias'], ['l'], { transB: 1 }],
      ['Tanh', ['l'], ['y']],
    ];
    expect(errorOf({ nodes })).toEqual(
      refusing(
        'no fully connected layer or 1×1 convolution leads to its output "y"',
        'Values that could be logits (--logits): "l".',
      ),
    );
    expect(read({ nodes }, { logits: 'l' }).architecture.head).toEqual(['fc.weight', 'fc.bias']);
  });

  it('of several kinds are a choice', () => {
    expect(errorOf(twoHeads)).toEqual(
      refusing('2 of its outputs could be the logits: "y", "z"', 'Choose one with --logits.'),
    );
    expect(read(twoHeads, { logits: 'z' }).architecture.head).toEqual(['aux.weight', 'aux.bias']);
  });

  it('among too many outputs', () => {
    const outputs = Array.from({ length: 65 }, (_, i) => `y${i}`);
    expect(errorOf({ outputs })).toEqual(refusing('it has 65 outputs', 'Choose one with --logits.'));
  });

  it('that are not there', () => {
    expect(errorOf({}, { logits: 'scores' })).toEqual(
      refusing('it has no value "scores" (--logits)', 'Values that could be logits (--logits): "y".'),
    );
    expect(errorOf({}, { logits: 'p' })).toEqual(
      refusing(
        'no fully connected layer or 1×1 convolution leads to the value "p" (--logits)',
        'Values that could be logits (--logits): "y".',
      ),
    );
  });
});

describe('the batch size of the export', () => {
  it('that cannot be told from other sizes is refused with the node', () => {
    expect(labErrorOf(() => imported('vit-fixed-opset13'))).toEqual({
      code: 'MODEL_FILE',
      message:
        'Reading the network vit-fixed-opset13.onnx: node "/encoder/layers/encoder_layer_0/self_attention/Reshape" ' +
        '(Reshape) makes [17, 2, 12] of [17, N, 24], where N is the number of images: the batch size of the export is fixed.',
      hint: SYMBOLIC,
    });
  });
});

describe('image sizes', () => {
  it('that the layers cannot take name the node', () => {
    const nodes: NodeInit[] = [
      ['Conv', ['x', 'conv.weight', 'conv.bias'], ['h'], { kernel_shape: [3, 3] }],
      ['Conv', ['h', 'w', ''], ['i'], { strides: [2, 2] }],
      ...tailFrom('i'),
    ];
    const { architecture } = read({ nodes, constants: { ...PARAMETERS, w: learnt('w', 4, 4, 9, 9) } });
    checkImageSize(architecture, 11);
    expect(labErrorOf(() => checkImageSize(architecture, 10))).toEqual({
      code: 'MODEL_INPUT_SIZE',
      message:
        'The network net.onnx with images of 10 pixels: node "the Conv" (Conv), input 0 "h": expected an image of at least 9 on axis 2, found [N, 4, 8, 8].',
      hint: 'Sizes from 11 up work (--image-size); it was made for 32.',
    });
  });

  it('of a network that takes one alone', () => {
    const nodes: NodeInit[] = [FIRST, ['Add', ['h', 'place'], ['i']], ...tailFrom('i')];
    const { architecture } = read({
      nodes,
      constants: { ...PARAMETERS, place: learnt('place', 1, 4, 30, 30) },
    });
    expect(labErrorOf(() => checkImageSize(architecture, 48))).toEqual({
      code: 'MODEL_INPUT_SIZE',
      message:
        'The network net.onnx with images of 48 pixels: node "the Add" (Add), input 1 "place": expected a shape that broadcasts with [N, 4, 46, 46], found [1, 4, 30, 30].',
      hint: 'It takes images of 32 pixels only (--image-size 32).',
    });
  });
});

describe('ops that cannot be trained', () => {
  const nodes: NodeInit[] = [FIRST, ['CumSum', ['h', 'axis'], ['i']], ...tailFrom('i')];

  it('are named when the lab does not know them', () => {
    expect(errorOf({ nodes, constants: { ...PARAMETERS, axis: int64(2) } })).toEqual(
      refusing('node "the CumSum": the op CumSum is not one the lab knows', undefined, 'ONNX_UNSUPPORTED'),
    );
    const change: ClassifierInit['change'] = (model) => ({
      ...model,
      opsets: { ...model.opsets, 'com.microsoft': 1 },
      graph: {
        ...model.graph,
        nodes: model.graph.nodes.map((node) =>
          node.opType === 'Conv' ? { ...node, opType: 'FusedConv', domain: 'com.microsoft' } : node,
        ),
      },
    });
    expect(errorOf({ change })).toEqual(
      refusing(
        'node "the Conv": the op com.microsoft.FusedConv is not one the lab knows',
        undefined,
        'ONNX_UNSUPPORTED',
      ),
    );
  });

  it('and have no gradient, are named unless they lie below what is frozen', () => {
    const blocked: NodeInit[] = [FIRST, ['ReduceProd', ['h'], ['i'], { axes: [2, 3] }], ...tailFrom('i')];
    const { architecture } = read({ nodes: blocked });
    const error = labErrorOf(() => checkDifferentiable(architecture, 3, 32, () => true));
    expect(error).toMatchObject({
      code: 'GRADIENT_UNSUPPORTED',
      message:
        'Node "the_ReduceProd/ReduceProd" (ReduceProd) has no gradient: it is used for counting elements only.',
    });
    checkDifferentiable(architecture, 3, 32, (name) => architecture.head.includes(name));
  });
});

describe('hostile files', () => {
  it.each<[string, ClassifierInit, string, string]>([
    [
      'a cycle',
      {
        nodes: [
          ['Conv', ['k', 'conv.weight', 'conv.bias'], ['h']],
          ['Relu', ['h'], ['k']],
          ...TAIL,
          ['Relu', ['x'], ['z']],
        ],
      },
      'ONNX_INVALID_GRAPH',
      'none of its inputs leads to its logits',
    ],
    [
      'a missing value',
      {
        nodes: [FIRST, ['Add', ['h', 'nowhere'], ['i']], ...tailFrom('i')],
      },
      'ONNX_INVALID_GRAPH',
      'node "the Add" (Add), input 1 "nowhere": expected a value defined before it, found nothing',
    ],
    [
      'nodes out of order',
      { nodes: [...TAIL, FIRST] },
      'ONNX_INVALID_GRAPH',
      'node "the GlobalAveragePool" (GlobalAveragePool), input 0 "h": expected a value defined before it, found nothing',
    ],
    [
      'one name for two values',
      { nodes: [FIRST, ['Relu', ['h'], ['p']], ...TAIL] },
      'ONNX_INVALID_GRAPH',
      'node "the GlobalAveragePool" (GlobalAveragePool) defines "p", which is defined already',
    ],
    [
      'a shape that no machine holds',
      {
        nodes: [FIRST, ['ConstantOfShape', ['huge'], ['c']], ['Add', ['h', 'c'], ['i']], ...tailFrom('i')],
        constants: { ...PARAMETERS, huge: int64([1, 4, 1e6, 1e6]) },
      },
      'ONNX_INVALID_GRAPH',
      'node "the ConstantOfShape" (ConstantOfShape) gives "c" the shape [1, 4, 1000000, 1000000], which no machine holds',
    ],
    [
      'indices out of range',
      {
        nodes: [
          ['Gather', ['sizes', 'five'], ['s']],
          FIRST,
          ['Reshape', ['h', 's'], ['i']],
          ...tailFrom('i'),
        ],
        constants: { ...PARAMETERS, sizes: int64([1, 2]), five: int64([5]) },
      },
      'ONNX_SHAPE',
      'node "the Gather" (Gather), input 1 "five": expected indices below 2, found 5',
    ],
  ])('%s', (_, init, code, reason) => {
    const found = errorOf(init);
    expect(found.message).toBe(`Reading the network net.onnx: ${reason}.`);
    expect([code, 'MODEL_FILE']).toContain(found.code);
  });

  it('a size that is multiplied by itself without end', () => {
    const squares = Array.from({ length: 64 }, (_, i): NodeInit => [
      'Mul',
      [`n${i}`, `n${i}`],
      [`n${i + 1}`],
    ]);
    const nodes: NodeInit[] = [
      FIRST,
      ['Shape', ['x'], ['n0']],
      ...squares,
      ['Reshape', ['h', 'n64'], ['i']],
      ...tailFrom('i'),
    ];
    expect(errorOf({ nodes })).toMatchObject({ code: 'MODEL_FILE' });
  });

  it('bytes that are no model', () => {
    expect(labErrorOf(() => importClassifier(Uint8Array.of(1, 2, 3), 'net.onnx', {}))).toMatchObject({
      code: 'ONNX_PARSE',
      message: 'Reading the ONNX model net.onnx: its bytes are not a protobuf message.',
    });
  });

  it("parameters that are called like the lab's own values", () => {
    const rename: Record<string, string> = { 'conv.weight': 'images', 'conv.bias': 'learning_rate' };
    const constants = Object.fromEntries(
      Object.entries({ ...PARAMETERS, w: filled(2, 4, 1, 1) }).map(([name, tensor]) => [
        rename[name] ?? name,
        tensor,
      ]),
    );
    const nodes: NodeInit[] = [
      ['Conv', ['x', 'images', 'learning_rate'], ['g']],
      ['Mul', ['g', 'w'], ['h']],
      ...TAIL,
    ];
    expect([...read({ nodes, constants }).weights.keys()]).toEqual(['the_Conv.weight', 'the_Conv.bias', 'w']);
  });
});

describe('a linear classifier of pixels', () => {
  it('has no features to learn but is a network', () => {
    const nodes: NodeInit[] = [
      ['Flatten', ['x'], ['f']],
      ['Gemm', ['f', 'fc.weight', 'fc.bias'], ['y'], { transB: 1 }],
    ];
    const constants = { 'fc.weight': float32([2, 192], new Float32Array(384)), 'fc.bias': filled(0, 2) };
    const { architecture, weights } = read({ x: ['batch', 3, 8, 8], nodes, constants });
    expect([architecture.classes, weights.size]).toEqual([2, 0]);
  });
});
