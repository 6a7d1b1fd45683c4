/** The zip archive that `torch.save` writes: `<name>/data.pkl`, and each storage's bytes as `<name>/data/<key>`. */
import { crc32 } from 'node:zlib';
import { fromRandomAccessReaderPromise, RandomAccessReader, type Entry, type ZipFile } from 'yauzl';
import { type WeightsFile, weightsError } from './weights-file.ts';

const STORED = 0;
const PICKLE = '/data.pkl';

/** The entries of an archive by their path below `<name>/`. */
export class TorchArchive {
  readonly #file: WeightsFile;
  readonly #zip: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(file: WeightsFile, zip: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#file = file;
    this.#zip = zip;
    this.#entries = entries;
  }

  /**
   * Reads the archive's central directory.
   *
   * @throws LabError WEIGHTS_PARSE when it is no zip archive, or none that `torch.save` wrote.
   */
  static async open(file: WeightsFile): Promise<TorchArchive> {
    const zip = await readZip(file, () =>
      fromRandomAccessReaderPromise(new FileReader(file), file.size, {
        autoClose: false,
        strictFileNames: false,
      }),
    );
    const all = await readZip(file, () => listEntries(file, zip));
    const root = findRoot(file, [...all.keys()]);
    const below = [...all].filter(([path]) => path.startsWith(root));
    return new TorchArchive(
      file,
      zip,
      new Map(below.map(([path, entry]) => [path.slice(root.length), entry])),
    );
  }

  /** Whether there is an entry. */
  has(path: string): boolean {
    return this.#entries.has(path);
  }

  /** The size of an entry in bytes, or undefined when there is none. */
  sizeOf(path: string): number | undefined {
    return this.#entries.get(path)?.uncompressedSize;
  }

  /**
   * The bytes of an entry, checked against its checksum.
   *
   * @throws LabError WEIGHTS_PARSE when there is none, or it is compressed or damaged.
   */
  async read(path: string): Promise<Uint8Array<ArrayBuffer>> {
    const entry = this.#entries.get(path);
    if (entry === undefined) throw weightsError(this.#file.path, `the archive has no entry ${path}`);
    if (entry.compressionMethod !== STORED || entry.isEncrypted()) {
      throw weightsError(
        this.#file.path,
        `entry ${path} of the archive is compressed or encrypted, which torch.save never does`,
        'Unpack the archive and pack it without compression, or get the original file.',
      );
    }
    const { fileDataStart } = await readZip(this.#file, () =>
      this.#zip.readLocalFileHeaderPromise(entry, { minimal: true }),
    );
    const bytes = await this.#file.read(fileDataStart, entry.uncompressedSize);
    if (crc32(bytes) !== entry.crc32) {
      throw weightsError(this.#file.path, `the checksum of entry ${path} does not match its bytes`);
    }
    return bytes;
  }
}

/** Lets yauzl read from our open file. */
class FileReader extends RandomAccessReader {
  readonly #file: WeightsFile;

  constructor(file: WeightsFile) {
    super();
    this.#file = file;
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null) => void,
  ): void {
    if (position < 0 || position + length > this.#file.size) {
      callback(new Error('the archive points beyond its end'));
      return;
    }
    this.#file.readInto(buffer.subarray(offset, offset + length), position).then(() => {
      callback(null);
    }, callback);
  }
}

async function listEntries(file: WeightsFile, zip: ZipFile): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  for await (const entry of zip.eachEntry()) {
    if (entries.has(entry.fileName)) {
      throw weightsError(file.path, `the archive has two entries ${entry.fileName}`);
    }
    entries.set(entry.fileName, entry);
  }
  return entries;
}

/** The folder of the one pickle, with a stroke at the end. */
function findRoot(file: WeightsFile, paths: readonly string[]): string {
  const roots = paths
    .filter((path) => path.endsWith(PICKLE) && path.indexOf('/') === path.length - PICKLE.length)
    .map((path) => path.slice(0, -PICKLE.length + 1));
  const [root, ...others] = roots;
  if (root === undefined || others.length > 0) {
    throw weightsError(
      file.path,
      `it is a zip archive with ${roots.length} entries <name>/data.pkl, and not one`,
      'Give a file that torch.save wrote.',
    );
  }
  if (paths.includes(`${root}constants.pkl`)) {
    throw weightsError(
      file.path,
      'it is a TorchScript program, not a state_dict',
      'Load it in Python with torch.jit.load and save its state_dict() with torch.save.',
    );
  }
  return root;
}

/** Runs what reads the archive's structure, and words its errors. */
async function readZip<T>(file: WeightsFile, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Error) || error.name === 'LabError') throw error;
    throw weightsError(
      file.path,
      `the zip archive is damaged or truncated (${error.message.replace(/\.$/, '')})`,
    );
  }
}
