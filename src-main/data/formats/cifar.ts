/**
 * CIFAR-10 and CIFAR-100 as published: the binary version and the Python version, 32 × 32 pixels in colour.
 *
 * @see https://www.cs.toronto.edu/~kriz/cifar.html for both layouts
 */
import { join } from 'node:path';
import { basename, dirname } from 'node:path/posix';
import { type Source, readSourceFile } from '../source.ts';
import { SPLITS } from '../store/types.ts';
import type { Listing } from '../walk.ts';
import { readBinaryBatch, readBinaryNames } from './cifar-binary.ts';
import { readPythonBatch, readPythonNames } from './cifar-python.ts';
import type { Detection, FormatName, ImageRecord, RecordFormat } from './format.ts';
import { malformed } from './malformed.ts';

const SIDE = 32;
const PLANE = SIDE * SIDE;

/** One published version of one of the sets. */
export interface CifarVersion {
  readonly kind: 'binary' | 'python';
  /** Files of images, by their names. */
  readonly batches: RegExp;
  /** The file with the names of the classes. */
  readonly names: string;
  /** Python: the keys of the names and of the labels. */
  readonly nameKey: string;
  readonly labelKey: string;
  /** Binary: labels before each image, and which of them counts. */
  readonly labels: number;
  readonly label: number;
}

const TEN = { nameKey: 'label_names', labelKey: 'labels', labels: 1, label: 0 };
const FINE = { nameKey: 'fine_label_names', labelKey: 'fine_labels', labels: 2, label: 1 };
const COARSE = { nameKey: 'coarse_label_names', labelKey: 'coarse_labels', labels: 2, label: 0 };

const BINARY_TEN = {
  kind: 'binary',
  batches: /^(data_batch_\d+|validation_batch|test_batch)\.bin$/,
} as const;
const PYTHON_TEN = { kind: 'python', batches: /^(data_batch_\d+|test_batch)$/ } as const;
const BINARY_HUNDRED = { kind: 'binary', batches: /^(train|test)\.bin$/ } as const;
const PYTHON_HUNDRED = { kind: 'python', batches: /^(train|test)$/ } as const;

/** CIFAR-10. */
export const cifar10 = cifarFormat('cifar-10', 1, [
  { ...BINARY_TEN, ...TEN, names: 'batches.meta.txt' },
  { ...PYTHON_TEN, ...TEN, names: 'batches.meta' },
]);

/** CIFAR-100 with its hundred classes. */
export const cifar100 = cifarFormat('cifar-100', 1, [
  { ...BINARY_HUNDRED, ...FINE, names: 'fine_label_names.txt' },
  { ...PYTHON_HUNDRED, ...FINE, names: 'meta' },
]);

/** CIFAR-100 with its twenty superclasses, for whoever asks for them. */
export const cifar100Coarse = cifarFormat('cifar-100-coarse', 0.1, [
  { ...BINARY_HUNDRED, ...COARSE, names: 'coarse_label_names.txt' },
  { ...PYTHON_HUNDRED, ...COARSE, names: 'meta' },
]);

interface Found {
  readonly version: CifarVersion;
  readonly names: string;
  readonly batches: readonly string[];
}

function cifarFormat(name: FormatName, confidence: number, versions: readonly CifarVersion[]): RecordFormat {
  return {
    name,
    detect: (listing) => detect(listing, versions, confidence),

    async records(source) {
      const { version, names, batches } = find(source.listing, versions)!;
      const classes = await readNames(source, version, names);
      return {
        classes,
        total: null,
        used: [names, ...batches],
        read: () => readRecords(source, version, classes, batches),
      };
    },
  };
}

function detect(listing: Listing, versions: readonly CifarVersion[], confidence: number): Detection {
  const found = find(listing, versions);
  if (found === undefined) {
    const wanted = versions.map(({ names }) => names).join(' or ');
    return { matches: false, reason: `no batch files lie beside ${wanted}`, confidence: 0 };
  }
  const { version, names, batches } = found;
  const files = batches.length === 1 ? 'file' : 'files';
  const reason = `${batches.length} batch ${files} of the ${version.kind} version lie beside ${names}`;
  return { matches: true, reason, confidence };
}

/** The folder that has the names and the most batches. */
function find({ files, others }: Listing, versions: readonly CifarVersion[]): Found | undefined {
  const all = [...files, ...others];
  const found = versions.flatMap((version) =>
    all
      .filter((file) => basename(file) === version.names)
      .map((names) => {
        const folder = dirname(names);
        const batches = all.filter(
          (file) => dirname(file) === folder && version.batches.test(basename(file)),
        );
        return { version, names, batches };
      }),
  );
  return found
    .filter(({ batches }) => batches.length > 0)
    .sort((a, b) => b.batches.length - a.batches.length)[0];
}

async function readNames(source: Source, version: CifarVersion, file: string): Promise<string[]> {
  const path = join(source.listing.root, file);
  const bytes = await readSourceFile(source, file);
  const names =
    version.kind === 'binary' ? readBinaryNames(path, bytes) : readPythonNames(path, bytes, version);
  if (names.length > 0 && new Set(names).size === names.length && !names.includes('')) return names;
  throw malformed(path, 'the names of its classes are missing, empty or not distinct');
}

async function* readRecords(
  source: Source,
  version: CifarVersion,
  classes: readonly string[],
  batches: readonly string[],
): AsyncGenerator<ImageRecord, void, undefined> {
  for await (const { file, bytes } of source.read(new Set(batches))) {
    const path = join(source.listing.root, file);
    const split = SPLITS.find((name) => basename(file).startsWith(name)) ?? 'train';
    const { labels, images } =
      version.kind === 'binary'
        ? readBinaryBatch(path, bytes, version)
        : readPythonBatch(path, bytes, version);
    for (const [index, label] of labels.entries()) {
      const className = classes[label];
      if (className === undefined) {
        throw malformed(
          path,
          `image ${index} has the label ${label}, but there are ${classes.length} classes`,
        );
      }
      const pixels = { width: SIDE, height: SIDE, data: interleave(images(index)) };
      yield { file: `${file}/${index}`, className, split, pixels };
    }
  }
}

/** Planes of red, green and blue as pixels. */
function interleave(planes: Uint8Array): Uint8Array {
  const pixels = new Uint8Array(3 * PLANE);
  for (let at = 0; at < PLANE; at++) {
    pixels[3 * at] = planes[at]!;
    pixels[3 * at + 1] = planes[PLANE + at]!;
    pixels[3 * at + 2] = planes[2 * PLANE + at]!;
  }
  return pixels;
}
