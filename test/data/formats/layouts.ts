/** Small data sets in the layouts their authors publish, byte by byte. Images are solid colours, numbered. */
import { gzipSync } from 'node:zlib';
import { picture } from '../pictures.ts';

/** Files by their paths. */
export type Files = Record<string, Uint8Array | string>;

/** Bytes of the image `seed` of CIFAR: the planes of red, green and blue. */
export function planes(seed: number): Buffer {
  return Buffer.from(Array.from({ length: 3072 }, (_, at) => (seed * 31 + at) % 251));
}

/** A record of CIFAR's binary version. */
export function record(labels: readonly number[], seed: number): Buffer {
  return Buffer.concat([Buffer.from(labels), planes(seed)]);
}

export function cifar10Binary(folder = ''): Files {
  return {
    [`${folder}data_batch_1.bin`]: Buffer.concat([record([2], 0), record([0], 1)]),
    [`${folder}data_batch_2.bin`]: record([1], 2),
    [`${folder}test_batch.bin`]: record([2], 3),
    [`${folder}batches.meta.txt`]: 'airplane\nautomobile\nbird\n\n',
    [`${folder}readme.html`]: '<p>',
  };
}

export function cifar100Binary(folder = ''): Files {
  return {
    [`${folder}train.bin`]: Buffer.concat([record([1, 2], 0), record([0, 0], 1), record([1, 1], 2)]),
    [`${folder}test.bin`]: record([1, 2], 3),
    [`${folder}fine_label_names.txt`]: 'apple\nbee\nbeetle\n',
    [`${folder}coarse_label_names.txt`]: 'fruit\ninsects\n',
  };
}

/** How a Python wrote a pickle. */
export type Python = 'Python 2' | 'Python 3' | 'Python 3, protocol 2' | 'NumPy 2, protocol 5';

/** A pickled dict: its values are lists of numbers, of texts, or images × 3072. */
export function pickled(
  dict: Readonly<Record<string, readonly number[] | readonly string[] | { images: readonly number[] }>>,
  python: Python = 'Python 2',
): Buffer {
  const text = (value: string): Buffer => {
    const bytes = Buffer.from(value);
    if (python === 'Python 3, protocol 2') return unicode(value);
    const start = python === 'Python 2' ? 'U' : '\x8c';
    return Buffer.concat([latin(start), Buffer.from([bytes.length]), bytes]);
  };
  const items = Object.entries(dict).map(([key, value]) => {
    if ('images' in value) return [text(key), array(value.images, python)];
    const list = value.map((item) => (typeof item === 'number' ? Buffer.from([0x4b, item]) : text(item)));
    return [text(key), latin(']('), ...list, latin('e')];
  });
  const protocol = { 'Python 2': 2, 'Python 3': 4, 'Python 3, protocol 2': 2, 'NumPy 2, protocol 5': 5 }[
    python
  ];
  return Buffer.concat([Buffer.from([0x80, protocol]), latin('}('), ...items.flat(), latin('u.')]);
}

/** `ndarray.__reduce__`'s result: a call that makes an empty array, and the state it is given. */
function array(images: readonly number[], python: Python): Buffer {
  const data = Buffer.concat(images.map(planes));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(data.length);
  const shape = Buffer.from([0x4b, images.length, 0x4d, 0x00, 0x0c, 0x86]);
  const type = Buffer.concat([
    ...[latin('cnumpy\ndtype\n('), short('u1'), latin('K\0K\x01tR(K\x03'), short('|'), latin('NNNJ')],
    ...[latin('\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb')],
  ]);
  if (python === 'NumPy 2, protocol 5') {
    const call = latin('cnumpy._core.numeric\n_frombuffer\n(');
    const eight = Buffer.alloc(8);
    eight.writeBigUInt64LE(BigInt(data.length));
    return Buffer.concat([call, latin('\x96'), eight, data, type, shape, short('C'), latin('tR')]);
  }
  const empty = latin('cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\nK\0\x85');
  const start = Buffer.concat([empty, short('b'), latin('tR(K\x01'), shape, type, latin('\x89')]);
  if (python === 'Python 3, protocol 2') {
    // Before protocol 3 there were no bytes: they are written as a text and a call that encodes it.
    const encode = latin('c_codecs\nencode\n');
    const text = [unicode(data.toString('latin1')), unicode('latin1'), latin('\x86R')];
    return Buffer.concat([start, encode, ...text, latin('tb')]);
  }
  return Buffer.concat([start, latin(python === 'Python 2' ? 'T' : 'B'), length, data, latin('tb')]);
}

function unicode(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([latin('X'), length, bytes]);
}

function short(text: string): Buffer {
  return Buffer.concat([latin('U'), Buffer.from([text.length]), latin(text)]);
}

function latin(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

export function cifar10Python(folder = '', python: Python = 'Python 2'): Files {
  return {
    [`${folder}data_batch_1`]: pickled({ labels: [2, 0], data: { images: [0, 1] } }, python),
    [`${folder}data_batch_2`]: pickled({ labels: [1], data: { images: [2] } }, python),
    [`${folder}test_batch`]: pickled({ labels: [2], data: { images: [3] } }, python),
    [`${folder}batches.meta`]: pickled({ label_names: ['airplane', 'automobile', 'bird'] }, python),
  };
}

export function cifar100Python(folder = ''): Files {
  const names = { fine_label_names: ['apple', 'bee', 'beetle'], coarse_label_names: ['fruit', 'insects'] };
  const batch = (fine: number[], coarse: number[], images: number[]): Buffer =>
    pickled({ fine_labels: fine, coarse_labels: coarse, data: { images } });
  return {
    [`${folder}train`]: batch([2, 0, 1], [1, 0, 1], [0, 1, 2]),
    [`${folder}test`]: batch([2], [1], [3]),
    [`${folder}meta`]: pickled(names),
  };
}

/** An IDX file of unsigned bytes. */
export function idx(sizes: readonly number[], data: Uint8Array): Buffer {
  const header = Buffer.alloc(4 + 4 * sizes.length);
  header.writeUInt32BE(0x0800 | sizes.length);
  for (const [index, size] of sizes.entries()) header.writeUInt32BE(size, 4 + 4 * index);
  return Buffer.concat([header, data]);
}

/** Bytes of the gray image `seed`, 4 × 3 pixels. */
export function gray(seed: number): Buffer {
  return Buffer.from(Array.from({ length: 12 }, (_, at) => (seed * 17 + at * 5) % 256));
}

export function mnist(folder = '', packed = false): Files {
  const end = packed ? '.gz' : '';
  const pack = (bytes: Uint8Array): Uint8Array => (packed ? gzipSync(bytes) : bytes);
  const images = (...seeds: number[]): Uint8Array =>
    pack(idx([seeds.length, 3, 4], Buffer.concat(seeds.map(gray))));
  return {
    [`${folder}train-images-idx3-ubyte${end}`]: images(0, 1, 2),
    [`${folder}train-labels-idx1-ubyte${end}`]: pack(idx([3], Buffer.from([7, 0, 9]))),
    [`${folder}t10k-images-idx3-ubyte${end}`]: images(3),
    [`${folder}t10k-labels-idx1-ubyte${end}`]: pack(idx([1], Buffer.from([1]))),
  };
}

export async function imageFolder(folder = ''): Promise<Files> {
  return {
    [`${folder}train/bird/1.png`]: await picture(0),
    [`${folder}train/cat/1.png`]: await picture(1),
    [`${folder}test/cat/2.png`]: await picture(2),
    [`${folder}notes.txt`]: 'x',
  };
}

export async function kaggle(folder = ''): Promise<Files> {
  return {
    [`${folder}bird.1.png`]: await picture(0),
    [`${folder}cat.1.png`]: await picture(1),
    [`${folder}cat.2.png`]: await picture(2),
  };
}

export async function manifest(folder = ''): Promise<Files> {
  return {
    [`${folder}images/a.png`]: await picture(0),
    [`${folder}images/b, c.png`]: await picture(1),
    [`${folder}d.png`]: await picture(2),
    [`${folder}unlisted.png`]: await picture(3),
    [`${folder}labels.csv`]: [
      'id,Label,Image,Split',
      '0,bird,images/a.png,train',
      '1,"cat","images/b, c.png",val',
      '2,cat,images\\a.png,test',
      '3,cat,d.png,',
      '4,cat,gone.png,',
      '5,,unlabelled.png,',
      '6,cat,unlisted.png,dev2',
    ].join('\r\n'),
  };
}
