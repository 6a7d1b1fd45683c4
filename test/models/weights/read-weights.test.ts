import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPyTorch } from '../../../src-main/models/weights/pytorch.ts';
import { readWeights } from '../../../src-main/models/weights/read-weights.ts';
import { writeSafetensors } from '../../../src-main/models/weights/safetensors.ts';
import type { Tensor } from '../../../src-main/onnx/tensor.ts';
import { labErrorFrom } from '../../helpers/lab-errors.ts';
import { fixture, temporaryFile, temporaryFolder } from './helpers.ts';

describe('readWeights', () => {
  it('gives float32 for every element type, of either format', async () => {
    const path = join(temporaryFolder(), 'every.bin');
    await writeSafetensors(path, (await readPyTorch(fixture('every-tensor.pth'))).tensors, {
      from: 'PyTorch',
    });
    const safetensors = await readWeights(path);
    const pytorch = await readWeights(fixture('every-tensor.pth'));
    expect(safetensors.metadata).toEqual({ from: 'PyTorch' });
    expect(safetensors.tensors).toEqual(pytorch.tensors);
    const dtypes = [...pytorch.tensors.values()].map(({ dtype }) => dtype);
    expect(new Set(dtypes)).toEqual(new Set(['float32']));
    const values = (name: string) => [...pytorch.tensors.get(name)!.data];
    expect(values('float64')).toEqual([Math.fround(Math.PI), Infinity]);
    expect(values('float16')).toEqual([0, -0, 1, -1.5, 65504, 2 ** -24, 2 ** -14, Infinity, -Infinity, NaN]);
    expect(values('int64')).toEqual([2 ** 62, -(2 ** 63)]);
    expect(values('bool')).toEqual([1, 0, 1]);
  });

  it('goes by the content, not by the name', async () => {
    const path = temporaryFile(readFileSync(fixture('model.pth')), 'model.safetensors');
    expect((await readWeights(path)).tensors.size).toBe(7);
  });

  it("takes off DataParallel's prefix, and says so", async () => {
    const parallel = await readWeights(fixture('parallel.pth'));
    expect(parallel.tensors).toEqual((await readWeights(fixture('model.pth'))).tensors);
    expect(parallel.notes).toEqual(["'module.' taken off every name"]);
  });

  it("takes off torch.compile's prefix only when every name has it", async () => {
    const one: Tensor = { dtype: 'float32', dims: [1], data: Float32Array.of(1) };
    const folder = temporaryFolder();
    await writeSafetensors(join(folder, 'all'), new Map([['_orig_mod.w', one]]));
    await writeSafetensors(join(folder, 'some'), new Map([['_orig_mod.w', one], ['v', one]])); // prettier-ignore
    await writeSafetensors(join(folder, 'none'), new Map());
    expect([...(await readWeights(join(folder, 'all'))).tensors.keys()]).toEqual(['w']);
    expect([...(await readWeights(join(folder, 'some'))).tensors.keys()]).toEqual(['_orig_mod.w', 'v']);
    expect(await readWeights(join(folder, 'none'))).toEqual({ tensors: new Map(), metadata: {}, notes: [] });
  });

  it.each<[what: string, path: () => string, problem: string, hint: string]>([
    [
      "PyTorch's old format",
      () => fixture('legacy.pth'),
      'it was saved by PyTorch in the format before version 1.6',
      "Convert it in Python: torch.save(torch.load('old.pth', map_location='cpu'), 'new.pth')",
    ],
    [
      'a Git LFS pointer',
      () => temporaryFile('version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n'),
      'it is a Git LFS pointer, not the file itself',
      'Fetch the file with `git lfs pull`.',
    ],
    [
      'a web page',
      () => temporaryFile('<!DOCTYPE html><title>404</title>'),
      'it is a web page, not the file itself',
      'Download the file again, with the link of the file and not of its page.',
    ],
    [
      'an empty file',
      () => temporaryFile(''),
      'it is empty',
      'Give a .safetensors file, or a .pth file of a state_dict.',
    ],
    [
      'anything else',
      () => temporaryFile('cat and dog'),
      'it is neither a safetensors file nor one that torch.save wrote',
      'Give a .safetensors file, or a .pth file of a state_dict.',
    ],
  ])('says what %s is', async (_, make, problem, hint) => {
    const path = make();
    expect(await labErrorFrom(readWeights(path))).toEqual({
      code: 'WEIGHTS_PARSE',
      message: `Reading weights from ${path} failed: ${problem}.`,
      hint,
    });
  });
});
