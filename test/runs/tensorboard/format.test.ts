/** TFRecords and their checksum. */
import { describe, expect, test } from 'vitest';
import { crc32c, maskedCrc32c } from '../../../src-main/runs/tensorboard/crc32c.ts';
import { encodeEvents, frameRecord } from '../../../src-main/runs/tensorboard/event-file.ts';
import { fileVersion, scalarsEvent } from '../../../src-main/runs/tensorboard/events.ts';
import { bitwiseCrc32c, readEvents, readRecordData } from './event-reader.ts';

describe('CRC-32C', () => {
  // RFC 3720, section B.4, and the check value of the CRC catalogue.
  test.each([
    ['32 bytes of 0', new Uint8Array(32), 0x8a9136aa],
    ['32 bytes of 255', new Uint8Array(32).fill(255), 0x62a8ab43],
    ['bytes that rise', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['the digits 1 to 9', new TextEncoder().encode('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(), 0],
  ])('of %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
    expect(bitwiseCrc32c(bytes)).toBe(expected);
  });

  test('masked', () => {
    // The rotation by 15 of 0xe3069283 is 0x2507c60d.
    expect(maskedCrc32c(new TextEncoder().encode('123456789'))).toBe((0x2507c60d + 0xa282ead8) % 2 ** 32);
  });
});

describe('records', () => {
  const data = [new Uint8Array(), Uint8Array.of(7), Uint8Array.from({ length: 300 }, (_, i) => i % 251)];
  const bytes = Uint8Array.from(data.flatMap((piece) => [...frameRecord(piece)]));

  test('hold what was put in', () => {
    expect(readRecordData(bytes)).toEqual(data);
  });

  test('before a cut are whole', () => {
    for (let cut = 1; cut < 316; cut++) {
      expect(readRecordData(bytes.subarray(0, bytes.length - cut))).toHaveLength(2);
    }
  });

  test.each([0, 9, 20, 28, 40, 200, bytes.length - 1])('with a wrong byte %i are noticed', (at) => {
    const spoiled = Uint8Array.from(bytes);
    spoiled[at]! ^= 1;
    expect(() => readRecordData(spoiled)).toThrow(/^(length|data) at \d+$/);
  });
});

test('numbers of one moment', () => {
  const scalars = [
    { tag: 'a/zero', value: 0 },
    { tag: 'a/nan', value: NaN, description: 'None.' },
  ];
  const { versions, values } = readEvents(
    encodeEvents([fileVersion(500), scalarsEvent(1500, 2 ** 40, scalars)]),
  );
  expect(versions).toEqual(['brain.Event:2']);
  expect(values).toEqual([
    { wallTime: 1.5, step: 2 ** 40, tag: 'a/zero', plugin: '', description: '', scalar: 0 },
    { wallTime: 1.5, step: 2 ** 40, tag: 'a/nan', plugin: 'scalars', description: 'None.', scalar: NaN },
  ]);
});
