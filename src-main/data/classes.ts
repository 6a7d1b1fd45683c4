/** Which classes of a source are taken, and what they are called. */
import { LabError } from '../../src-shared/errors.ts';
import { compareCodePoints } from './natural-order.ts';

/** What the user asks for. Names are compared in NFC. */
export interface ClassChoice {
  /** The only classes to take, as the source calls them; all unless given. */
  readonly classes?: readonly string[];
  /** New names by those of the source; two classes may get one name. */
  readonly rename?: Readonly<Record<string, string>>;
}

/** Distinct names in code-point order, each in the spelling that came first. */
export function distinctClasses(names: Iterable<string>): string[] {
  const byKey = new Map<string, string>();
  for (const name of names) {
    const key = name.normalize('NFC');
    if (!byKey.has(key)) byKey.set(key, name);
  }
  return [...byKey].sort(([a], [b]) => compareCodePoints(a, b)).map(([, name]) => name);
}

/**
 * The name that each class of the source gets, or undefined for one that is not taken.
 *
 * @throws LabError `CLASS_UNKNOWN` for a name the source does not have, `INVALID_ARGUMENT` for an empty new name
 */
export function chooseClasses(
  root: string,
  existing: readonly string[],
  { classes, rename = {} }: ClassChoice,
): (className: string) => string | undefined {
  const taken = keysOf(root, classes ?? existing, existing);
  const renamed = new Map(Object.entries(rename).map(([from, to]) => [from.normalize('NFC'), to]));
  keysOf(root, renamed.keys(), existing);
  for (const [from, to] of renamed) {
    if (!taken.has(from)) throw notTaken(from);
    if (to !== '') continue;
    throw new LabError('INVALID_ARGUMENT', `The class "${from}" cannot be renamed to nothing.`);
  }
  return (className) => {
    const key = className.normalize('NFC');
    return taken.has(key) ? (renamed.get(key) ?? className) : undefined;
  };
}

function keysOf(root: string, asked: Iterable<string>, existing: readonly string[]): Set<string> {
  const known = new Set(existing.map((name) => name.normalize('NFC')));
  const keys = new Set<string>();
  for (const name of asked) {
    const key = name.normalize('NFC');
    if (!known.has(key)) throw unknownClass(root, name, existing);
    keys.add(key);
  }
  return keys;
}

function notTaken(name: string): LabError {
  return new LabError('CLASS_UNKNOWN', `The class "${name}" is to be renamed, but not among those to take.`, {
    hint: 'Add it to --classes, or leave its --rename out.',
  });
}

function unknownClass(root: string, name: string, existing: readonly string[]): LabError {
  const classes = distinctClasses(existing).map((known) => `"${known}"`);
  const found = classes.length === 0 ? 'its images have no labels' : `its classes are ${classes.join(', ')}`;
  return new LabError('CLASS_UNKNOWN', `${root} has no class "${name}": ${found}.`, {
    hint: 'Check the spelling; upper and lower case differ.',
  });
}
