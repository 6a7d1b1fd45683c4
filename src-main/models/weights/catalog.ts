/** The weights that are known by name, and the file behind a name or a path. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from '../../../src-shared/errors.ts';
import { resourceUrl } from '../../base/entry.ts';
import { sha256File } from '../../base/hash.ts';
import { download, type Progress } from './download.ts';

/** Published weights, and the pixels they were trained on. */
export interface CatalogEntry {
  readonly name: 'bundled' | 'imagenet';
  /** The architecture, by torchvision's name. */
  readonly model: string;
  readonly file: string;
  /** Where the file is published; without one it is shipped with the program. */
  readonly url?: string;
  /** How the file's SHA-256 begins, in hexadecimal. */
  readonly sha256Prefix: string;
  /** Of red, green and blue, each in 0 … 1. */
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  /** Pixels a side, to begin fine-tuning with. */
  readonly imageSize: number;
  readonly licence: string;
  readonly description: string;
}

/** ImageNet's mean and deviation, which torchvision normalises with. */
const IMAGENET_PIXELS = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/** Every entry of the catalog. */
export const CATALOG: readonly CatalogEntry[] = [
  {
    name: 'bundled',
    model: 'resnet18',
    file: 'resnet18-tiny64.safetensors',
    sha256Prefix: 'f6192b72',
    ...IMAGENET_PIXELS,
    imageSize: 96,
    licence: 'MIT for the weights; the pictures behind them are for non-commercial research',
    description: 'ResNet18 trained on Tiny ImageNet (200 classes, 34.7 % top-1 at 64×64)',
  },
  imageNet({ model: 'resnet18', file: 'resnet18-f37072fd.pth', title: 'ResNet18', accuracy: 69.8 }),
  imageNet({ model: 'resnet34', file: 'resnet34-b627a593.pth', title: 'ResNet34', accuracy: 73.3 }),
  imageNet({ model: 'resnet50', file: 'resnet50-11ad3fa6.pth', title: 'ResNet50', accuracy: 80.9 }),
  imageNet({
    ...{ model: 'mobilenet_v3_small', file: 'mobilenet_v3_small-047dcff4.pth' },
    ...{ title: 'MobileNetV3 Small', accuracy: 67.7 },
  }),
  imageNet({
    // Before 0.17 torchvision named a file with the same weights whose hash was not that of its name.
    ...{ model: 'efficientnet_b0', file: 'efficientnet_b0_rwightman-7f5810bc.pth' },
    ...{ title: 'EfficientNet-B0', accuracy: 77.7 },
  }),
  imageNet({
    ...{ model: 'convnext_tiny', file: 'convnext_tiny-983f1562.pth' },
    ...{ title: 'ConvNeXt Tiny', accuracy: 82.5 },
  }),
];

interface Published {
  readonly model: string;
  readonly file: string;
  readonly title: string;
  /** Per cent of ImageNet's validation pictures, at 224 × 224. */
  readonly accuracy: number;
}

/** torchvision's default weights of a network. The end of the file's name is the beginning of its hash. */
function imageNet({ model, file, title, accuracy }: Published): CatalogEntry {
  return {
    name: 'imagenet',
    model,
    file,
    url: `https://download.pytorch.org/models/${file}`,
    sha256Prefix: file.slice(file.lastIndexOf('-') + 1, file.lastIndexOf('.')),
    ...IMAGENET_PIXELS,
    imageSize: 224,
    licence: "BSD-3-Clause (torchvision); ImageNet's pictures are for non-commercial research",
    description: `torchvision's ${title} trained on ImageNet (1,000 classes, ${accuracy} % top-1 at 224×224)`,
  };
}

const REINSTALL = 'Install the program again, or choose other weights.';

/** A file of weights that is there, and its entry when it was chosen by name. */
export interface ResolvedWeights {
  readonly path: string;
  readonly entry: CatalogEntry | undefined;
}

/** Where {@link resolveWeights} looks. */
export interface ResolveOptions {
  /** The architecture's name, since weights of several networks share one name. */
  readonly model: string;
  /** Where downloads are kept. */
  readonly cacheFolder: string;
  /** The folder of the shipped weights, by default the program's own. */
  readonly modelsFolder?: string;
  /** The known names, by default {@link CATALOG}. */
  readonly catalog?: readonly CatalogEntry[];
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * The file for a name of the catalog, downloaded when it is not there yet, or for a path.
 *
 * @throws LabError WEIGHTS_NOT_FOUND, WEIGHTS_MISMATCH when a name has no weights for the architecture, WEIGHTS_HASH
 * when a file is not the published one, DOWNLOAD_FAILED, CANCELLED, DISK_FULL or OUTPUT_UNWRITABLE.
 */
export async function resolveWeights(nameOrPath: string, options: ResolveOptions): Promise<ResolvedWeights> {
  const catalog = options.catalog ?? CATALOG;
  const named = catalog.filter(({ name }) => name === nameOrPath);
  if (named.length === 0) return { path: await existingFile(nameOrPath, catalog), entry: undefined };
  const entry = entryFor(named, options.model);
  const folder =
    entry.url === undefined
      ? (options.modelsFolder ?? fileURLToPath(resourceUrl('models')))
      : options.cacheFolder;
  const path = join(folder, entry.file);
  if (!(await isFile(path))) {
    await fetchEntry(entry, path, options);
    return { path, entry };
  }
  const found = await sha256File(path);
  if (!found.startsWith(entry.sha256Prefix)) {
    throw new LabError(
      'WEIGHTS_HASH',
      `The weights ${path} are not the published ones: their SHA-256 should begin with ${entry.sha256Prefix}, ` +
        `but it is ${found}.`,
      { hint: entry.url === undefined ? REINSTALL : 'Delete the file and try again.' },
    );
  }
  return { path, entry };
}

/** Of the entries of one name, that of an architecture. */
function entryFor(named: readonly CatalogEntry[], wanted: string): CatalogEntry {
  const found = named.find(({ model }) => model === wanted);
  if (found !== undefined) return found;
  throw new LabError(
    'WEIGHTS_MISMATCH',
    `There are no weights '${named[0]?.name}' of ${wanted}, only of ${named.map(({ model }) => model).join(', ')}.`,
    { hint: `Train with --weights none, or give a file of ${wanted}'s weights.` },
  );
}

async function fetchEntry(entry: CatalogEntry, path: string, options: ResolveOptions): Promise<void> {
  if (entry.url === undefined) {
    throw new LabError(
      'WEIGHTS_NOT_FOUND',
      `The weights '${entry.name}' are missing: there is no file ${path}.`,
      {
        hint: REINSTALL,
      },
    );
  }
  const { signal, onProgress } = options;
  await download({
    url: entry.url,
    path,
    sha256Prefix: entry.sha256Prefix,
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
}

async function existingFile(path: string, catalog: readonly CatalogEntry[]): Promise<string> {
  if (await isFile(path)) return path;
  const names = [...new Set(catalog.map(({ name }) => name))].join(', ');
  throw new LabError(
    'WEIGHTS_NOT_FOUND',
    `There are no weights '${path}': neither a file nor a known name.`,
    {
      hint: `Known names: ${names}. Otherwise give the path of a .safetensors or .pth file, or a run.`,
    },
  );
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
