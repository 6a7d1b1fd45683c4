/** The instructions of pickles, protocols 2 to 5, as far as data needs them. */
import { MARK, type PickleMachine } from './pickle-machine.ts';

type Instruction = (machine: PickleMachine) => void;

/** Ends a pickle. */
export const STOP = 0x2e;

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The instruction that pickletools writes as this letter. */
function code(letter: string): number {
  return letter.charCodeAt(0);
}

/** Every instruction but {@link STOP}, by its code. */
export const INSTRUCTIONS: ReadonlyMap<number, Instruction> = new Map<number, Instruction>([
  // Frames of the stream; out-of-band buffers are not supported.
  [
    0x80, // PROTO
    (m) => {
      const protocol = m.uint(1);
      if (protocol > 5) throw m.error(`protocol ${protocol} is not supported, only 5 and earlier`);
    },
  ],
  [0x95, (m) => void m.uint(8)], // FRAME
  // Stack and memo.
  [code('('), (m) => m.push(MARK)], // MARK
  [code('0'), (m) => void m.pop()], // POP
  [code('1'), (m) => void m.popToMark()], // POP_MARK
  [code('2'), (m) => m.push(m.top())], // DUP
  [code('q'), (m) => m.put(m.uint(1))], // BINPUT
  [code('r'), (m) => m.put(m.uint(4))], // LONG_BINPUT
  [0x94, (m) => m.memoize()], // MEMOIZE
  [code('h'), (m) => m.get(m.uint(1))], // BINGET
  [code('j'), (m) => m.get(m.uint(4))], // LONG_BINGET
  // Constants and numbers.
  [code('N'), (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [code('J'), (m) => m.push(m.int32())], // BININT
  [code('K'), (m) => m.push(m.uint(1))], // BININT1
  [code('M'), (m) => m.push(m.uint(2))], // BININT2
  [0x8a, (m) => m.push(m.long(m.uint(1)))], // LONG1
  [0x8b, (m) => m.push(m.long(m.uint(4)))], // LONG4
  [code('G'), (m) => m.push(m.float64())], // BINFLOAT
  // Texts and bytes. Python 2's str is bytes; names in it are ASCII.
  [code('X'), (m) => m.push(m.utf8(m.uint(4)))], // BINUNICODE
  [0x8c, (m) => m.push(m.utf8(m.uint(1)))], // SHORT_BINUNICODE
  [0x8d, (m) => m.push(m.utf8(m.uint(8)))], // BINUNICODE8
  [code('T'), (m) => m.push(latin1(m.take(m.uint(4))))], // BINSTRING
  [code('U'), (m) => m.push(latin1(m.take(m.uint(1))))], // SHORT_BINSTRING
  [code('B'), (m) => m.push(m.take(m.uint(4)))], // BINBYTES
  [code('C'), (m) => m.push(m.take(m.uint(1)))], // SHORT_BINBYTES
  [0x8e, (m) => m.push(m.take(m.uint(8)))], // BINBYTES8
  [0x96, (m) => m.push(m.take(m.uint(8)))], // BYTEARRAY8
  // Tuples, lists, dicts, sets.
  [code(')'), (m) => m.push([])], // EMPTY_TUPLE
  [code('t'), (m) => m.push(m.popToMark())], // TUPLE
  [0x85, (m) => m.push(m.popMany(1))], // TUPLE1
  [0x86, (m) => m.push(m.popMany(2))], // TUPLE2
  [0x87, (m) => m.push(m.popMany(3))], // TUPLE3
  [code(']'), (m) => m.push([])], // EMPTY_LIST
  [code('a'), (m) => append(m, [m.pop()])], // APPEND
  [code('e'), (m) => append(m, m.popToMark())], // APPENDS
  [code('}'), (m) => m.push(new Map())], // EMPTY_DICT
  [code('s'), (m) => m.setItems(m.popMany(2))], // SETITEM
  [code('u'), (m) => m.setItems(m.popToMark())], // SETITEMS
  [0x8f, (m) => m.push(new Set())], // EMPTY_SET
  [
    0x90, // ADDITEMS
    (m) => {
      const items = m.popToMark();
      const set = m.set();
      for (const item of items) set.add(item);
    },
  ],
  [0x91, (m) => m.push(new Set(m.popToMark()))], // FROZENSET
  // Globals, and objects made of them.
  [code('c'), (m) => m.global(m.line(), m.line())], // GLOBAL
  [
    0x93, // STACK_GLOBAL
    (m) => {
      const [module, name] = m.popMany(2);
      m.global(module, name);
    },
  ],
  [code('R'), callTop], // REDUCE
  [0x81, callTop], // NEWOBJ
  [code('b'), (m) => m.build()], // BUILD
  [code('Q'), (m) => m.persistent()], // BINPERSID
]);

function append(machine: PickleMachine, items: readonly unknown[]): void {
  const list = machine.list();
  for (const item of items) list.push(item);
}

function callTop(machine: PickleMachine): void {
  const [callee, args] = machine.popMany(2);
  machine.push(machine.call(callee, args));
}
