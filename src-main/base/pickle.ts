/**
 * A reader of Python pickles that executes nothing: it builds plain values, and of globals it knows only those
 * the caller lists, each with a function of ours in its place.
 *
 * Protocols 2 to 5 are read, as far as data needs them. Memory is bounded, since every instruction builds at most
 * one value of about the size of its own bytes, and their number is limited; nested values are never walked, so
 * depth costs nothing.
 *
 * @see https://github.com/python/cpython/blob/main/Lib/pickletools.py for the instructions
 */
import { INSTRUCTIONS, STOP } from './pickle-instructions.ts';
import { PickleMachine, type PickleOptions } from './pickle-machine.ts';

export { PickleGlobal, PickleObject, type PickleFunction, type PickleOptions } from './pickle-machine.ts';

/** A network of a thousand layers needs about a hundred thousand. */
const MAX_INSTRUCTIONS = 1_000_000;

/**
 * The value of a pickle: dict as `Map`, list and tuple as arrays, set as `Set`, str as string, bytes as
 * `Uint8Array`, int as number where that is exact, else as bigint, None as null.
 *
 * @throws LabError WEIGHTS_FORBIDDEN_GLOBAL naming a global that is not listed; WEIGHTS_PARSE naming the
 * instruction and place of anything else that is wrong.
 */
export function unpickle(bytes: Uint8Array, options: PickleOptions): unknown {
  const machine = new PickleMachine(bytes, options);
  for (let executed = 0; ; executed++) {
    machine.begin();
    if (executed === MAX_INSTRUCTIONS)
      throw machine.error(`there are more than ${MAX_INSTRUCTIONS} instructions`);
    const code = machine.uint(1);
    if (code === STOP) return machine.result();
    const instruction = INSTRUCTIONS.get(code);
    if (instruction === undefined) throw machine.error(`instruction 0x${hex(code)} is not supported`);
    instruction(machine);
  }
}

function hex(code: number): string {
  return code.toString(16).padStart(2, '0');
}
