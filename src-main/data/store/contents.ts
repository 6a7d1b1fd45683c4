/**
 * Bytes that the lab keeps itself, because they have no lasting place as a file of their own: members of archives
 * and records of binary files. They are addressed by content, `contents/<first two digits>/<SHA-256>.<extension>`.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeError } from '../../base/atomic-file.ts';

/** Where the bytes of that hash lie, or would lie. */
export function contentPath(labFolder: string, sha256: string, extension: string): string {
  return join(labFolder, 'contents', sha256.slice(0, 2), `${sha256}.${extension}`);
}

const STAGING = /^\.import-/;

/** Those of living imports; a lab belongs to one process, so that any other was left by one that was killed. */
const inUse = new Set<string>();

/** The new contents of one import: in a folder of their own until all of them are there. */
export class ContentStaging {
  readonly #lab: string;
  readonly #folder: string;
  /** Where each staged file belongs. */
  readonly #staged = new Map<string, string>();
  #landed: string[] = [];

  private constructor(lab: string, folder: string) {
    this.#lab = lab;
    this.#folder = folder;
  }

  /** @throws LabError `DISK_FULL`, `OUTPUT_UNWRITABLE` */
  static async open(lab: string): Promise<ContentStaging> {
    const contents = join(lab, 'contents');
    const folder = join(contents, `.import-${process.pid}-${randomUUID()}`);
    try {
      await mkdir(contents, { recursive: true });
      const names = (await readdir(contents)).filter((name) => STAGING.test(name));
      const stale = names.map((name) => join(contents, name)).filter((path) => !inUse.has(path));
      for (const path of stale) await rm(path, { recursive: true, force: true });
      await mkdir(folder);
    } catch (error) {
      throw writeError(folder, error);
    }
    inUse.add(folder);
    return new ContentStaging(lab, folder);
  }

  /**
   * Keeps bytes, forced to the disk, unless the lab has them already.
   *
   * @throws LabError `DISK_FULL`, `OUTPUT_UNWRITABLE`
   */
  async add(sha256: string, extension: string, bytes: Uint8Array): Promise<void> {
    const target = contentPath(this.#lab, sha256, extension);
    const staged = join(this.#folder, `${sha256}.${extension}`);
    if (this.#staged.has(staged)) return;
    this.#staged.set(staged, target);
    const kept = await stat(target).catch(() => undefined);
    if (kept?.size === bytes.length) {
      this.#staged.delete(staged);
      return;
    }
    try {
      await writeNew(staged, bytes);
    } catch (error) {
      throw writeError(target, error);
    }
  }

  /** Moves everything to its place. @throws LabError `DISK_FULL`, `OUTPUT_UNWRITABLE` */
  async land(): Promise<void> {
    const folders = new Set([...this.#staged.values()].map((target) => dirname(target)));
    try {
      for (const folder of folders) await mkdir(folder, { recursive: true });
      for (const [staged, target] of this.#staged) {
        await rename(staged, target);
        this.#landed.push(target);
      }
      for (const folder of folders) await forceFolder(folder);
    } catch (error) {
      throw writeError(join(this.#lab, 'contents'), error);
    }
  }

  /** Takes back what landed and that `isKept` does not hold on to. */
  async withdraw(isKept: (sha256: string) => boolean): Promise<void> {
    for (const path of this.#landed) {
      const hash = /([0-9a-f]{64})\.[^.]+$/.exec(path)![1]!;
      if (!isKept(hash)) await rm(path, { force: true });
    }
    this.#landed = [];
  }

  /** Removes what did not land. */
  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    inUse.delete(this.#folder);
  }
}

async function writeNew(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function forceFolder(folder: string): Promise<void> {
  // Windows cannot open folders; its file systems journal a rename.
  if (process.platform === 'win32') return;
  const file = await open(folder, 'r');
  await file.sync().finally(() => file.close());
}
