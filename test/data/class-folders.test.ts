import { describe, expect, test } from 'vitest';
import { folderNames, fromFolderName, toFolderName } from '../../src-main/data/class-folders.ts';
import { labErrorOf } from '../helpers/lab-errors.ts';

describe("a class's name as a folder's", () => {
  test.each([
    ['cat', 'cat'],
    ['Ankle boot', 'Ankle boot'],
    ['猫', '猫'],
    ['../x', '%2E.%2Fx'],
    ['..', '%2E%2E'],
    ['.', '%2E'],
    ['/etc/passwd', '%2Fetc%2Fpasswd'],
    ['a\\b', 'a%5Cb'],
    ['C:', 'C%3A'],
    ['CON', '%43ON'],
    ['nul.txt', '%6Eul.txt'],
    ['com1', '%63om1'],
    ['console', 'console'],
    ['.git', '%2Egit'],
    ['__MACOSX', '%5F_MACOSX'],
    ['dot.', 'dot%2E'],
    ['space ', 'space%20'],
    [' space', '%20space'],
    ['T-shirt/top', 'T-shirt%2Ftop'],
    ['100%', '100%25'],
    ['a%2Fb', 'a%252Fb'],
    ['line\nbreak\u0000', 'line%0Abreak%00'],
    ['*?"<>|', '%2A%3F%22%3C%3E%7C'],
  ])('%j is %j, and back', (name, folder) => {
    expect(toFolderName(name)).toBe(folder);
    expect(fromFolderName(folder)).toBe(name);
  });

  test('no name at all', () => {
    expect(toFolderName('')).toBe('%');
  });

  test('folders that nobody escaped are called as they are', () => {
    for (const folder of ['100%', 'a%20b', '%zz', 'x%41', '%', '%ff', 'caf%C3%A9']) {
      expect(fromFolderName(folder)).toBe(folder);
    }
  });

  test('names that some file system takes for one another are kept apart, and come back', () => {
    const names = ['CAT', 'Cat', 'cat', 'nul', 'NUL', 'stra\u00dfe', 'STRASSE'];
    const folders = folderNames(names);
    expect([...folders.values()]).toEqual([
      ...['CAT', '%43at', '%63at', '%6Eul', '%4EUL', 'stra\u00dfe', '%53TRASSE'],
    ]);
    for (const [name, folder] of folders) expect(fromFolderName(folder)).toBe(name);
  });

  test('a name that is too long is refused', () => {
    expect(labErrorOf(() => toFolderName('/'.repeat(86)))).toEqual({
      code: 'INVALID_ARGUMENT',
      message: `The class "${'/'.repeat(40)}…" cannot be a folder: its name takes 258 bytes, the limit is 255.`,
      hint: 'Give the class a shorter name.',
    });
  });
});
