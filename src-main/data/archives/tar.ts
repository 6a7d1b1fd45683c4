/** Tar archives, plain or in gzip, read as a stream: nothing of them is ever unpacked by its own name. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import {
  type Archive,
  type ArchiveLimits,
  checkCancelled,
  checkFolder,
  corrupt,
  DEFAULT_ARCHIVE_BYTES,
  MAX_RATIO,
  type Member,
  MemberCheck,
  RATIO_FREE_BYTES,
  type ReadMember,
  readFailure,
  singleIdx,
  tooLarge,
  unsafe,
} from './archive.ts';

/** A tar archive. Both calls read the file from its beginning. */
export function tarArchive(path: string, { gzip }: { gzip: boolean }, limits: ArchiveLimits): Archive {
  return {
    async members(): Promise<Member[]> {
      const check = new MemberCheck(path, limits);
      for await (const _ of walk(path, gzip, limits, { check })) checkCancelled(path, limits.signal);
      return check.members;
    },

    async *read(wanted) {
      const check = new MemberCheck(path, limits);
      yield* walk(path, gzip, limits, { check, wanted });
    },
  };
}

/** What a walk does with members: check all, and give out those wanted. */
interface Task {
  readonly check: MemberCheck;
  readonly wanted?: ReadonlySet<string>;
}

async function* walk(
  path: string,
  gzip: boolean,
  limits: ArchiveLimits,
  task: Task,
): AsyncGenerator<ReadMember, void, undefined> {
  const reader = new TarReader(path, task);
  for await (const chunk of contents(path, gzip, limits)) {
    checkCancelled(path, limits.signal);
    reader.write(chunk);
    yield* reader.takeRead();
  }
  reader.end();
  yield* reader.takeRead();
}

/** The tar stream in pieces, unpacked and measured. */
async function* contents(
  path: string,
  gzip: boolean,
  { maxBytes = DEFAULT_ARCHIVE_BYTES }: ArchiveLimits,
): AsyncGenerator<Buffer, void, undefined> {
  const file = createReadStream(path, { highWaterMark: 2 ** 18 });
  // Failures of either stream end the loop below.
  const stream = gzip ? pipeline(file, createGunzip({ chunkSize: 2 ** 18 }), () => undefined) : file;
  let unpacked = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      unpacked += chunk.length;
      // Headers and padding come on top of the members' own bytes.
      if (unpacked > 2 * maxBytes + RATIO_FREE_BYTES) throw tooLarge(path, maxBytes);
      if (unpacked > RATIO_FREE_BYTES && unpacked > MAX_RATIO * file.bytesRead) {
        throw unsafe(path, `it unpacks to more than ${MAX_RATIO} times its size`);
      }
      yield chunk;
    }
  } catch (error) {
    throw readFailure(path, error);
  } finally {
    file.destroy();
  }
}

const FILES = new Set(['File', 'OldFile', 'ContiguousFile']);
const FOLDERS = new Set(['Directory', 'GNUDumpDir']);

/** node-tar's parser, fed synchronously, so that one piece of the stream is in memory at a time. */
class TarReader {
  readonly #path: string;
  readonly #task: Task;
  readonly #parser: Parser;
  #read: ReadMember[] = [];
  #problem: Error | undefined;
  #begun = false;
  #ended = false;

  constructor(path: string, task: Task) {
    this.#path = path;
    this.#task = task;
    this.#parser = new Parser({ strict: true, onReadEntry: (entry) => this.#guard(() => this.#take(entry)) });
    this.#parser.on('error', (error: Error) => (this.#problem ??= this.#translate(error)));
    this.#parser.on('ignoredEntry', (entry: ReadEntry) => this.#guard(() => this.#refuse(entry)));
    for (const end of ['nullBlock', 'eof']) this.#parser.on(end, () => (this.#ended = true));
  }

  write(chunk: Buffer): void {
    // node-tar would unpack these by itself, without our limits.
    if (!this.#begun && PACKED.some((start) => chunk.subarray(0, start.length).equals(start))) {
      throw unsafe(this.#path, 'it is compressed twice');
    }
    if (!this.#begun && chunk.subarray(0, 3).equals(IDX)) throw singleIdx(this.#path);
    this.#begun = true;
    this.#parser.write(chunk);
    this.#throwProblem();
  }

  end(): void {
    this.#parser.end();
    this.#throwProblem();
    if (!this.#ended) throw corrupt(this.#path, 'the mark at its end is missing');
  }

  /** What was read completely since the last call. */
  takeRead(): ReadMember[] {
    return this.#read.splice(0);
  }

  #take(entry: ReadEntry): void {
    const { path: name, type, size } = entry;
    entry.resume();
    if (FOLDERS.has(type)) {
      checkFolder(this.#path, name);
      return;
    }
    if (!FILES.has(type)) throw unsafe(this.#path, `its member ${JSON.stringify(name)} is ${describe(type)}`);
    if (!Number.isSafeInteger(size) || size < 0) {
      throw corrupt(this.#path, `its member ${JSON.stringify(name)} has an impossible size`);
    }
    const { file } = this.#task.check.add(name, size);
    if (this.#task.wanted?.has(file) !== true) return;
    const pieces: Buffer[] = [];
    entry.on('data', (piece: Buffer) => pieces.push(piece));
    entry.on('end', () => this.#read.push({ file, bytes: Buffer.concat(pieces) }));
  }

  #refuse({ meta, path: name, type }: ReadEntry): void {
    throw meta
      ? unsafe(this.#path, 'a header in it is larger than 1 MiB')
      : unsafe(this.#path, `its member ${JSON.stringify(name)} is ${describe(type)}`);
  }

  /** Errors inside the parser's events are kept for after the write that caused them. */
  #guard(work: () => void): void {
    try {
      if (this.#problem === undefined) work();
    } catch (error) {
      this.#problem = error as Error;
    }
  }

  #throwProblem(): void {
    if (this.#problem !== undefined) throw this.#problem;
  }

  #translate(error: Error & { tarCode?: string }): Error {
    if (error.tarCode === undefined) return error;
    return corrupt(this.#path, error.message.replace(/^TAR_[A-Z_]+: /, ''), error);
  }
}

/** How IDX files of bytes begin, in which MNIST comes. No tar does: its first name is not empty. */
const IDX = Buffer.from([0, 0, 8]);

/** How gzip and Zstandard begin. */
const PACKED = [Buffer.from([0x1f, 0x8b]), Buffer.from([0x28, 0xb5, 0x2f, 0xfd])];

function describe(type: string): string {
  switch (type) {
    case 'Link':
    case 'SymbolicLink':
      return 'a link';
    case 'CharacterDevice':
    case 'BlockDevice':
    case 'FIFO':
      return 'a device';
    default:
      return `of the kind ${type}, which is not read`;
  }
}
