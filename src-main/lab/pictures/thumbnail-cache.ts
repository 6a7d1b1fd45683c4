/** Small pictures kept on the disk by what they show and their size, so that each is made once. */
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { writeFileAtomic } from '../../base/atomic-file.ts';

/** Pictures made at a time: each takes a core. */
const AT_ONCE = 4;

const DEFAULT_BYTES = 512 * 2 ** 20;

/** The share of the limit that is left when old pictures are removed. */
const LEFT = 0.8;

/** A folder of thumbnails. It can be removed at any time. */
export class ThumbnailCache {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #underWay = new Map<string, Promise<Uint8Array>>();
  readonly #waiting: (() => void)[] = [];
  #busy = 0;
  /** What the folder holds; unknown until something is written. */
  #bytes: number | undefined;
  #tidying: Promise<void> = Promise.resolve();

  /** @param folder made when something is kept */
  constructor(folder: string, maxBytes = DEFAULT_BYTES) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** The picture of a content in a size: the one that is kept, or what `make` gives, which is kept. */
  get(sha256: string, size: number, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const file = path.join(this.#folder, String(size), sha256.slice(0, 2), `${sha256}.webp`);
    const known = this.#underWay.get(file);
    if (known !== undefined) return known;
    const picture = this.#find(file, make).finally(() => this.#underWay.delete(file));
    this.#underWay.set(file, picture);
    return picture;
  }

  /** Waits until nothing is being removed. */
  async settled(): Promise<void> {
    await this.#tidying;
  }

  async #find(file: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const kept = await readFile(file).catch(() => undefined);
    if (kept !== undefined && kept.length > 0) return kept;
    const picture = await this.#inTurn(make);
    // A picture that cannot be kept can still be shown.
    await this.#keep(file, picture).catch(() => undefined);
    return picture;
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    while (this.#busy >= AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#busy++;
    try {
      return await work();
    } finally {
      this.#busy--;
      // The last that came is on the screen; the others may have been scrolled away.
      this.#waiting.pop()?.();
    }
  }

  async #keep(file: string, picture: Uint8Array): Promise<void> {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomic(file, picture);
    if (this.#bytes !== undefined) this.#bytes += picture.length;
    if (this.#bytes === undefined || this.#bytes > this.#maxBytes) {
      // Known from here on, so that it is measured once however many are written meanwhile.
      this.#bytes = 0;
      this.#tidying = this.#tidying.then(() => this.#tidy()).catch(() => undefined);
    }
  }

  /** Measures the folder and, if it is too large, removes what was made longest ago. */
  async #tidy(): Promise<void> {
    const files = await listFiles(this.#folder);
    const total = files.reduce((sum, { size }) => sum + size, 0);
    let left = total;
    if (total > this.#maxBytes) {
      for (const { file, size } of files.sort((a, b) => a.madeAt - b.madeAt)) {
        if (left <= this.#maxBytes * LEFT) break;
        await rm(file, { force: true });
        left -= size;
      }
    }
    this.#bytes = left;
  }
}

interface KeptFile {
  readonly file: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
}

async function listFiles(folder: string): Promise<KeptFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: KeptFile[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const found = await stat(file).catch(() => undefined);
    if (found !== undefined) files.push({ file, size: found.size, madeAt: found.mtimeMs });
  }
  return files;
}
