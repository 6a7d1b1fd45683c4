/** Lists the files below a folder, whatever lies there. */
import type { BigIntStats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { isUtf8 } from 'node:buffer';
import { dirname, join, resolve } from 'node:path';
import { LabError } from '../../src-shared/errors.ts';
import { helperFileReason, helperFolderReason } from './helper-files.ts';
import { sortNaturally } from './natural-order.ts';

/** Something that is not read, and why, in words for the user. */
export interface Skipped {
  /** Absolute. */
  readonly path: string;
  readonly reason: string;
}

/** The files below a folder. */
export interface Listing {
  /** Absolute, symbolic links resolved. */
  readonly root: string;
  /** Relative to the root with `/` between the parts, as the file system spells them, in natural order. */
  readonly files: readonly string[];
  /** Files that no image is called like, in the same form. They are among the skipped, unless a format uses them. */
  readonly others: readonly string[];
  readonly skipped: readonly Skipped[];
}

/** Where it lies, the folder is a lab: its cache and runs are not the user's images. */
const LAB_DATABASE = Buffer.from('lab.db');

interface Folder {
  /** Relative to the root; empty for the root. */
  readonly path: string;
  /** `device:inode` of this folder and those it was reached through. */
  readonly chain: readonly string[];
}

/**
 * Lists every regular file below `path`. Symbolic links are followed; a folder is read once, however many links
 * lead to it, so neither loops nor links crossing one another blow the walk up. What cannot be read is listed
 * with a reason and never stops the walk.
 *
 * @param only names of the only entries of the folder to look at; all unless given
 * @throws LabError `SOURCE_NOT_FOUND`, `SOURCE_UNREADABLE` (the root itself), `CANCELLED`.
 */
export async function listFolder(
  path: string,
  signal?: AbortSignal,
  only?: readonly string[],
): Promise<Listing> {
  return new Walk(await resolveRoot(path), signal, only).run();
}

interface Root {
  /** Absolute, symbolic links resolved. */
  readonly path: string;
  readonly id: string;
  /** `device:inode` of the folders around it, from the inside out. */
  readonly above: readonly string[];
}

class Walk {
  readonly #root: string;
  readonly #signal: AbortSignal | undefined;
  /** In NFC. */
  readonly #only: ReadonlySet<string> | undefined;
  readonly #files: string[] = [];
  readonly #others: string[] = [];
  readonly #skipped: Skipped[] = [];
  /** Folders to read; real ones come before linked ones, so that a file is known by its real place. */
  readonly #folders: Folder[] = [];
  readonly #linked: { readonly path: string; readonly parent: Folder; readonly id: string }[] = [];
  readonly #readAs = new Map<string, string>();

  constructor(root: Root, signal: AbortSignal | undefined, only: readonly string[] | undefined) {
    this.#root = root.path;
    this.#signal = signal;
    this.#only = only && new Set(only.map((name) => name.normalize('NFC')));
    // A link to a folder around the root would lead back into it.
    for (const [up, id] of root.above.entries()) this.#readAs.set(id, `..${'/..'.repeat(up)}`);
    this.#enter('', root.id, root.above);
  }

  async run(): Promise<Listing> {
    for (;;) {
      this.#followLinks();
      const folder = this.#folders.pop();
      if (folder === undefined) break;
      if (this.#signal?.aborted === true) {
        throw new LabError('CANCELLED', `Reading the folder ${this.#root} was cancelled.`);
      }
      await this.#read(folder);
    }
    return {
      root: this.#root,
      files: sortNaturally(this.#files),
      others: sortNaturally(this.#others),
      skipped: this.#skipped,
    };
  }

  /** Enters linked folders once no real folder is left. */
  #followLinks(): void {
    while (this.#folders.length === 0) {
      const link = this.#linked.shift();
      if (link === undefined) return;
      const known = this.#readAs.get(link.id);
      if (known === undefined) this.#enter(link.path, link.id, link.parent.chain);
      else if (link.parent.chain.includes(link.id)) {
        this.#skip(link.path, `a symbolic link that leads back into the folder ${this.#absolute(known)}`);
      } else this.#skip(link.path, `a symbolic link to ${this.#absolute(known)}, which is read already`);
    }
  }

  /** A real folder was read before when a link led into it first. */
  #enterReal(path: string, id: string, parent: Folder): void {
    const known = this.#readAs.get(id);
    if (known === undefined) this.#enter(path, id, parent.chain);
    else this.#skip(path, `the same folder as ${this.#absolute(known)}, which is read already`);
  }

  #enter(path: string, id: string, chain: readonly string[]): void {
    this.#readAs.set(id, path);
    this.#folders.push({ path, chain: [...chain, id] });
  }

  async #read(folder: Folder): Promise<void> {
    let names: Buffer[];
    try {
      names = await readdir(this.#absolute(folder.path), { encoding: 'buffer' });
    } catch (error) {
      this.#skip(folder.path, `the folder cannot be read (${describe(error)})`);
      return;
    }
    if (names.some((bytes) => bytes.equals(LAB_DATABASE))) {
      this.#skip(folder.path, "a lab's own folder");
      return;
    }
    for (const bytes of names.sort(Buffer.compare)) {
      const name = bytes.toString('utf8');
      if (folder.path === '' && this.#only?.has(name.normalize('NFC')) === false) continue;
      const path = folder.path === '' ? name : `${folder.path}/${name}`;
      if (isUtf8(bytes)) await this.#add(folder, path, name);
      else this.#skip(path, 'its name is not valid UTF-8; rename it');
    }
  }

  async #add(parent: Folder, path: string, name: string): Promise<void> {
    let found: Entry;
    try {
      found = await entryAt(this.#absolute(path));
    } catch (error) {
      this.#skip(path, describeLost(error));
      return;
    }
    const { stats, isLink } = found;
    const reason = stats.isDirectory() ? helperFolderReason(name) : helperFileReason(name);
    if (reason !== undefined) {
      this.#skip(path, reason);
      if (stats.isFile()) this.#others.push(path);
    } else if (stats.isFile()) this.#files.push(path);
    else if (!stats.isDirectory()) this.#skip(path, 'neither a file nor a folder');
    else if (isLink) this.#linked.push({ path, parent, id: identity(stats) });
    else this.#enterReal(path, identity(stats), parent);
  }

  #absolute(path: string): string {
    return join(this.#root, path);
  }

  #skip(path: string, reason: string): void {
    this.#skipped.push({ path: this.#absolute(path), reason });
  }
}

interface Entry {
  readonly stats: BigIntStats;
  readonly isLink: boolean;
}

async function entryAt(path: string): Promise<Entry> {
  const own = await lstat(path, { bigint: true });
  if (!own.isSymbolicLink()) return { stats: own, isLink: false };
  return { stats: await stat(path, { bigint: true }), isLink: true };
}

function identity(stats: BigIntStats): string {
  return `${stats.dev}:${stats.ino}`;
}

async function resolveRoot(path: string): Promise<Root> {
  try {
    const root = await realpath(resolve(path));
    const stats = await stat(root, { bigint: true });
    if (stats.isDirectory()) return { path: root, id: identity(stats), above: await foldersAround(root) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new LabError('SOURCE_NOT_FOUND', `There is no folder ${path}.`, {
        hint: 'Check the path; images are read from a folder on this computer.',
        cause: error,
      });
    }
    throw new LabError('SOURCE_UNREADABLE', `The folder ${path} cannot be read (${describe(error)}).`, {
      cause: error,
    });
  }
  throw new LabError('SOURCE_UNREADABLE', `${path} is not a folder.`, {
    hint: 'Give the folder that holds the images; archives can be imported.',
  });
}

async function foldersAround(path: string): Promise<string[]> {
  const ids: string[] = [];
  for (let at = path; dirname(at) !== at;) {
    at = dirname(at);
    ids.push(identity(await stat(at, { bigint: true })));
  }
  return ids;
}

function describeLost(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return 'a broken symbolic link, or it vanished meanwhile';
    case 'ELOOP':
      return 'a symbolic link that leads to itself';
    default:
      return `it cannot be read (${describe(error)})`;
  }
}

/** The code of a system error, which needs no path beside it. */
function describe(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ?? message;
}
