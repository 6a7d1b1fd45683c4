import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src-main/base/hash.ts';
import { bfloat16ToFloat32, float16ToFloat32 } from '../../../src-main/models/weights/half-precision.ts';
import { readPyTorch } from '../../../src-main/models/weights/pytorch.ts';
import { toBytes, type Tensor } from '../../../src-main/onnx/tensor.ts';
import { labErrorFrom } from '../../helpers/lab-errors.ts';
import { DAMAGED, fixture, temporaryFile, temporaryFolder } from './helpers.ts';

interface Expected {
  readonly dtype: string;
  readonly dims: readonly number[];
  readonly values: readonly string[];
}

function expectedValues(name: string): Record<string, Expected> {
  return JSON.parse(readFileSync(fixture(name), 'utf8')) as Record<string, Expected>;
}

/** A tensor's elements as doubles or integers, as Python printed them. */
function valuesOf({ dtype, data }: Tensor): readonly (number | bigint)[] {
  if (dtype === 'float16') return [...float16ToFloat32(data as Uint16Array)];
  if (dtype === 'bfloat16') return [...bfloat16ToFloat32(data as Uint16Array)];
  return [...data];
}

function expectSame(tensors: ReadonlyMap<string, Tensor>, expected: Record<string, Expected>): void {
  expect([...tensors.keys()]).toEqual(Object.keys(expected));
  for (const [name, { dtype, dims, values }] of Object.entries(expected)) {
    const tensor = tensors.get(name)!;
    expect({ name, dtype: tensor.dtype, dims: tensor.dims }).toEqual({ name, dtype, dims });
    const parse = (text: string) => (typeof tensor.data[0] === 'bigint' ? BigInt(text) : Number(text));
    expect(valuesOf(tensor), name).toEqual(values.map(parse));
  }
}

describe('readPyTorch', () => {
  it('reads every element type and every kind of view as PyTorch shows them', async () => {
    const { tensors, metadata, notes } = await readPyTorch(fixture('every-tensor.pth'));
    expectSame(tensors, expectedValues('every-tensor.json'));
    expect({ metadata, notes }).toEqual({ metadata: {}, notes: [] });
  });

  it('gives each tensor memory of its own, also where PyTorch shares it', async () => {
    const { tensors } = await readPyTorch(fixture('every-tensor.pth'));
    const buffers = [...tensors.values()].map(({ data }) => data.buffer);
    expect(new Set(buffers).size).toBe(buffers.length);
  });

  it.each([
    ['model.pth', []],
    ['little-endian.pth', []],
    ['zip64.pth', []],
    ['checkpoint.pth', ["taken from 'state_dict' of the file"]],
    ['mixed.pth', ['entries left out that are no tensors: 1']],
  ])('reads the state of %s', async (name, expectedNotes) => {
    const { tensors, notes } = await readPyTorch(fixture(name));
    expectSame(tensors, expectedValues('model.json'));
    expect(notes).toEqual(expectedNotes);
  });

  it('reads a state that holds itself', async () => {
    const { tensors } = await readPyTorch(fixture('cyclic.pth'));
    expect(tensors).toEqual(new Map([['w', { dtype: 'float32', dims: [4], data: new Float32Array(4) }]]));
  });

  const stateHint = 'Load it in Python and save the model.state_dict() with torch.save.';
  it.each<[name: string, problem: string, hint: string]>([
    [
      'big-endian.pth',
      'its numbers are big-endian, and only little-endian files are read',
      'Load it with torch.load on a common machine and save it again.',
    ],
    [
      'compressed.pth',
      'entry data.pkl of the archive is compressed or encrypted, which torch.save never does',
      'Unpack the archive and pack it without compression, or get the original file.',
    ],
    [
      'torchscript.pth',
      'it is a TorchScript program, not a state_dict',
      'Load it in Python with torch.jit.load and save its state_dict() with torch.save.',
    ],
    [
      'no-pickle.pth',
      'it is a zip archive with 0 entries <name>/data.pkl, and not one',
      'Give a file that torch.save wrote.',
    ],
    [
      'two-pickles.pth',
      'it is a zip archive with 2 entries <name>/data.pkl, and not one',
      'Give a file that torch.save wrote.',
    ],
    ['two-entries.pth', 'the archive has two entries archive/data.pkl', DAMAGED],
    ['no-storage.pth', 'the archive has no entry data/0', DAMAGED],
    ['tensor.pth', 'expected a state_dict, got a single tensor of shape [2, 3]', stateHint],
    ['empty.pth', 'expected a state_dict, got an empty dict', stateHint],
    ['list.pth', 'expected a state_dict, got a list', stateHint],
    ['number.pth', 'expected a state_dict, got a single value', stateHint],
    ['no-tensors.pth', 'expected a state_dict, got a dict without tensors (keys: epoch, arch)', stateHint],
    [
      'view-outside.pth',
      'at byte 161 of the pickle, torch._utils._rebuild_tensor_v2 cannot be rebuilt: ' +
        'its last element is number 4 of a storage of 4',
      DAMAGED,
    ],
    [
      'view-negative.pth',
      'at byte 160 of the pickle, torch._utils._rebuild_tensor_v2 cannot be rebuilt: ' +
        'its offset, sizes and strides are no counts',
      DAMAGED,
    ],
    [
      'view-ranks.pth',
      'at byte 159 of the pickle, torch._utils._rebuild_tensor_v2 cannot be rebuilt: ' +
        'its offset, sizes and strides are no counts',
      DAMAGED,
    ],
    [
      'view-no-storage.pth',
      'at byte 104 of the pickle, torch._utils._rebuild_tensor_v2 cannot be rebuilt: its storage is none',
      DAMAGED,
    ],
    ['view-huge.pth', 'its tensors would take 4398046511104 bytes, but the file has only 418', DAMAGED],
    [
      'storage-short.pth',
      'tensor w: its storage data/0 has 16 bytes, but 100 elements of float32 take 400',
      DAMAGED,
    ],
    [
      'storage-unknown.pth',
      'at byte 106 of the pickle, a persistent id cannot be rebuilt: it names no storage that is known',
      DAMAGED,
    ],
    ['id-text.pth', 'at byte 27 of the pickle, a persistent id cannot be rebuilt: it is no tuple', DAMAGED],
  ])('refuses %s', async (name, problem, hint) => {
    const path = fixture(name);
    expect(await labErrorFrom(readPyTorch(path))).toEqual({
      code: 'WEIGHTS_PARSE',
      message: `Reading weights from ${path} failed: ${problem}.`,
      hint,
    });
  });

  it.each([
    ['command.pth', 'posix.system'],
    ['whole-model.pth', 'torch.nn.modules.container.Sequential'],
    ['storage-complex.pth', 'torch.ComplexFloatStorage'],
  ])('refuses what %s would call', async (name, global) => {
    const path = fixture(name);
    expect(await labErrorFrom(readPyTorch(path))).toEqual({
      code: 'WEIGHTS_FORBIDDEN_GLOBAL',
      message:
        `Reading weights from ${path} failed: the pickle names ${global}, which weights do not need; ` +
        'nothing of it was run.',
      hint: 'If you trust the file, open it in Python and save the model.state_dict() alone, best as safetensors.',
    });
  });

  it('notices one altered bit of the numbers', async () => {
    const altered = readFileSync(fixture('model.pth'));
    const key = altered.indexOf('model/data/0');
    // The entry's bytes begin after its name and the padding to 64 bytes.
    const start = Math.ceil((key + 'model/data/0'.length) / 64) * 64;
    altered[start]! ^= 1;
    const path = temporaryFile(altered);
    expect(await labErrorFrom(readPyTorch(path))).toEqual({
      code: 'WEIGHTS_PARSE',
      message: `Reading weights from ${path} failed: the checksum of entry data/0 does not match its bytes.`,
      hint: DAMAGED,
    });
  });

  it('says that a truncated archive is truncated', async () => {
    const whole = readFileSync(fixture('model.pth'));
    const path = temporaryFile(whole.subarray(0, whole.length - 30));
    expect(await labErrorFrom(readPyTorch(path))).toEqual({
      code: 'WEIGHTS_PARSE',
      message:
        `Reading weights from ${path} failed: the zip archive is damaged or truncated ` +
        '(End of central directory record signature not found. Either not a zip file, or file is truncated).',
      hint: DAMAGED,
    });
  });

  it.each<[string, (zip: Buffer) => void, string]>([
    [
      'points beyond its end',
      (zip) => zip.writeUInt32LE(0x7fffffff, zip.lastIndexOf('PK\x05\x06') + 16),
      'the zip archive is damaged or truncated (the archive points beyond its end)',
    ],
    [
      'announces a huge pickle',
      (zip) => {
        const entry = zip.indexOf('PK\x01\x02');
        zip.writeUInt32LE(0x05000000, entry + 20);
        zip.writeUInt32LE(0x05000000, entry + 24);
      },
      'its pickle has 83886080 bytes, over the limit of 67108864',
    ],
  ])('refuses an archive that %s', async (_, alter, problem) => {
    // Written by Python's zipfile, it has no zip64 records, which PyTorch always writes.
    const zip = readFileSync(fixture('little-endian.pth'));
    alter(zip);
    const path = temporaryFile(zip);
    expect(await labErrorFrom(readPyTorch(path))).toEqual({
      code: 'WEIGHTS_PARSE',
      message: `Reading weights from ${path} failed: ${problem}.`,
      hint: DAMAGED,
    });
  });

  it('refuses or reads every altered byte and every truncation, and never breaks', async () => {
    const whole = readFileSync(fixture('model.pth'));
    const survives = async (bytes: Uint8Array) => {
      const outcome = await labErrorFrom(readPyTorch(temporaryFile(bytes))).catch((error: unknown) => error);
      expect(outcome).toSatisfy(
        (result) =>
          (result as { code?: string }).code?.startsWith('WEIGHTS_') === true ||
          (result as Error).message === 'expected a LabError, but nothing was thrown',
      );
    };
    for (let at = 0; at < whole.length; at += 7) {
      const altered = Uint8Array.from(whole);
      altered[at]! ^= 0xff;
      await survives(altered);
    }
    for (let length = 0; length < whole.length; length += 37) await survives(whole.subarray(0, length));
  });
});

const PYTHON = '/usr/bin/python3';

function hasTorchvision(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import torchvision'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe.skipIf(!hasTorchvision())("readPyTorch and torchvision (needs Debian's python3-torchvision)", () => {
  it('agree on every parameter of ResNet18', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'resnet18.pth');
    const script = `
import hashlib, json, torch, torchvision
torch.manual_seed(1)
state = torchvision.models.resnet18().state_dict()
torch.save(state, ${JSON.stringify(path)})
describe = lambda t: [list(t.shape), str(t.dtype)[6:], hashlib.sha256(t.numpy().tobytes()).hexdigest()]
print(json.dumps({name: describe(tensor) for name, tensor in state.items()}))
`;
    const printed = JSON.parse(execFileSync(PYTHON, ['-c', script], { encoding: 'utf8' })) as Record<
      string,
      unknown
    >;
    const { tensors } = await readPyTorch(path);
    expect([...tensors.keys()]).toEqual(Object.keys(printed));
    expect(tensors.size).toBe(122);
    for (const [name, tensor] of tensors) {
      expect([tensor.dims, tensor.dtype, sha256(toBytes(tensor))], name).toEqual(printed[name]);
    }
  });
});
