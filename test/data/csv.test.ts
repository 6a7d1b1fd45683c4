import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { csvTable, plainCell, safeCell } from '../../src-main/data/formats/csv.ts';

function textOf(pieces: Iterable<Uint8Array>): string {
  return Buffer.concat([...pieces]).toString('utf8');
}

describe('cells', () => {
  test.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\t=1',
    '\r=1',
    '\n=1',
    '＝1',
    '＋1',
    '－1',
    '＠x',
    "'=1",
    "''-x",
  ])('%j is no formula, and can be taken back', (cell) => {
    expect(safeCell(cell)).toBe(`'${cell}`);
    expect(plainCell(safeCell(cell))).toBe(cell);
  });

  test.each(['cat', '', 'a=b', "it's", "'quoted'", '3-1', '猫'])('%j stays', (cell) => {
    expect(safeCell(cell)).toBe(cell);
    expect(plainCell(cell)).toBe(cell);
  });
});

describe('csvTable', () => {
  test('spreadsheets know it for UTF-8, and every cell is quoted', () => {
    const bytes = Buffer.concat([...csvTable(['file', 'p'], [['猫;=1.jpg', 0.25]])]);
    expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
    expect(bytes.subarray(3).toString('utf8')).toBe('"file","p"\r\n"猫;=1.jpg","0.25"\r\n');
  });

  test('many rows come in pieces, and all of them', () => {
    const rows = Array.from({ length: 2500 }, (_, index) => [`"${index}",\n`, index]);
    const pieces = [...csvTable(['a', 'b'], rows)];
    expect(pieces.length).toBeGreaterThan(3);
    const { data } = Papa.parse<string[]>(textOf(pieces).slice(1).trimEnd());
    expect(data).toHaveLength(2501);
    expect(data[2500]).toEqual(['"2499",\n', '2499']);
  });
});
