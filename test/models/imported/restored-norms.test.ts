/** Which convolutions get a BatchNorm back. */
import { describe, expect, it } from 'vitest';
import { importClassifier } from '../../../src-main/models/imported/index.ts';
import { networkState } from '../../../src-main/models/state.ts';
import { labErrorOf } from '../../helpers/lab-errors.ts';
import type { NodeInit } from '../../onnx/import/models.ts';
import { errorOf, FIRST, learnt, PARAMETERS, read, TAIL, tailFrom } from './networks.ts';
import { fixture } from './support.ts';

const RESTORE = { restoreBatchNorm: true };

function layersOf(name: string): readonly string[] {
  return importClassifier(fixture(name), `${name}.onnx`, RESTORE).restored!.names;
}

const ACTIVATED: readonly NodeInit[] = [FIRST, ['Relu', ['h'], ['r']], ...tailFrom('r')];

describe('layers', () => {
  it.each([
    ['resnet-opset11', 12],
    ['resnet-opset7', 12],
    ['mobilenet-v2-opset17', 13],
    ['shufflenet-softmax-opset13', 23],
  ])('are put behind every convolution of %s', (name, count) => {
    const layers = layersOf(name);
    expect(layers).toHaveLength(count);
    const { architecture } = importClassifier(fixture(name), name, RESTORE);
    const kernels = networkState(architecture, 3, architecture.imageSize).filter(
      ({ dims }) => dims.length === 4,
    );
    expect(layers).toEqual(kernels.map((spec) => spec.name.replace('.weight', '.norm')));
  });

  it('are not put into squeeze-and-excitation', () => {
    const layers = layersOf('mobilenet-v3-opset16');
    expect(layers).toHaveLength(10);
    expect(layers.filter((name) => /\.fc[12]\./.test(name))).toEqual([]);
  });

  it('have PyTorch’s parameters and buffers, beside those of the file', () => {
    const names = (restoreBatchNorm: boolean): string[] => {
      const { architecture } = read({ nodes: ACTIVATED }, { restoreBatchNorm });
      return networkState(architecture, 3, 32).map(({ name, kind }) => `${kind} ${name}`);
    };
    expect(names(false)).toEqual([
      ...['parameter conv.weight', 'parameter conv.bias', 'parameter fc.weight', 'parameter fc.bias'],
    ]);
    expect(names(true)).toEqual([
      ...[
        'parameter conv.weight',
        'parameter conv.bias',
        'parameter conv.norm.weight',
        'parameter conv.norm.bias',
      ],
      ...[
        'buffer conv.norm.running_mean',
        'buffer conv.norm.running_var',
        'parameter fc.weight',
        'parameter fc.bias',
      ],
    ]);
  });

  it('do not take a name that the file has', () => {
    const scaled: readonly NodeInit[] = [FIRST, ['Add', ['h', 'conv.norm.weight'], ['r']], ...tailFrom('r')];
    const constants = { ...PARAMETERS, 'conv.norm.weight': learnt('scale', 4, 1, 1) };
    expect(read({ nodes: scaled, constants }, RESTORE).restored!.names).toEqual(['conv.norm_2']);
  });

  it('are noted', () => {
    expect(read({ nodes: ACTIVATED }, RESTORE).notes).toContain(
      'net.onnx: batch normalisation is put back behind one convolution with a bias.',
    );
  });
});

describe('there is nothing to restore', () => {
  const expected = {
    code: 'INVALID_ARGUMENT',
    message:
      'Reading the network net.onnx: it has no convolution with a bias into which batch normalisation may have been folded (--restore-batch-norm).',
    hint: 'Leave --restore-batch-norm out: batch normalisation that the file holds is trained anyway.',
  };

  it('in a file that kept its layers', () => {
    expect(
      labErrorOf(() => importClassifier(fixture('resnet-training-opset13'), 'net.onnx', RESTORE)),
    ).toEqual(expected);
  });

  it('among the patches of a transformer', () => {
    expect(labErrorOf(() => importClassifier(fixture('vit-opset14'), 'net.onnx', RESTORE))).toEqual(expected);
  });

  it.each<[string, readonly NodeInit[]]>([
    ['without a bias', [['Conv', ['x', 'conv.weight'], ['h'], { kernel_shape: [3, 3] }], ...TAIL]],
    [
      'that a rearrangement reads',
      [FIRST, ['Transpose', ['h'], ['t'], { perm: [0, 1, 3, 2] }], ...tailFrom('t')],
    ],
    [
      'of pooled values',
      [['GlobalAveragePool', ['x'], ['p0']], ['Conv', ['p0', 'one.weight', 'conv.bias'], ['h']], ...TAIL],
    ],
  ])('behind a convolution %s', (_, nodes) => {
    const constants = { ...PARAMETERS, 'one.weight': learnt('one.weight', 4, 3, 1, 1) };
    expect(errorOf({ nodes, constants }, RESTORE)).toEqual(expected);
  });
});
