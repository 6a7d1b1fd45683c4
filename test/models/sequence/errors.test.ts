import { describe, expect, it } from 'vitest';
import { readSequence } from '../../../src-main/models/sequence/index.ts';
import { checkImageSize } from '../../../src-main/models/image-size.ts';
import type { LabErrorJson } from '../../../src-shared/errors.ts';
import { labErrorOf } from '../../helpers/lab-errors.ts';

type Raw = Readonly<Record<string, unknown>>;

const HINT = 'docs/networks.md describes these files, with examples.';
const CONV: Raw = { type: 'Conv2d', name: 'conv1', out_channels: 8, kernel_size: 3 };
const FLATTEN: Raw = { type: 'Flatten' };
const HEAD: Raw = { type: 'Linear', name: 'fc' };

function errorOf(text: string | Uint8Array): LabErrorJson {
  return labErrorOf(() =>
    readSequence(typeof text === 'string' ? new TextEncoder().encode(text) : text, 'net.json'),
  );
}

function fileOf(layers: unknown, fields: Raw = {}): string {
  return JSON.stringify({ imageSize: 32, layers, ...fields });
}

/** What is wrong with a list of layers, without the words that all errors begin with. */
function complaint(layers: unknown, fields?: Raw): string {
  const { code, message } = errorOf(fileOf(layers, fields));
  expect(code).toBe('MODEL_FILE');
  expect(message.slice(0, 30)).toBe('Reading the network net.json: ');
  return message.slice(30);
}

describe('a file that is no network', () => {
  it.each([
    ['{\n "layers": [\n  { "type": }\n]}', 'line 3, column 13: value expected.'],
    ['', 'line 1, column 1: value expected.'],
    ['{"imageSize": 32,\n', 'line 2, column 1: property name expected.'],
    ['{"a": 1 "b": 2}', 'line 1, column 9: comma expected.'],
    ['{"a": 1} // no', 'line 1, column 10: invalid comment token.'],
    ['[1]', 'expected an object { "imageSize": …, "layers": […] }, not [1].'],
    ['null', 'expected an object { "imageSize": …, "layers": […] }, not null.'],
    ['['.repeat(500_000), 'expected at most 64 brackets inside each other, found more.'],
    [
      `{"layers": ${'['.repeat(100)}${']'.repeat(100)}}`,
      'expected at most 64 brackets inside each other, found more.',
    ],
    [' '.repeat(1024 ** 2 + 1), 'expected at most 1 MiB of JSON, found more.'],
  ])('case %#', (text, message) => {
    expect(errorOf(text)).toEqual({
      code: 'MODEL_FILE',
      message: `Reading the network net.json: ${message}`,
      hint: HINT,
    });
  });

  it('is no text', () => {
    expect(errorOf(Uint8Array.of(0x7b, 0xff, 0xfe)).message).toBe(
      'Reading the network net.json: it is no text in UTF-8.',
    );
  });

  it.each<[Raw, string]>([
    [{ imageSize: '32' }, 'imageSize: expected a whole number from 1 to 4096, not "32".'],
    [{ imageSize: 1e9 }, 'imageSize: expected a whole number from 1 to 4096, not 1000000000.'],
    [{ classes: 1 }, 'classes: expected a whole number from 2 to 65536, not 1.'],
    [{ layers: {} }, 'layers: expected a list of layers, not {}.'],
    [{ epochs: 3 }, 'there is no field "epochs"; there are: name, paper, imageSize, classes, layers.'],
  ])('has other fields: %j', (fields, message) => {
    expect(complaint([CONV, FLATTEN, HEAD], fields)).toBe(message);
  });
});

describe('a layer', () => {
  it.each<[unknown, string]>([
    [null, 'layer 1: expected an object such as { "type": "ReLU" }, not null.'],
    [
      { type: 'Conv3d' },
      'layer 1: there is no layer "Conv3d"; there are: Conv2d, BatchNorm2d, ReLU, Tanh, Sigmoid, GELU, Hardswish, ' +
        'SiLU, LeakyReLU, MaxPool2d, AvgPool2d, AdaptiveAvgPool2d, Flatten, Linear, Dropout, Dropout2d, ' +
        'LocalResponseNorm, squeeze-excitation, residual.',
    ],
    [
      { ...CONV, kernel: 3 },
      'layer 1 "conv1" (Conv2d): there is no option "kernel"; there are: in_channels, out_channels, kernel_size, ' +
        'stride, padding, dilation, groups, bias.',
    ],
    [{ type: 'ReLU', inplace: true }, 'layer 1 (ReLU): there is no option "inplace"; there are: none.'],
    [
      { ...CONV, kernel_size: [3, 3] },
      'layer 1 "conv1" (Conv2d): kernel_size: expected a whole number from 1 to 1024, not [3,3].',
    ],
    [
      { type: 'Conv2d', name: 'c', kernel_size: 3 },
      'layer 1 "c" (Conv2d): out_channels: expected a whole number from 1 to 65536, not nothing.',
    ],
    [
      { type: 'BatchNorm2d' },
      'layer 1 (BatchNorm2d): name: expected letters, digits and _, in parts with dots between, at most 100, not nothing.',
    ],
    [
      { ...CONV, name: '../up' },
      'layer 1 (Conv2d): name: expected letters, digits and _, in parts with dots between, at most 100, not "../up".',
    ],
    [{ type: 'Dropout', p: 1 }, 'layer 1 (Dropout): p: expected a number from 0 to less than 1, not 1.'],
    [
      { type: 'MaxPool2d', kernel_size: 2, padding: 2 },
      'layer 1 (MaxPool2d): padding: expected at most half of kernel_size 2, not 2.',
    ],
    [
      { type: 'LocalResponseNorm', size: 4 },
      'layer 1 (LocalResponseNorm): size: expected an odd whole number from 1 to 1023, not 4.',
    ],
    [
      { type: 'residual', name: 'block', body: CONV },
      'layer 1 "block" (residual): body: expected a list of layers, not ' +
        '{"type":"Conv2d","name":"conv1","out_channels":8,"kernel_siz….',
    ],
  ])('%j', (layer, message) => {
    expect(complaint([layer, FLATTEN, HEAD])).toBe(message);
  });
});

describe('shapes', () => {
  it.each<[string, unknown, string]>([
    [
      'images where vectors are wanted',
      [CONV, { ...HEAD, in_features: 2048 }],
      'layer 2 "fc" (Linear): expected in_features 2048, found [N, 8, 30, 30]: put a Flatten before it.',
    ],
    [
      'the same without in_features',
      [CONV, HEAD],
      'layer 2 "fc" (Linear): expected vectors [N, F], found [N, 8, 30, 30]: put a Flatten before it.',
    ],
    [
      'vectors where images are wanted',
      [FLATTEN, CONV, HEAD],
      'layer 2 "conv1" (Conv2d): expected images [N, C, H, W], found [N, 3072]: put it before Flatten.',
    ],
    [
      'other features than given',
      [CONV, FLATTEN, { ...HEAD, in_features: 100 }],
      'layer 3 "fc" (Linear): expected in_features 100, found [N, 7200].',
    ],
    [
      'other channels than given',
      [{ ...CONV, in_channels: 1 }, FLATTEN, HEAD],
      'layer 1 "conv1" (Conv2d): expected in_channels 1, found [N, 3, 32, 32].',
    ],
    [
      'groups that divide no channels',
      [{ ...CONV, groups: 2 }, FLATTEN, HEAD],
      'layer 1 "conv1" (Conv2d): groups: expected a divisor of 3 and 8 channels, not 2.',
    ],
    [
      'a body that gives another shape than its input',
      [{ type: 'residual', name: 'block', body: [CONV] }, FLATTEN, HEAD],
      'layer 1 "block" (residual): expected body and shortcut of one shape, found [N, 8, 30, 30] and [N, 3, 32, 32].',
    ],
    [
      'a wrong layer inside a residual',
      [
        {
          type: 'residual',
          name: 'block',
          body: [CONV],
          shortcut: [FLATTEN, { type: 'BatchNorm2d', name: 'bn' }],
        },
        ...[FLATTEN, HEAD],
      ],
      'layer 1 "block" (residual), shortcut layer 2 "bn" (BatchNorm2d): expected images [N, C, H, W], ' +
        'found [N, 3072]: put it before Flatten.',
    ],
    [
      'a Linear without outputs before the last',
      [FLATTEN, { ...HEAD, name: 'fc1' }, HEAD],
      'layer 2 "fc1" (Linear): out_features: expected a whole number from 1 to 65536, not nothing.',
    ],
    [
      'a last Linear with outputs',
      [FLATTEN, { ...HEAD, out_features: 10 }],
      'layer 2 "fc" (Linear): out_features: expected none in the last layer, since the data tell the classes, not 10.',
    ],
    ['no layers', [], 'expected a Linear as the last layer: it gives the classes.'],
    [
      'something else at the end',
      [FLATTEN, HEAD, { type: 'Sigmoid' }],
      'layer 3 (Sigmoid): expected a Linear as the last layer: it gives the classes.',
    ],
    [
      'a name twice',
      [CONV, CONV, FLATTEN, HEAD],
      'layer 2 "conv1" (Conv2d): the name "conv1" is taken by another layer.',
    ],
    [
      'the name of a part',
      [{ type: 'squeeze-excitation', name: 'se', squeeze_channels: 1 }, FLATTEN, { ...HEAD, name: 'se.fc1' }],
      'layer 3 "se.fc1" (Linear): the name "se.fc1" is taken by another layer.',
    ],
  ])('%s', (_, layers, message) => {
    expect(complaint(layers)).toBe(message);
  });

  it('an image too small for a window', () => {
    const pools = Array.from({ length: 6 }, () => ({ type: 'MaxPool2d', kernel_size: 2 }));
    expect(errorOf(fileOf([...pools, FLATTEN, HEAD]))).toEqual({
      code: 'MODEL_INPUT_SIZE',
      message:
        'The network net with images of 32 pixels: layer maxpool2d6 gets 1 × 1; its window of 2 × 2 wants at least 2 × 2.',
      hint: 'Sizes from 64 up work (--image-size); it was made for 32.',
    });
  });

  it('given features that another image size does not have', () => {
    const text = fileOf([FLATTEN, { ...HEAD, in_features: 3072 }]);
    const architecture = readSequence(new TextEncoder().encode(text), 'net.json');
    expect(labErrorOf(() => checkImageSize(architecture, 16))).toEqual({
      code: 'MODEL_INPUT_SIZE',
      message:
        'The network net with images of 16 pixels: layer 2 "fc" (Linear): expected in_features 3072, found [N, 768].',
      hint: 'It takes images of 32 pixels only (--image-size 32).',
    });
  });
});

describe('absurd sizes', () => {
  it('of parameters', () => {
    const wide = ['a', 'b'].map((name) => ({ type: 'Linear', name, out_features: 65_536 }));
    expect(complaint([FLATTEN, ...wide, HEAD])).toBe('expected at most 2 GiB of parameters, found 16.8 GiB.');
  });

  it('of the list of layers', () => {
    expect(complaint(Array(2001).fill({ type: 'ReLU' }))).toBe('expected at most 2000 layers, found more.');
  });

  it('of nesting', () => {
    let layer: Raw = CONV;
    for (let depth = 9; depth > 0; depth--) layer = { type: 'residual', name: `r${depth}`, body: [layer] };
    expect(complaint([layer, FLATTEN, HEAD])).toMatch(
      /^layer 1 "r1" \(residual\), .*body layer 1 "r9" \(residual\): expected at most 8 layers inside each other, found more\.$/,
    );
  });
});
