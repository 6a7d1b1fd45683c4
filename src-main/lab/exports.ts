/** The folder of files that a page can fetch: exports that were given no place of their own. */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { FinishedExport } from '../../src-shared/contract/exporting.ts';
import type { SavedFile } from '../../src-shared/contract/saved-file.ts';
import { LabError } from '../../src-shared/errors.ts';
import { writeError } from '../base/atomic-file.ts';

const KINDS: Readonly<Record<string, FinishedExport['kind']>> = {
  '.onnx': 'model',
  '.safetensors': 'weights',
  '.tar': 'dataset',
  '.md': 'card',
  '.csv': 'table',
};

/** Finished exports, and places for new ones. */
export class ExportsFolder {
  readonly #folder: string;
  readonly #onChange: () => void;
  /** Names given out; whether their files exist yet or not. */
  readonly #taken = new Set<string>();

  /** @param onChange called when a file was added or removed */
  constructor(folder: string, onChange: () => void) {
    this.#folder = folder;
    this.#onChange = onChange;
  }

  /**
   * The place for a file.
   *
   * @param given where the user wants it; null for a new name in this folder
   * @param words what the name is made of: a data set, a model
   * @param extension with its dot
   * @throws LabError `OUTPUT_UNWRITABLE`
   */
  async place(given: string | null, words: readonly string[], extension: string): Promise<string> {
    if (given !== null) return path.resolve(given);
    try {
      await mkdir(this.#folder, { recursive: true });
    } catch (error) {
      throw writeError(this.#folder, error);
    }
    const names = await readdir(this.#folder);
    const taken = new Set([...names, ...this.#taken].map((name) => name.toLowerCase()));
    const stem = exportStem(words);
    let name = stem + extension;
    for (let number = 2; taken.has(name.toLowerCase()); number++) name = `${stem}-${number}${extension}`;
    this.#taken.add(name);
    return path.join(this.#folder, name);
  }

  /** What to say of a file that was written. */
  async saved(file: string): Promise<SavedFile> {
    const own = path.dirname(file) === this.#folder;
    if (own) this.#onChange();
    return { file, download: own ? path.basename(file) : null, bytes: (await stat(file)).size };
  }

  /** Finished files, the newest first. */
  async list(): Promise<FinishedExport[]> {
    const entries = await readdir(this.#folder, { withFileTypes: true }).catch(() => []);
    // What is being written has a hidden name.
    const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
    const exports = await Promise.all(files.map(({ name }) => this.#describe(name)));
    return exports.flatMap((found) => found ?? []).sort((a, b) => (a.at < b.at ? 1 : -1));
  }

  /** Removes a file. @throws LabError `INVALID_ARGUMENT` when there is none of that name */
  async remove(name: string): Promise<void> {
    if (!(await this.list()).some((found) => found.name === name)) {
      throw new LabError('INVALID_ARGUMENT', `There is no export "${name}".`);
    }
    await rm(path.join(this.#folder, name), { force: true });
    this.#taken.delete(name);
    this.#onChange();
  }

  async #describe(name: string): Promise<FinishedExport | undefined> {
    const file = path.join(this.#folder, name);
    const found = await stat(file).catch(() => undefined);
    if (found === undefined) return undefined;
    const kind = KINDS[path.extname(name).toLowerCase()] ?? 'other';
    return { name, path: file, kind, bytes: found.size, at: found.mtime.toISOString() };
  }
}

/** Letters and digits of any script, the words apart, and today's date: a name for every file system and address. */
function exportStem(words: readonly string[]): string {
  const parts = words.map((word) =>
    word
      .normalize('NFC')
      .replaceAll(/[^\p{L}\p{N}._]+/gu, '-')
      .replaceAll(/^[-.]+|[-.]+$/g, ''),
  );
  const text = parts.filter((part) => part !== '').join('-');
  // File systems allow 255 bytes, of which a letter may take four.
  return `${[...text].slice(0, 48).join('') || 'export'}-${today()}`;
}

/** Such as 2026-03-01, where the lab runs. */
function today(): string {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()]
    .map((part) => String(part).padStart(2, '0'))
    .join('-');
}
