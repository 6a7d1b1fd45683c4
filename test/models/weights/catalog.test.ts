import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src-main/base/hash.ts';
import { networkState } from '../../../src-main/models/state.ts';
import { architectureOf } from '../../../src-main/models/index.ts';
import { CATALOG, resolveWeights, type CatalogEntry } from '../../../src-main/models/weights/catalog.ts';
import { matchWeights } from '../../../src-main/models/weights/match.ts';
import { readWeights } from '../../../src-main/models/weights/read-weights.ts';
import { fileServer, serve } from './file-server.ts';
import { labErrorFrom } from '../../helpers/lab-errors.ts';
import { temporaryFolder } from './helpers.ts';

const CONTENT = new TextEncoder().encode('weights');
const [BUNDLED, IMAGENET] = CATALOG as [CatalogEntry, CatalogEntry];

const RESNET18 = { model: 'resnet18' };

/** The entry for ImageNet, published by a server of the test. */
async function published(): Promise<{ entry: CatalogEntry; ranges: unknown[] }> {
  const { url, ranges } = await fileServer(CONTENT, [serve]);
  return { entry: { ...IMAGENET, url, sha256Prefix: sha256(CONTENT).slice(0, 8) }, ranges };
}

describe('the catalog', () => {
  it.each([
    ['resnet18', 'resnet18-f37072fd.pth', 'f37072fd'],
    ['resnet34', 'resnet34-b627a593.pth', 'b627a593'],
    ['resnet50', 'resnet50-11ad3fa6.pth', '11ad3fa6'],
    ['mobilenet_v3_small', 'mobilenet_v3_small-047dcff4.pth', '047dcff4'],
    ['efficientnet_b0', 'efficientnet_b0_rwightman-7f5810bc.pth', '7f5810bc'],
    ['convnext_tiny', 'convnext_tiny-983f1562.pth', '983f1562'],
  ])("names torchvision's %s with the hash of its name", (model, file, sha256Prefix) => {
    expect(CATALOG.find((entry) => entry.name === 'imagenet' && entry.model === model)).toMatchObject({
      ...{ file, sha256Prefix, url: `https://download.pytorch.org/models/${file}` },
      ...{ mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225], imageSize: 224 },
    });
  });

  it('has an architecture for every entry, one entry of a name for each, and distinct files', () => {
    for (const entry of CATALOG) expect(architectureOf(entry.model).name).toBe(entry.model);
    expect(new Set(CATALOG.map(({ name, model }) => `${name} ${model}`)).size).toBe(CATALOG.length);
    expect(new Set(CATALOG.map(({ file }) => file)).size).toBe(CATALOG.length);
  });

  it('ships bundled weights that fit their architecture', async () => {
    const { path, entry } = await resolveWeights('bundled', { ...RESNET18, cacheFolder: temporaryFolder() });
    expect(entry).toBe(BUNDLED);
    expect(entry?.imageSize).toBe(96);
    const { tensors, notes } = await readWeights(path);
    expect(notes).toEqual([]);
    const architecture = architectureOf('resnet18');
    const own = matchWeights(networkState(architecture, 200, 64), tensors, { head: architecture.head });
    expect(own).toMatchObject({ headLoaded: true, missing: [], unexpected: [], mismatched: [] });
    const other = matchWeights(networkState(architecture, 2, 64), tensors, { head: architecture.head });
    expect(other.headLoaded).toBe(false);
    expect(own.tensors.size - other.tensors.size).toBe(2);
    for (const [name, { data }] of own.tensors) expect(data.every(Number.isFinite), name).toBe(true);
  });
});

describe('resolveWeights', () => {
  it('downloads a name once', async () => {
    const { entry, ranges } = await published();
    const options = { ...RESNET18, cacheFolder: temporaryFolder(), catalog: [entry] };
    const path = join(options.cacheFolder, 'resnet18-f37072fd.pth');
    expect(await resolveWeights('imagenet', options)).toEqual({ path, entry });
    expect(await resolveWeights('imagenet', options)).toEqual({ path, entry });
    expect(Uint8Array.from(readFileSync(path))).toEqual(CONTENT);
    expect(ranges).toHaveLength(1);
  });

  it('takes the weights of the network among those of one name', async () => {
    const cacheFolder = temporaryFolder();
    const catalog = CATALOG.map((entry) => ({ ...entry, sha256Prefix: sha256(`of ${entry.model}`) }));
    for (const { file, model } of catalog) writeFileSync(join(cacheFolder, file), `of ${model}`);
    const { path, entry } = await resolveWeights('imagenet', { model: 'resnet50', cacheFolder, catalog });
    expect(entry?.model).toBe('resnet50');
    expect(path).toBe(join(cacheFolder, 'resnet50-11ad3fa6.pth'));
  });

  it('says of which networks a name has weights, before anything is downloaded', async () => {
    const { entry, ranges } = await published();
    const options = { model: 'mycnn', cacheFolder: temporaryFolder(), catalog: [entry] };
    expect(await labErrorFrom(resolveWeights('imagenet', options))).toEqual({
      code: 'WEIGHTS_MISMATCH',
      message: "There are no weights 'imagenet' of mycnn, only of resnet18.",
      hint: "Train with --weights none, or give a file of mycnn's weights.",
    });
    expect(ranges).toEqual([]);
  });

  it('takes a file that was put there by hand, and refuses a wrong one', async () => {
    const cacheFolder = temporaryFolder();
    const path = join(cacheFolder, IMAGENET.file);
    const right = { ...IMAGENET, sha256Prefix: sha256('by hand') };
    writeFileSync(path, 'by hand');
    expect(await resolveWeights('imagenet', { ...RESNET18, cacheFolder, catalog: [right] })).toEqual({
      path,
      entry: right,
    });
    expect(await labErrorFrom(resolveWeights('imagenet', { ...RESNET18, cacheFolder }))).toEqual({
      code: 'WEIGHTS_HASH',
      message:
        `The weights ${path} are not the published ones: their SHA-256 should begin with f37072fd, ` +
        `but it is ${sha256('by hand')}.`,
      hint: 'Delete the file and try again.',
    });
    expect(readFileSync(path, 'utf8')).toBe('by hand');
  });

  it('can be cancelled', async () => {
    const { entry } = await published();
    const options = {
      ...{ ...RESNET18, cacheFolder: temporaryFolder(), catalog: [entry] },
      signal: AbortSignal.abort(),
    };
    expect(await labErrorFrom(resolveWeights('imagenet', options))).toEqual({
      code: 'CANCELLED',
      message: 'The download of resnet18-f37072fd.pth was cancelled.',
      hint: 'The next attempt goes on from there.',
    });
  });

  it('takes any file by its path', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'own.pth');
    writeFileSync(path, '');
    expect(await resolveWeights(path, { ...RESNET18, cacheFolder: folder })).toEqual({
      path,
      entry: undefined,
    });
  });

  it('says what is neither a file nor a name', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'folder'));
    for (const unknown of ['imagnet', join(folder, 'folder')]) {
      expect(await labErrorFrom(resolveWeights(unknown, { ...RESNET18, cacheFolder: folder }))).toEqual({
        code: 'WEIGHTS_NOT_FOUND',
        message: `There are no weights '${unknown}': neither a file nor a known name.`,
        hint: 'Known names: bundled, imagenet. Otherwise give the path of a .safetensors or .pth file, or a run.',
      });
    }
  });

  it('says when shipped weights are missing or altered', async () => {
    const folder = temporaryFolder();
    const path = join(folder, BUNDLED.file);
    const options = { ...RESNET18, cacheFolder: folder, modelsFolder: folder };
    expect(await labErrorFrom(resolveWeights('bundled', options))).toEqual({
      code: 'WEIGHTS_NOT_FOUND',
      message: `The weights 'bundled' are missing: there is no file ${path}.`,
      hint: 'Install the program again, or choose other weights.',
    });
    writeFileSync(path, 'altered');
    expect(await labErrorFrom(resolveWeights('bundled', options))).toMatchObject({
      code: 'WEIGHTS_HASH',
      hint: 'Install the program again, or choose other weights.',
    });
  });
});
