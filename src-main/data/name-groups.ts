/** Group keys taken from file names by a pattern of the user's. */
import { basename } from 'node:path';
import { runInNewContext } from 'node:vm';
import { LabError } from '../../src-shared/errors.ts';

/** Names are cut here; no file system has longer ones. */
const MAX_NAME = 255;

/** A million names take a fraction of this with an ordinary pattern; nested repetitions can take forever. */
const TIME_LIMIT_MS = 5000;

/**
 * What the pattern's first capture group matches in each path's file name; undefined where it does not match.
 *
 * @throws LabError `SPLIT_INVALID` if the pattern is no regular expression, has no capture group, matches no
 * name, or takes too long.
 */
export function nameGroups(paths: readonly string[], pattern: string): (string | undefined)[] {
  const expression = compile(pattern);
  const names = paths.map((path) => basename(path).normalize('NFC').slice(0, MAX_NAME));
  const groups = matchAll(expression, names, pattern);
  if (names.length > 0 && groups.every((group) => group === undefined)) {
    throw invalid(pattern, `matches none of the ${names.length} file names, such as "${names[0]}"`);
  }
  return groups;
}

function compile(pattern: string): RegExp {
  let groups: number;
  let expression: RegExp;
  try {
    expression = new RegExp(pattern, 'u');
    // With an empty alternative it matches the empty text, and the match tells the number of groups.
    groups = new RegExp(`${pattern}|`, 'u').exec('')!.length - 1;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw invalid(pattern, `is no regular expression (${reason})`);
  }
  if (groups === 0) throw invalid(pattern, 'has no capture group, which would give the key of the group');
  return expression;
}

function matchAll(expression: RegExp, names: readonly string[], pattern: string): (string | undefined)[] {
  const sandbox = { groups: () => names.map((name) => expression.exec(name)?.[1] || undefined) };
  try {
    // Only a script with a time limit can be stopped in the middle of a match.
    return runInNewContext('groups()', sandbox, { timeout: TIME_LIMIT_MS }) as (string | undefined)[];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
    throw invalid(pattern, `takes longer than ${TIME_LIMIT_MS / 1000} seconds on the file names`);
  }
}

function invalid(pattern: string, problem: string): LabError {
  return new LabError('SPLIT_INVALID', `The group pattern "${pattern}" ${problem}.`, {
    hint: 'Give a regular expression such as ^(scene[0-9]+)_ whose first group is equal for images that belong together.',
  });
}
