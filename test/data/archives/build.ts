/** Archives made byte by byte, honest or not. */
import { crc32, deflateRawSync } from 'node:zlib';

/** A member of {@link tarOf}. */
export interface TarMember {
  readonly name: string;
  readonly data?: Uint8Array | string;
  /** The header's type: `0` a file, `2` a symbolic link, `5` a folder, … */
  readonly type?: string;
  readonly link?: string;
  /** What the header states, if not the truth. */
  readonly size?: number;
}

/** A POSIX ustar archive (IEEE 1003.1, pax): a header of 512 bytes, the data padded to as many, two empty blocks. */
export function tarOf(members: readonly TarMember[], { end = true } = {}): Buffer {
  const blocks = members.flatMap(({ name, data = '', type = '0', link = '', size }) => {
    const bytes = Buffer.from(data);
    const header = Buffer.alloc(512);
    header.write(name, 0);
    header.write('0000644\0', 100);
    header.write('0000000\0', 108);
    header.write('0000000\0', 116);
    header.write(`${(size ?? bytes.length).toString(8).padStart(11, '0')} `, 124);
    header.write('00000000000 ', 136);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(link, 157);
    header.write('ustar\0', 257, 'latin1');
    header.write('00', 263);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return [header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(end ? 1024 : 0)]);
}

/** A member of {@link zipOf}. */
export interface ZipMember {
  readonly name: string;
  readonly data?: Uint8Array | string;
  /** General purpose flags; 0x800 says that names are UTF-8, 1 that the member is encrypted. */
  readonly flags?: number;
  /** 0 stored, 8 deflated. */
  readonly method?: number;
  /** Unix's st_mode. */
  readonly mode?: number;
  readonly crc?: number;
  /** What the headers state as the unpacked size, if not the truth. */
  readonly size?: number;
  /** Give the sizes in the zip64 field. */
  readonly zip64?: boolean;
}

/** A zip archive (PKWARE's APPNOTE 4.3). */
export function zipOf(members: readonly ZipMember[]): Buffer {
  const locals: Buffer[] = [];
  const entries: Buffer[] = [];
  let offset = 0;
  for (const { name, data = '', flags = 0x800, method = 0, mode = 0, zip64 = false, ...stated } of members) {
    const bytes = Buffer.from(data);
    const packed = method === 8 ? deflateRawSync(bytes) : bytes;
    const file = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(zip64 ? 45 : 20, 0);
    common.writeUInt16LE(flags, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(stated.crc ?? crc32(bytes), 10);
    common.writeUInt32LE(zip64 ? 0xffffffff : packed.length, 14);
    common.writeUInt32LE(zip64 ? 0xffffffff : (stated.size ?? bytes.length), 18);
    common.writeUInt16LE(file.length, 22);
    const extra = zip64 ? zip64Field(bytes.length, packed.length) : Buffer.alloc(0);
    common.writeUInt16LE(extra.length, 24);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, file, extra, packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE((mode << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    entries.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03'), common, rest, file, extra]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(members.length, 4);
  end.writeUInt16LE(members.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, directory, Buffer.from('PK\x05\x06'), end]);
}

function zip64Field(size: number, packed: number): Buffer {
  const field = Buffer.alloc(20);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(16, 2);
  field.writeBigUInt64LE(BigInt(size), 4);
  field.writeBigUInt64LE(BigInt(packed), 12);
  return field;
}
