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
  {
    name: 'imagenet',
    model: 'resnet18',
    file: 'resnet18-f37072fd.pth',
    url: 'https://download.pytorch.org/models/resnet18-f37072fd.pth',
    sha256Prefix: 'f37072fd',
    ...IMAGENET_PIXELS,
    imageSize: 224,
    licence: "BSD-3-Clause (torchvision); ImageNet's pictures are for non-commercial research",
    description: "torchvision's ResNet18 trained on ImageNet (1,000 classes, 69.8 % top-1 at 224×224)",
  },
];

const REINSTALL = 'Install the program again, or choose other weights.';

/** A file of weights that is there, and its entry when it was chosen by name. */
export interface ResolvedWeights {
  readonly path: string;
  readonly entry: CatalogEntry | undefined;
}

/** Where {@link resolveWeights} looks. */
export interface ResolveOptions {
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
 * @throws LabError WEIGHTS_NOT_FOUND, WEIGHTS_HASH when a file is not the published one, DOWNLOAD_FAILED,
 * CANCELLED, DISK_FULL or OUTPUT_UNWRITABLE.
 */
export async function resolveWeights(nameOrPath: string, options: ResolveOptions): Promise<ResolvedWeights> {
  const catalog = options.catalog ?? CATALOG;
  const entry = catalog.find(({ name }) => name === nameOrPath);
  if (entry === undefined) return { path: await existingFile(nameOrPath, catalog), entry };
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
  const names = catalog.map(({ name }) => name).join(', ');
  throw new LabError(
    'WEIGHTS_NOT_FOUND',
    `There are no weights '${path}': neither a file nor a known name.`,
    {
      hint: `Known names: ${names}. Otherwise give the path of a .safetensors or .pth file.`,
    },
  );
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
