/** What all archives have in common: members that are checked before anything is done with them. */
import { LabError } from '../../../src-shared/errors.ts';

/** A file in an archive. */
export interface Member {
  /** Relative, with `/` between the parts; never leads out of the archive. */
  readonly file: string;
  /** Unpacked. */
  readonly size: number;
}

/** A member that was read. */
export interface ReadMember {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/** How much an archive may unpack to. */
export interface ArchiveLimits {
  /** All members together, unpacked; {@link DEFAULT_ARCHIVE_BYTES} unless given. */
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** An archive of some kind. */
export interface Archive {
  /** Every file, checked. @throws LabError as {@link openArchive} does */
  members(): Promise<Member[]>;
  /** Reads some files, in the archive's order. @throws LabError as {@link openArchive} does */
  read(files: ReadonlySet<string>): AsyncGenerator<ReadMember, void, undefined>;
}

/** 64 GiB: four times ImageNet's validation set, and still no surprise for a disk. */
export const DEFAULT_ARCHIVE_BYTES = 64 * 2 ** 30;

/** The largest known sets have fifteen million pictures, in many archives. */
export const MAX_MEMBERS = 4_000_000;

/** As for a picture's own file; the largest file of a known binary set is CIFAR-100's, with 150 MB. */
export const MAX_MEMBER_BYTES = 512 * 2 ** 20;

/** Pictures are compressed already; blank ones and the label files of MNIST reach 20. */
export const MAX_RATIO = 200;

/** Below this many unpacked bytes the ratio says nothing. */
export const RATIO_FREE_BYTES = 16 * 2 ** 20;

/** Collects members and refuses what no honest archive of pictures holds. */
export class MemberCheck {
  readonly members: Member[] = [];
  readonly #archive: string;
  readonly #maxBytes: number;
  readonly #names = new Set<string>();
  #bytes = 0;

  constructor(archive: string, { maxBytes = DEFAULT_ARCHIVE_BYTES }: ArchiveLimits) {
    this.#archive = archive;
    this.#maxBytes = maxBytes;
  }

  /** Takes a file in. @throws LabError `ARCHIVE_UNSAFE` */
  add(name: string, size: number): Member {
    const file = checkedName(this.#archive, name);
    const key = file.normalize('NFC');
    if (this.#names.has(key)) throw unsafe(this.#archive, `it has two members ${JSON.stringify(name)}`);
    this.#names.add(key);
    if (this.#names.size > MAX_MEMBERS) {
      throw unsafe(this.#archive, `it has more than ${MAX_MEMBERS} members`);
    }
    if (size > MAX_MEMBER_BYTES) {
      throw unsafe(
        this.#archive,
        `its member ${JSON.stringify(name)} has ${size} bytes, the limit is ${MAX_MEMBER_BYTES}`,
      );
    }
    this.#bytes += size;
    if (this.#bytes > this.#maxBytes) throw tooLarge(this.#archive, this.#maxBytes);
    const member = { file, size };
    this.members.push(member);
    return member;
  }
}

/** A member's path, without empty parts. @throws LabError `ARCHIVE_UNSAFE` for one that leads elsewhere */
export function checkedName(archive: string, name: string): string {
  if (/^[/\\]|^[A-Za-z]:/.test(name)) {
    throw unsafe(archive, `its member ${JSON.stringify(name)} has an absolute path`);
  }
  if (name.split(/[/\\]/).includes('..')) {
    throw unsafe(archive, `its member ${JSON.stringify(name)} leads out of the archive`);
  }
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || name.includes('\0')) {
    throw unsafe(archive, `it has a member with the name ${JSON.stringify(name)}`);
  }
  return parts.join('/');
}

/** Checks a folder's path; that of the whole archive, `./`, has no name. @throws LabError `ARCHIVE_UNSAFE` */
export function checkFolder(archive: string, name: string): void {
  if (name.split('/').some((part) => part !== '' && part !== '.')) checkedName(archive, name);
}

/** The error for an archive that unpacks to more than is allowed. */
export function tooLarge(archive: string, maxBytes: number): LabError {
  return new LabError(
    'ARCHIVE_UNSAFE',
    `The archive ${archive} is refused: it unpacks to more than ${maxBytes} bytes.`,
    { hint: 'If it is meant to be that large, raise the limit with --max-archive-bytes.' },
  );
}

/** The error for an archive that looks like an attack, or would be one. `problem` is a clause. */
export function unsafe(archive: string, problem: string): LabError {
  return new LabError('ARCHIVE_UNSAFE', `The archive ${archive} is refused: ${problem}.`, {
    hint: 'If you trust it, unpack it yourself and import the folder.',
  });
}

/** The error for a packed file of MNIST, which needs those beside it. */
export function singleIdx(file: string): LabError {
  return new LabError(
    'SOURCE_UNREADABLE',
    `${file} is a single IDX file, expected images with their labels.`,
    {
      hint: 'Give the folder that holds both.',
    },
  );
}

/** The error for an archive that cannot be read. `problem` is a clause. */
export function corrupt(archive: string, problem: string, cause?: unknown): LabError {
  return new LabError('ARCHIVE_CORRUPT', `The archive ${archive} is damaged or cut off: ${problem}.`, {
    hint: 'Get it again from where it came; nothing was imported.',
    cause,
  });
}

/** The error for whatever went wrong while an archive was read. */
export function readFailure(archive: string, error: unknown): LabError {
  if (error instanceof LabError) return error;
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (syscall === undefined) return corrupt(archive, message.replace(/\.$/, ''), error);
  return new LabError('SOURCE_UNREADABLE', `${archive} cannot be read (${code ?? message}).`, {
    cause: error,
  });
}

/** Throws LabError `CANCELLED` when the signal says so. */
export function checkCancelled(archive: string, signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new LabError('CANCELLED', `Reading the archive ${archive} was cancelled; nothing was imported.`);
  }
}
