/**
 * MNIST and sets like it: IDX files of gray images and their labels, plain or as `.gz`.
 *
 * @see http://yann.lecun.com/exdb/mnist/ for the layout
 */
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Source, readSourceFile } from '../source.ts';
import type { Split } from '../store/types.ts';
import type { Listing } from '../walk.ts';
import type { Detection, FormatName, ImageRecord, RecordFormat } from './format.ts';
import { malformed } from './malformed.ts';

/** As on https://github.com/zalandoresearch/fashion-mnist, in the order of the labels. */
const FASHION = [
  ...['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat'],
  ...['Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
];

const IMAGES = /(^|[/-])(train|t10k|test)-images[-.]idx3-ubyte(\.gz)?$/i;

/** MNIST, with the labels as the names of the classes. */
export const mnist: RecordFormat = idxFormat('mnist', { confidence: () => 0.9 });

/** Fashion-MNIST, with its published names. */
export const fashionMnist: RecordFormat = idxFormat('fashion-mnist', {
  names: FASHION,
  // The files are called like MNIST's; only what lies around them can tell.
  confidence: ({ root, files, others }) => {
    const around = root.split(/[/\\]/).slice(-2);
    return [...around, ...files, ...others].some((name) => /fashion/i.test(name)) ? 1 : 0.1;
  },
});

interface Pair {
  readonly images: string;
  readonly labels: string;
  readonly split: Split;
}

interface Options {
  readonly names?: readonly string[];
  confidence(listing: Listing): number;
}

function idxFormat(name: FormatName, { names, confidence }: Options): RecordFormat {
  return {
    name,
    detect: (listing) => detect(listing, confidence(listing)),

    async records(source) {
      const pairs = findPairs(source.listing);
      const labels = new Map<Pair, Uint8Array>();
      for (const pair of pairs) labels.set(pair, await readLabels(source, pair, names));
      const highest = [...labels.values()].flatMap((all) => [...new Set(all)]);
      const count = Math.max(9, ...highest) + 1;
      const classes = names ?? Array.from({ length: count }, (_, label) => String(label));
      return {
        classes,
        total: [...labels.values()].reduce((sum, { length }) => sum + length, 0),
        used: allFiles(source.listing),
        read: () => readRecords(source, labels, classes),
      };
    },
  };
}

function detect(listing: Listing, confidence: number): Detection {
  const pairs = findPairs(listing);
  if (pairs.length === 0) {
    const reason = 'no file *-images-idx3-ubyte lies beside its *-labels-idx1-ubyte';
    return { matches: false, reason, confidence: 0 };
  }
  const splits = pairs.map(({ split }) => split).join(' and ');
  return { matches: true, reason: `there are IDX files of images and labels for ${splits}`, confidence };
}

function allFiles({ files, others }: Listing): string[] {
  return [...files, ...others].filter((file) => /[-.]idx[13]-ubyte(\.gz)?$/i.test(file));
}

/** One pair for each split; unpacked files come before packed ones. */
function findPairs(listing: Listing): Pair[] {
  const all = new Set(
    allFiles(listing).sort((a, b) => Number(a.endsWith('.gz')) - Number(b.endsWith('.gz'))),
  );
  const bySplit = new Map<Split, Pair>();
  for (const images of all) {
    const match = IMAGES.exec(images);
    if (match === null) continue;
    const split = match[2]!.toLowerCase() === 'train' ? 'train' : 'test';
    const plain = images.replace(/\.gz$/i, '').replace(/images([-.]idx)3/i, 'labels$11');
    const labels = [plain, `${plain}.gz`].find((file) => all.has(file));
    if (labels !== undefined && !bySplit.has(split)) bySplit.set(split, { images, labels, split });
  }
  return [...bySplit.values()];
}

async function readLabels(source: Source, { labels }: Pair, names: Options['names']): Promise<Uint8Array> {
  const { data } = await readIdx(source, labels, 1);
  const wrong = names === undefined ? -1 : data.findIndex((label) => label >= names.length);
  if (wrong < 0) return data;
  throw malformed(
    join(source.listing.root, labels),
    `image ${wrong} has the label ${data[wrong]}, but there are ${names!.length} classes`,
  );
}

async function* readRecords(
  source: Source,
  labels: ReadonlyMap<Pair, Uint8Array>,
  classes: readonly string[],
): AsyncGenerator<ImageRecord, void, undefined> {
  for (const [{ images, split }, own] of labels) {
    const { sizes, data } = await readIdx(source, images, 3);
    const [count, height, width] = sizes as [number, number, number];
    const path = join(source.listing.root, images);
    if (count !== own.length)
      throw malformed(path, `it has ${count} images, but there are ${own.length} labels`);
    if (height * width === 0) throw malformed(path, `its images have ${width} × ${height} pixels`);
    for (const [index, label] of own.entries()) {
      const gray = data.subarray(index * height * width, (index + 1) * height * width);
      const pixels = { width, height, data: inColour(gray) };
      yield { file: `${images}/${index}`, className: classes[label]!, split, pixels };
    }
  }
}

/** Gray as red, green and blue. */
function inColour(gray: Uint8Array): Uint8Array {
  const data = new Uint8Array(gray.length * 3);
  for (const [at, level] of gray.entries()) data.fill(level, at * 3, at * 3 + 3);
  return data;
}

const UNSIGNED_BYTE = 8;

/** Magic number (0, 0, type, number of dimensions), the dimensions as big-endian 32 bit, and the data. */
async function readIdx(
  source: Source,
  file: string,
  dimensions: number,
): Promise<{ sizes: number[]; data: Uint8Array }> {
  const path = join(source.listing.root, file);
  const bytes = await readPacked(path, await readSourceFile(source, file));
  const start = 4 + 4 * dimensions;
  if (bytes.length < start) throw malformed(path, `it has only ${bytes.length} bytes`);
  const magic = bytes.readUInt32BE(0);
  const expected = (UNSIGNED_BYTE << 8) | dimensions;
  if (magic !== expected) throw malformed(path, `it begins with the number ${magic}, expected ${expected}`);
  const sizes = Array.from({ length: dimensions }, (_, index) => bytes.readUInt32BE(4 + 4 * index));
  const size = sizes.reduce((product, one) => product * one, 1);
  const data = bytes.subarray(start);
  if (data.length === size) return { sizes, data };
  throw malformed(path, `it has ${data.length} bytes of data, expected ${sizes.join(' × ')} = ${size}`);
}

/** Larger than any known file of this kind: the images of EMNIST have 547 MB. */
const MAX_BYTES = 2 ** 30;

async function readPacked(path: string, bytes: Uint8Array): Promise<Buffer> {
  if (!/\.gz$/i.test(basename(path))) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  try {
    return await promisify(gunzip)(bytes, { maxOutputLength: MAX_BYTES });
  } catch (error) {
    throw malformed(path, `its gzip data ends or breaks (${(error as Error).message})`, error);
  }
}
