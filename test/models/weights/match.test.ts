import { describe, expect, it } from 'vitest';
import { matchWeights } from '../../../src-main/models/weights/match.ts';
import { elementCount, float32, type Tensor } from '../../../src-main/onnx/tensor.ts';
import { labErrorFrom } from '../../helpers/lab-errors.ts';

const NETWORK = [
  { name: 'conv1.weight', dims: [2, 3, 1, 1] },
  { name: 'bn1.running_mean', dims: [2] },
  { name: 'fc.weight', dims: [4, 2] },
  { name: 'fc.bias', dims: [4] },
];
const HEAD = { head: ['fc.weight', 'fc.bias'] };

function filled(dims: readonly number[]): Tensor {
  return float32(dims, new Float32Array(elementCount(dims)).fill(dims.length));
}

/** A file for the network, with changes; undefined leaves a tensor out. */
function fileWith(changes: Record<string, readonly number[] | undefined> = {}): Map<string, Tensor> {
  const shapes = { ...Object.fromEntries(NETWORK.map(({ name, dims }) => [name, dims])), ...changes };
  return new Map(
    Object.entries(shapes).flatMap(([name, dims]) =>
      dims === undefined ? [] : [[name, filled(dims)] as const],
    ),
  );
}

describe('matchWeights', () => {
  it('loads everything of a file that fits', () => {
    const file = fileWith({ 'bn1.num_batches_tracked': [] });
    const match = matchWeights(NETWORK, file, HEAD);
    expect([...match.tensors.keys()]).toEqual(NETWORK.map(({ name }) => name));
    expect(match.tensors.get('fc.bias')).toEqual(file.get('fc.bias'));
    expect(match).toMatchObject({ headLoaded: true, missing: [], unexpected: [], mismatched: [] });
  });

  it('gives float32, whatever the file has', () => {
    const file = fileWith();
    file.set('fc.bias', { dtype: 'float16', dims: [4], data: Uint16Array.of(0x3c00, 0, 0xc000, 0x0001) });
    file.set('bn1.running_mean', { dtype: 'int64', dims: [2], data: BigInt64Array.of(-1n, 3n) });
    const { tensors } = matchWeights(NETWORK, file, HEAD);
    expect(tensors.get('fc.bias')).toEqual(float32([4], [1, 0, -2, 2 ** -24]));
    expect(tensors.get('bn1.running_mean')).toEqual(float32([2], [-1, 3]));
  });

  it('leaves out a head of other classes as a whole', () => {
    const match = matchWeights(NETWORK, fileWith({ 'fc.weight': [1000, 2], 'fc.bias': [1000] }), HEAD);
    expect([...match.tensors.keys()]).toEqual(['conv1.weight', 'bn1.running_mean']);
    expect(match).toMatchObject({
      headLoaded: false,
      missing: [],
      mismatched: [
        { name: 'fc.weight', expected: [4, 2], found: [1000, 2] },
        { name: 'fc.bias', expected: [4], found: [1000] },
      ],
    });
  });

  it('leaves out a head that is there in part, or called otherwise', () => {
    const part = matchWeights(NETWORK, fileWith({ 'fc.bias': undefined }), HEAD);
    expect([...part.tensors.keys()]).toEqual(['conv1.weight', 'bn1.running_mean']);
    expect(part).toMatchObject({ headLoaded: false, missing: ['fc.bias'], unexpected: [] });

    const other = fileWith({ 'fc.weight': undefined, 'fc.bias': undefined, 'fc.1.weight': [4, 2] });
    expect(matchWeights(NETWORK, other, HEAD)).toMatchObject({
      headLoaded: false,
      missing: ['fc.weight', 'fc.bias'],
      unexpected: ['fc.1.weight'],
    });
  });

  it('names every parameter that does not fit', async () => {
    const file = fileWith({
      'conv1.weight': [2, 3, 7, 7],
      'bn1.running_mean': undefined,
      'layer9.weight': [1],
      'fc.bias': undefined,
    });
    expect(await labErrorFrom(Promise.resolve().then(() => matchWeights(NETWORK, file, HEAD)))).toEqual({
      code: 'WEIGHTS_MISMATCH',
      message:
        'The weights do not fit the network: missing: bn1.running_mean; ' +
        'of another shape: conv1.weight (expected [2, 3, 1, 1], found [2, 3, 7, 7]); ' +
        'not of this network: layer9.weight.',
      hint: 'Choose the model that these weights were made for, or other weights.',
    });
  });

  it('does not take equal products for equal shapes', async () => {
    const file = fileWith({ 'conv1.weight': [3, 2, 1, 1] });
    await expect(Promise.resolve().then(() => matchWeights(NETWORK, file, HEAD))).rejects.toThrow(
      'The weights do not fit the network: of another shape: conv1.weight (expected [2, 3, 1, 1], found [3, 2, 1, 1]).',
    );
  });

  it('counts what would make the message too long', () => {
    const extra = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`x${index}`, [1]]));
    expect(() => matchWeights(NETWORK, fileWith(extra), HEAD)).toThrow(
      'The weights do not fit the network: not of this network: x0, x1, x2, x3, x4, x5, x6, x7, x8, x9 and 2 more.',
    );
  });
});
