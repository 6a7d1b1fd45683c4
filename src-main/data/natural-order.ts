/** The order of names: numbers inside them sort as numbers, everything else by code point. */

/** Compares by code point, as SQLite's BINARY collation and Python do; JavaScript's `<` compares UTF-16 units. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at++) {
    const x = a.charCodeAt(at);
    const y = b.charCodeAt(at);
    if (x !== y) return surrogatesLast(x) - surrogatesLast(y);
  }
  return a.length - b.length;
}

/** Moves surrogates (U+D800 to U+DFFF, which code the planes above the first) behind U+FFFF. */
function surrogatesLast(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

/**
 * A text whose code-point order is the natural order of the paths: `cat.2.jpg` before `cat.10.jpg`, and a
 * folder's content before its neighbours with a longer name. Every run of digits is written as `0`, its length
 * without leading zeros as one character, and its digits. Paths that differ only in leading zeros get the same
 * key: break such ties by the path itself. `path` is taken in NFC with `/` between its parts.
 */
export function naturalKey(path: string): string {
  return path.replaceAll('/', '\u0001').replace(/[0-9]+/g, (digits) => {
    const significant = digits.replace(/^0+(?=.)/, '');
    return `0${String.fromCharCode(0x30 + Math.min(significant.length, MAX_DIGITS))}${significant}`;
  });
}

/** Keeps the length's character below the surrogates; no file system allows longer names. */
const MAX_DIGITS = 0x8000;

/** Names in natural order, compared in NFC. Returns a new list. */
export function sortNaturally(names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, nfc: name.normalize('NFC') }))
    .map(({ name, nfc }) => ({ name, nfc, key: naturalKey(nfc) }))
    .sort((a, b) => compareCodePoints(a.key, b.key) || compareCodePoints(a.nfc, b.nfc))
    .map(({ name }) => name);
}
