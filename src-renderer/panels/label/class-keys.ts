/** Keys that give classes: digits, then letters as they lie on a keyboard, without those that do something else. */
const KEYS = [...'123456789QWERTYUIOPDGHJKLZCVBM'];

/** The key of each class, as far as there are keys, in the order of the classes. */
export function classKeys(names: readonly string[]): Map<string, string> {
  return new Map(names.slice(0, KEYS.length).map((name, at) => [name, KEYS[at]!]));
}
