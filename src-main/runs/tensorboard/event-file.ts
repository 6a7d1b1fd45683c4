/** An event file: TFRecords, each of them one `Event`, added to the end and never changed. */
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { toBinary } from '@bufbuild/protobuf';
import { writeError } from '../../base/atomic-file.ts';
import { maskedCrc32c } from './crc32c.ts';
import { fileVersion } from './events.ts';
import { EventSchema, type Event } from './proto/tensorboard_pb.ts';

/**
 * A TFRecord: the data's length as uint64, the length's masked CRC-32C, the data, their masked CRC-32C; all
 * numbers little-endian.
 */
export function frameRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(data.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(data), true);
  return record;
}

/** The bytes of some events, one record each. */
export function encodeEvents(events: readonly Event[]): Uint8Array {
  return Buffer.concat(events.map((event) => frameRecord(toBinary(EventSchema, event))));
}

/** An event file under way. After a crash it ends with the last whole record that was written. */
export class EventFile {
  readonly #file: string;
  readonly #handle: number;

  /**
   * Makes a new file.
   *
   * @throws LabError `OUTPUT_UNWRITABLE`, `DISK_FULL`
   */
  constructor(file: string) {
    this.#file = file;
    this.#handle = this.#guard(() => openSync(file, 'wx'));
    this.write([fileVersion(Date.now())]);
  }

  /** Adds events in one go. @throws LabError `DISK_FULL`, `OUTPUT_UNWRITABLE` */
  write(events: readonly Event[]): void {
    if (events.length === 0) return;
    const bytes = encodeEvents(events);
    this.#guard(() => {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#handle, bytes, at);
    });
  }

  /** Forces everything to the disk and ends the file. */
  close(): void {
    this.#guard(() => {
      try {
        fsyncSync(this.#handle);
      } finally {
        closeSync(this.#handle);
      }
    });
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw writeError(this.#file, error);
    }
  }
}
