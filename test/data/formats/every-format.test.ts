import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { FORMAT_NAMES, type FormatChoice, FORMATS } from '../../../src-main/data/formats/index.ts';
import { decodeImage } from '../../../src-main/data/image.ts';
import { importDataset } from '../../../src-main/data/import.ts';
import { LabStore } from '../../../src-main/data/store/index.ts';
import { labErrorFrom } from '../../helpers/lab-errors.ts';
import { tarOf, zipOf } from '../archives/build.ts';
import { picture } from '../pictures.ts';
import { temporaryFolder, writeFiles } from '../temporary.ts';
import {
  cifar10Binary,
  cifar10Python,
  cifar100Binary,
  cifar100Python,
  type Files,
  gray,
  idx,
  imageFolder,
  kaggle,
  manifest,
  mnist,
  pickled,
  planes,
} from './layouts.ts';

/** What an import made of a source: `path class split` of each sample, the path below the source. */
async function imported(
  path: string,
  format: FormatChoice = 'auto',
): Promise<{ format: string; reason: string; rows: string[]; pixels: string[]; skipped: string[] }> {
  using store = LabStore.open(temporaryFolder());
  const report = await importDataset(store, { path, dataset: 'd', format });
  const below = (file: string): string => file.slice(path.length + 1);
  const rows = store.rows('d');
  const pixels = await Promise.all(rows.map(async ({ file }) => hex((await decodeImage(file)).data)));
  return {
    ...{ format: report.format, reason: report.reason, pixels },
    rows: rows.map((row) => `${below(row.path)} ${row.className} ${row.split}`),
    skipped: report.skipped.map(({ path, reason }) => `${below(path)}: ${reason}`),
  };
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.subarray(0, 24)).toString('hex');
}

function planesHex(seed: number): string {
  const all = planes(seed);
  return hex(Uint8Array.from({ length: 24 }, (_, at) => all[(at % 3) * 1024 + Math.floor(at / 3)]!));
}

function grayHex(seed: number): string {
  return hex(Uint8Array.from({ length: 24 }, (_, at) => gray(seed)[Math.floor(at / 3)]!));
}

async function pictureHex(number: number): Promise<string> {
  return hex((await decodeImage(await picture(number))).data);
}

interface Case {
  readonly files: (folder: string) => Files | Promise<Files>;
  readonly reason: string;
  readonly rows: readonly string[];
  readonly pixels: readonly (string | Promise<string>)[];
  readonly skipped?: readonly string[];
  /** A folder around it would be taken for a class. */
  readonly loose?: boolean;
  /** Files that spoil the set, and the message for it; the path of the source is written as `S`. */
  readonly malformed: readonly (readonly [title: string, files: Files, message: string])[];
}

async function pixelsOf({ pixels }: Case): Promise<string[]> {
  const all: string[] = [];
  for (const one of pixels) all.push(await one);
  return all;
}

const CIFAR10_PIXELS = [planesHex(0), planesHex(1), planesHex(2), planesHex(3)];

/** By the format that is found. */
const CASES: Readonly<Record<(typeof FORMAT_NAMES)[number], readonly Case[]>> = {
  'image-folder': [
    {
      files: imageFolder,
      reason: '3 of 3 files lie in 2 class folders below split folders (test, train)',
      rows: ['test/cat/2.png cat test', 'train/bird/1.png bird train', 'train/cat/1.png cat train'],
      pixels: [pictureHex(2), pictureHex(0), pictureHex(1)],
      skipped: ['notes.txt: not an image: .txt files are not read'],
      malformed: [],
    },
  ],
  kaggle: [
    {
      files: kaggle,
      reason: '3 of 3 files in the folder are named CLASS.NUMBER.EXTENSION',
      rows: ['bird.1.png bird null', 'cat.1.png cat null', 'cat.2.png cat null'],
      pixels: [pictureHex(0), pictureHex(1), pictureHex(2)],
      malformed: [],
    },
  ],
  manifest: [
    {
      files: manifest,
      reason: 'labels.csv lists the images',
      rows: ['d.png cat null', 'images/a.png bird train', 'images/b, c.png cat validation'],
      pixels: [pictureHex(2), pictureHex(0), pictureHex(1)],
      skipped: [
        'gone.png: there is no such file',
        'images/a.png: it is listed twice; its first row counts',
        'unlabelled.png: its row has no label',
        'unlisted.png: its split "dev2" is none of train, validation, test',
      ],
      malformed: [
        ['an empty list', { 'labels.csv': '\n\n' }, 'S/labels.csv cannot be read: it lists nothing.'],
        [
          'a row without a label',
          { 'labels.csv': 'path,label\na.png\n' },
          'S/labels.csv cannot be read: row 2 has 1 columns, expected a path and a label.',
        ],
        [
          'a quote that does not end',
          { 'labels.csv': 'a.png,cat\n"b.png,cat\n' },
          'S/labels.csv cannot be read: row 2: Quoted field unterminated.',
        ],
        [
          'another encoding',
          { 'labels.csv': Buffer.from('a.png,\xe9\n', 'latin1') },
          'S/labels.csv cannot be read: it is not UTF-8; save it as such (in Excel: "CSV UTF-8").',
        ],
      ],
    },
    {
      files: async (folder) => ({
        [`${folder}a.png`]: await picture(0),
        [`${folder}metadata.jsonl`]: '{"file_name": "a.png", "label": 3}\n\n',
      }),
      reason: 'metadata.jsonl lists the images',
      rows: ['a.png 3 null'],
      pixels: [pictureHex(0)],
      malformed: [
        [
          'a line that is no JSON object',
          { 'metadata.jsonl': '[1]\n"x"\n' },
          'S/metadata.jsonl cannot be read: line 1 has no "path" and "label".',
        ],
      ],
    },
  ],
  'cifar-10': [
    {
      files: cifar10Binary,
      reason: '3 batch files of the binary version lie beside batches.meta.txt',
      rows: [
        ...['data_batch_1.bin/0.bmp bird train', 'data_batch_1.bin/1.bmp airplane train'],
        ...['data_batch_2.bin/0.bmp automobile train', 'test_batch.bin/0.bmp bird test'],
      ],
      pixels: CIFAR10_PIXELS,
      skipped: ['readme.html: not an image: .html files are not read'],
      malformed: [
        [
          'a batch that is cut off',
          { 'test_batch.bin': Buffer.alloc(3072) },
          'S/test_batch.bin cannot be read: it has 3072 bytes, which is no whole number of records of 3073.',
        ],
        [
          'a label without a name',
          { 'test_batch.bin': Buffer.alloc(3073, 3) },
          'S/test_batch.bin cannot be read: image 0 has the label 3, but there are 3 classes.',
        ],
        [
          'names that are not distinct',
          { 'batches.meta.txt': 'a\na\nb\n' },
          'S/batches.meta.txt cannot be read: the names of its classes are missing, empty or not distinct.',
        ],
      ],
    },
    ...(['Python 2', 'Python 3', 'Python 3, protocol 2', 'NumPy 2, protocol 5'] as const).map(
      (python): Case => ({
        files: (folder) => cifar10Python(folder, python),
        reason: '3 batch files of the python version lie beside batches.meta',
        rows: [
          ...['data_batch_1/0.bmp bird train', 'data_batch_1/1.bmp airplane train'],
          ...['data_batch_2/0.bmp automobile train', 'test_batch/0.bmp bird test'],
        ],
        pixels: CIFAR10_PIXELS,
        malformed: [
          [
            'a pickle that would run something',
            { test_batch: Buffer.from('\x80\x02cos\nsystem\n(U\x02idtR.', 'latin1') },
            'S/test_batch cannot be read: the pickle names os.system, which the data set does not need; nothing of it was run.',
          ],
          [
            'fewer images than labels',
            { test_batch: pickled({ labels: [0, 1], data: { images: [0] } }, python) },
            'S/test_batch cannot be read: its "data" has the shape 1×3072, expected 2×3072.',
          ],
          [
            'no labels',
            { test_batch: pickled({ data: { images: [0] } }, python) },
            'S/test_batch cannot be read: it has no list "labels".',
          ],
          [
            'a file that is cut off',
            { test_batch: pickled({ labels: [1], data: { images: [0] } }).subarray(0, -100) },
            'S/test_batch cannot be read: at byte 140 of the pickle, 3072 bytes are needed, but 2976 are left.',
          ],
        ],
      }),
    ),
  ],
  'cifar-100': [
    {
      files: cifar100Binary,
      reason: '2 batch files of the binary version lie beside fine_label_names.txt',
      rows: [
        ...['test.bin/0.bmp beetle test', 'train.bin/0.bmp beetle train'],
        ...['train.bin/1.bmp apple train', 'train.bin/2.bmp bee train'],
      ],
      pixels: [planesHex(3), planesHex(0), planesHex(1), planesHex(2)],
      skipped: ['coarse_label_names.txt: not an image: .txt files are not read'],
      malformed: [
        [
          "CIFAR-10's records",
          { 'test.bin': Buffer.alloc(3073) },
          'S/test.bin cannot be read: it has 3073 bytes, which is no whole number of records of 3074.',
        ],
      ],
    },
    {
      files: cifar100Python,
      reason: '2 batch files of the python version lie beside meta',
      rows: [
        ...['test/0.bmp beetle test', 'train/0.bmp beetle train'],
        ...['train/1.bmp apple train', 'train/2.bmp bee train'],
      ],
      pixels: [planesHex(3), planesHex(0), planesHex(1), planesHex(2)],
      malformed: [],
    },
  ],
  // Never found by itself: tested below.
  'cifar-100-coarse': [],
  mnist: [false, true].map((packed): Case => {
    const end = packed ? '.gz' : '';
    const pack = (bytes: Uint8Array): Uint8Array => (packed ? gzipSync(bytes) : bytes);
    return {
      files: (folder) => mnist(folder, packed),
      reason: 'there are IDX files of images and labels for test and train',
      rows: [
        `t10k-images-idx3-ubyte${end}/0.bmp 1 test`,
        ...[7, 0, 9].map((label, index) => `train-images-idx3-ubyte${end}/${index}.bmp ${label} train`),
      ],
      pixels: [grayHex(3), grayHex(0), grayHex(1), grayHex(2)],
      malformed: [
        [
          'fewer labels than images',
          { [`train-labels-idx1-ubyte${end}`]: pack(idx([2], Buffer.from([1, 2]))) },
          `S/train-images-idx3-ubyte${end} cannot be read: it has 3 images, but there are 2 labels.`,
        ],
        [
          'missing pixels',
          { [`train-images-idx3-ubyte${end}`]: pack(idx([3, 3, 4], Buffer.alloc(35))) },
          `S/train-images-idx3-ubyte${end} cannot be read: it has 35 bytes of data, expected 3 × 3 × 4 = 36.`,
        ],
        [
          'another kind of file',
          { [`train-labels-idx1-ubyte${end}`]: pack(idx([1, 1], Buffer.alloc(1))) },
          `S/train-labels-idx1-ubyte${end} cannot be read: it begins with the number 2050, expected 2049.`,
        ],
        [
          'an empty file',
          { [`train-labels-idx1-ubyte${end}`]: pack(Buffer.alloc(0)) },
          `S/train-labels-idx1-ubyte${end} cannot be read: it has only 0 bytes.`,
        ],
        ...(packed
          ? ([
              [
                'a file that is not packed',
                { 'train-labels-idx1-ubyte.gz': 'hello' },
                'S/train-labels-idx1-ubyte.gz cannot be read: its gzip data ends or breaks (incorrect header check).',
              ],
            ] as const)
          : []),
      ],
    };
  }),
  'fashion-mnist': [
    {
      files: (folder) => mnist(`${folder}FashionMNIST/raw/`, true),
      reason: 'there are IDX files of images and labels for test and train',
      rows: [
        'FashionMNIST/raw/t10k-images-idx3-ubyte.gz/0.bmp Trouser test',
        ...['Sneaker', 'T-shirt/top', 'Ankle boot'].map(
          (name, index) => `FashionMNIST/raw/train-images-idx3-ubyte.gz/${index}.bmp ${name} train`,
        ),
      ],
      pixels: [grayHex(3), grayHex(0), grayHex(1), grayHex(2)],
      malformed: [
        [
          'an eleventh class',
          { 'FashionMNIST/raw/t10k-labels-idx1-ubyte.gz': gzipSync(idx([1], Buffer.from([10]))) },
          'S/FashionMNIST/raw/t10k-labels-idx1-ubyte.gz cannot be read: image 0 has the label 10, but there are 10 classes.',
        ],
      ],
    },
  ],
  unlabelled: [
    {
      loose: true,
      files: async (folder) => ({
        [`${folder}a.png`]: await picture(0),
        [`${folder}b.png`]: await picture(1),
        [`${folder}notes.txt`]: 'cats',
      }),
      reason:
        'nothing says the class of any of its 2 files (image-folder: no file lies in a class folder; kaggle: 0 of 2 files in the folder are named CLASS.NUMBER.EXTENSION; manifest: there is no .csv or .jsonl file)',
      rows: ['a.png null null', 'b.png null null'],
      pixels: [pictureHex(0), pictureHex(1)],
      skipped: ['notes.txt: not an image: .txt files are not read'],
      malformed: [],
    },
  ],
};

/** The bytes of an archive of the files. */
const ARCHIVES: Readonly<Record<string, (files: Files) => Uint8Array>> = {
  zip: (files) => zipOf(Object.entries(files).map(([name, data]) => ({ name, data, method: 8 }))),
  tar: (files) => tarOf(Object.entries(files).map(([name, data]) => ({ name, data }))),
  'tar.gz': (files) => gzipSync(tarOf(Object.entries(files).map(([name, data]) => ({ name, data })))),
};

test('every format is tried', () => {
  expect(FORMATS.map(({ name }) => name)).toEqual(FORMAT_NAMES);
});

const ALL = Object.entries(CASES).flatMap(([name, cases]) => cases.map((one) => ({ name, ...one })));

describe.each(ALL)('$name ($reason)', (one) => {
  test('is recognised and read in a folder', async () => {
    const found = await imported(writeFiles(temporaryFolder(), await one.files('')));
    expect(found).toEqual({
      ...{ format: one.name, reason: one.reason, rows: one.rows },
      ...{ pixels: await pixelsOf(one), skipped: one.skipped ?? [] },
    });
  });

  test.each(Object.keys(ARCHIVES))('is recognised and read in a .%s, also inside a folder', async (kind) => {
    for (const folder of one.loose === true ? [''] : ['', 'outer/']) {
      const path = join(temporaryFolder(), `set.${kind}`);
      writeFileSync(path, ARCHIVES[kind]!(await one.files(folder)));
      const found = await imported(path);
      expect(found.format).toBe(one.name);
      expect(found.rows).toEqual(one.rows.map((row) => folder + row));
      expect(found.pixels).toEqual(await pixelsOf(one));
    }
  });

  test.skipIf(one.malformed.length === 0).each(one.malformed)(
    'is refused with %s',
    async (_, files, message) => {
      const folder = writeFiles(temporaryFolder(), { ...(await one.files('')), ...files });
      const error = await labErrorFrom(imported(folder));
      expect(error.code).toBe('FORMAT_MALFORMED');
      expect(error.message.replaceAll(folder, 'S')).toBe(`The file ${message}`);
    },
  );
});

describe('formats the user asks for', () => {
  test("CIFAR-100's superclasses", async () => {
    for (const files of [cifar100Binary(), cifar100Python()]) {
      const { rows } = await imported(writeFiles(temporaryFolder(), files), 'cifar-100-coarse');
      expect(rows.map((row) => row.split(' ')[1])).toEqual(['insects', 'insects', 'fruit', 'insects']);
    }
  });

  test("Fashion-MNIST's names, where nothing tells the set", async () => {
    const folder = writeFiles(temporaryFolder(), mnist());
    expect((await imported(folder)).format).toBe('mnist');
    expect((await imported(folder, 'fashion-mnist')).rows[0]).toBe(
      't10k-images-idx3-ubyte/0.bmp Trouser test',
    );
  });

  test('a list of images by its own path, with absolute paths in it', async () => {
    const elsewhere = writeFiles(temporaryFolder(), { 'x/a.png': await picture(0) });
    const folder = writeFiles(temporaryFolder(), { 'list.tsv': `${elsewhere}/x/a.png\tcat\n` });
    using store = LabStore.open(temporaryFolder());
    await importDataset(store, { path: join(folder, 'list.tsv'), dataset: 'd' });
    expect(store.rows('d')).toMatchObject([{ path: join(elsewhere, 'x/a.png'), className: 'cat' }]);
  });

  test('a list in an archive refers to nothing outside it', async () => {
    const path = join(temporaryFolder(), 'set.zip');
    const list = 'path,label\na.png,cat\n/etc/passwd,cat\n../b.png,cat\n';
    writeFileSync(path, ARCHIVES['zip']!({ 'manifest.csv': list, 'a.png': await picture(0) }));
    const { rows, skipped } = await imported(path);
    expect(rows).toEqual(['a.png cat null']);
    expect(skipped.map((line) => line.replace(/^.*: /, ''))).toEqual([
      ...['the archive has no such file', 'its path leads out of the archive'],
    ]);
  });

  test('archives inside are named and left alone', async () => {
    const files = { ...(await imageFolder()), 'more.zip': zipOf([]), 'train/cat/x.tar.gz': 'x' };
    rmSync(join(writeFiles(temporaryFolder(), files), 'notes.txt'));
    const reason = 'an archive: import it by itself (.zip, .tar, .tar.gz), or unpack it';
    for (const kind of ['zip', 'tar']) {
      const path = join(temporaryFolder(), `set.${kind}`);
      writeFileSync(path, ARCHIVES[kind]!(files));
      expect((await imported(path)).skipped).toEqual([
        ...[`more.zip: ${reason}`, 'notes.txt: not an image: .txt files are not read'],
        `train/cat/x.tar.gz: ${reason}`,
      ]);
    }
  });
});
