/** JSON of a user's file, with the line and column where it is wrong. */
import { parse, printParseErrorCode, type ParseError } from 'jsonc-parser';

/** Brackets inside each other; parsers recurse. */
const DEEPEST = 64;

/** Text that is no JSON, or none that can be read. */
export class JsonTextError extends Error {}

/** Parses JSON. @throws JsonTextError with the line and column, counted from 1, of the first thing that is wrong */
export function parseJson(text: string): unknown {
  if (depthOf(text) > DEEPEST)
    throw new JsonTextError(`expected at most ${DEEPEST} brackets inside each other, found more`);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new JsonTextError(describe(text), { cause });
  }
}

function depthOf(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const character of text) {
    if ('[{'.includes(character)) deepest = Math.max(deepest, ++depth);
    else if (']}'.includes(character)) depth--;
  }
  return deepest;
}

function describe(text: string): string {
  const { error, offset } = firstError(text);
  const before = text.slice(0, offset).split('\n');
  return `line ${before.length}, column ${before.at(-1)!.length + 1}: ${inWords(printParseErrorCode(error))}`;
}

function firstError(text: string): Omit<ParseError, 'length'> {
  const errors: ParseError[] = [];
  parse(text, errors, { disallowComments: true });
  // InvalidSymbol, for what only JSON.parse refuses.
  return errors[0] ?? { error: 1, offset: text.length };
}

/** `CommaExpected` → `comma expected`. */
function inWords(code: string): string {
  return code.replaceAll(/(?<=[a-z])[A-Z]/g, (letter) => ` ${letter}`).toLowerCase();
}
