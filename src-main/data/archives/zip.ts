/** Zip archives, also with zip64, read member by member: nothing of them is ever unpacked by its own name. */
import { isUtf8 } from 'node:buffer';
import { crc32 } from 'node:zlib';
import { type Entry, getFileNameLowLevel, openPromise, type ZipFile } from 'yauzl';
import { LabError } from '../../../src-shared/errors.ts';
import {
  type Archive,
  type ArchiveLimits,
  checkCancelled,
  checkFolder,
  corrupt,
  MAX_RATIO,
  type Member,
  MemberCheck,
  RATIO_FREE_BYTES,
  type ReadMember,
  readFailure,
  unsafe,
} from './archive.ts';

/** A zip archive. */
export function zipArchive(path: string, limits: ArchiveLimits): Archive {
  return {
    async members() {
      const members: Member[] = [];
      for await (const { member } of walk(path, limits)) members.push(member);
      return members;
    },

    async *read(wanted) {
      for await (const { member, zip, entry } of walk(path, limits)) {
        if (wanted.has(member.file)) yield await readMember(path, zip, entry, member);
      }
    },
  };
}

interface Found {
  readonly member: Member;
  readonly zip: ZipFile;
  readonly entry: Entry;
}

async function* walk(path: string, limits: ArchiveLimits): AsyncGenerator<Found, void, undefined> {
  const zip = await openPromise(path, { autoClose: false, decodeStrings: false }).catch((error: unknown) => {
    throw readFailure(path, error);
  });
  const check = new MemberCheck(path, limits);
  let unpacked = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      checkCancelled(path, limits.signal);
      const name = nameOf(entry);
      refuseSpecial(path, name, entry);
      if (name.endsWith('/')) {
        checkFolder(path, name);
        continue;
      }
      const member = check.add(name, entry.uncompressedSize);
      unpacked += member.size;
      // Members that share their bytes are small one by one, and only together a bomb.
      if (unpacked > Math.max(RATIO_FREE_BYTES, MAX_RATIO * zip.fileSize)) {
        throw unsafe(path, `it unpacks to more than ${MAX_RATIO} times its size`);
      }
      yield { member, zip, entry };
    }
  } catch (error) {
    // The header can be encrypted itself.
    const isEncrypted = error instanceof Error && error.message.includes('encryption');
    throw isEncrypted ? unsupported(path, 'it is encrypted') : readFailure(path, error);
  } finally {
    zip.close();
  }
}

/** Names are UTF-8 by their mark or, without it, wherever they can be; else the format's old CP437. */
function nameOf({ generalPurposeBitFlag, fileNameRaw, extraFields }: Entry): string {
  const utf8 = isUtf8(fileNameRaw) ? UTF8_FLAG : 0;
  return getFileNameLowLevel(generalPurposeBitFlag | utf8, fileNameRaw, extraFields, false);
}

const UTF8_FLAG = 0x800;

// The kind of a file in the upper half of the attributes, as Unix's st_mode has it.
const KIND = 0xf000;
const ORDINARY = new Set([0, 0x4000, 0x8000]);
const LINK = 0xa000;

function refuseSpecial(path: string, name: string, entry: Entry): void {
  const kind = (entry.externalFileAttributes >>> 16) & KIND;
  const member = `its member ${JSON.stringify(name)}`;
  if (!ORDINARY.has(kind)) throw unsafe(path, `${member} is a ${kind === LINK ? 'link' : 'device'}`);
  if (entry.isEncrypted()) throw unsupported(path, `${member} is encrypted`);
  if (entry.canDecodeFileData()) return;
  throw unsupported(path, `${member} is compressed by the method ${entry.compressionMethod}`);
}

async function readMember(
  path: string,
  zip: ZipFile,
  entry: Entry,
  { file, size }: Member,
): Promise<ReadMember> {
  const pieces: Buffer[] = [];
  try {
    // yauzl ends the stream with an error when it holds more or fewer bytes than stated.
    for await (const piece of await zip.openReadStreamPromise(entry)) pieces.push(piece as Buffer);
  } catch (error) {
    throw readFailure(path, error);
  }
  const bytes = Buffer.concat(pieces, size);
  if (crc32(bytes) === entry.crc32) return { file, bytes };
  throw corrupt(path, `the checksum of its member ${JSON.stringify(file)} does not match`);
}

function unsupported(path: string, problem: string): LabError {
  return new LabError('ARCHIVE_UNSUPPORTED', `The archive ${path} cannot be read: ${problem}.`, {
    hint: 'Unpack it with a program that can, and import the folder.',
  });
}
