/**
 * Names of classes as names of folders, which every file system can hold and which can be turned back: whatever
 * cannot stand in a folder's name is written as `%` and the two hexadecimal digits of each UTF-8 byte.
 */
import { LabError } from '../../src-shared/errors.ts';

/** Windows' devices, which are taken for the device with any extension as well. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/i;

/** Folders that no import enters. */
const SYSTEM = /^(__macosx|\$recycle\.bin|system volume information|@eadir)$/i;

/** What some file system refuses, and the sign of an escape itself. */
// eslint-disable-next-line no-control-regex -- control characters are among them
const FORBIDDEN = /[\u0000-\u001f\u007f"%*/:<>?\\|]/;

/** Stands for no name at all. */
const EMPTY = '%';

/** File systems allow 255 bytes. */
const MAX_BYTES = 255;

/** A name that stays inside its folder on every file system. @throws LabError `INVALID_ARGUMENT` when too long */
export function toFolderName(name: string): string {
  if (name === '') return EMPTY;
  const plain = encode(name, 0);
  return requireShort(name, DEVICE.test(plain) || SYSTEM.test(plain) ? encode(name, 1) : plain);
}

/** The class of a folder; one that {@link folderNames} would never give is called as it is. */
export function fromFolderName(folder: string): string {
  const name = folder.includes('%') ? decode(folder) : folder;
  if (name === undefined) return folder;
  const escaped = [...name].findIndex((_, index) => encode(name, index) === folder);
  return escaped < 0 && encode(name, name.length) !== folder ? folder : name;
}

/**
 * Folder names of classes, distinct also where upper and lower case are the same.
 *
 * @returns by the class's name
 * @throws LabError `INVALID_ARGUMENT` for a name that is too long
 */
export function folderNames(classes: Iterable<string>): Map<string, string> {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  for (const name of classes) {
    let folder = toFolderName(name);
    for (let escaped = 1; taken.has(foldCase(folder)); escaped++) folder = encode(name, escaped);
    taken.add(foldCase(folder));
    names.set(name, requireShort(name, folder));
  }
  return names;
}

/** Names that some file system takes for one another have the same key. */
export function foldCase(name: string): string {
  return name.normalize('NFC').toUpperCase().toLowerCase();
}

/** The name with its first `escaped` characters escaped, and whatever has to be. */
function encode(name: string, escaped: number): string {
  const letters = [...name];
  return letters
    .map((letter, index) => {
      const isEnd = index === 0 || index === letters.length - 1;
      const isSafe = index >= escaped && !FORBIDDEN.test(letter) && !(isEnd && /[. ]/.test(letter));
      return isSafe ? letter : escape(letter);
    })
    .join('');
}

function escape(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => `%${byte.toString(16).padStart(2, '0').toUpperCase()}`)
    .join('');
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

function requireShort(name: string, folder: string): string {
  const bytes = Buffer.byteLength(folder);
  if (bytes <= MAX_BYTES) return folder;
  throw new LabError(
    'INVALID_ARGUMENT',
    `The class "${name.slice(0, 40)}…" cannot be a folder: its name takes ${bytes} bytes, the limit is ${MAX_BYTES}.`,
    { hint: 'Give the class a shorter name.' },
  );
}
