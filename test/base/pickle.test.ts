import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PickleGlobal, unpickle, type PickleFunction } from '../../src-main/base/pickle.ts';
import { LabError, type LabErrorJson } from '../../src-shared/errors.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/weights');
const HINT = 'The file is damaged or incomplete: get it again from where it came.';

const makeSet = (items: unknown = []) => new Set(items as unknown[]);
const GLOBALS = new Map<string, PickleFunction>([
  ['collections.OrderedDict', (pairs = []) => new Map(pairs as [unknown, unknown][])],
  ['_codecs.encode', (text) => Uint8Array.from(Buffer.from(text as string, 'latin1'))],
  ['builtins.set', makeSet],
  ['builtins.frozenset', makeSet],
  ['__builtin__.set', makeSet],
  ['__builtin__.frozenset', makeSet],
  ['m.named', null],
  [
    'm.refuse',
    () => {
      throw new TypeError('it is too long');
    },
  ],
  [
    'm.defect',
    () => {
      throw new Error('a defect of ours');
    },
  ],
]);

/** A pickle of texts and bytes, one after the other. */
function pickle(...parts: (string | number[])[]): Uint8Array {
  return Buffer.concat(
    parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))),
  );
}

function load(bytes: Uint8Array, persistentLoad?: (id: unknown) => unknown): unknown {
  return unpickle(bytes, {
    source: 'Reading x.pth failed',
    globals: GLOBALS,
    ...(persistentLoad === undefined ? {} : { persistentLoad }),
  });
}

function errorOf(bytes: Uint8Array): LabErrorJson {
  try {
    load(bytes);
  } catch (error) {
    if (error instanceof LabError) return error.toJSON();
    throw error;
  }
  throw new Error('expected a LabError, but nothing was thrown');
}

describe('unpickle', () => {
  it.each([2, 3, 4, 5])('reads what Python wrote with protocol %i', (protocol) => {
    const value = load(readFileSync(join(FIXTURES, `values-${protocol}.pkl`))) as Map<string, unknown>;
    const shared = value.get('shared') as unknown[];
    expect(shared[0]).toBe(shared[1]);
    expect(Uint8Array.from(value.get('bytes') as Uint8Array)).toEqual(Uint8Array.of(0, 255));
    value.delete('bytes');
    expect(value).toEqual(
      new Map<string, unknown>([
        ['none', null],
        ['bools', [true, false]],
        ['integers', [0, 255, 256, 65536, -1, 2 ** 31, -(2 ** 53) + 1, 2n ** 60n, -(2n ** 63n)]],
        ['floats', [0.5, -1e300]],
        ['texts', ['', '猫', 'x'.repeat(300)]],
        ['tuples', [[], [1], [1, 2], [1, 2, 3], [1, 2, 3, 4]]],
        ['nested', new Map([[1, new Map([['deep', [[]]]])]])],
        ['set', new Set([1])],
        ['frozenset', new Set([2])],
        [
          'ordered',
          new Map([
            ['b', 1],
            ['a', 2],
          ]),
        ],
        ['shared', [[1], [1]]],
      ]),
    );
  });

  it('gives globals that may only be named as values, and persistent ids to the caller', () => {
    const bytes = pickle([0x80, 2], 'cm\nnamed\n', [0x85], 'Q.');
    expect(load(bytes, (id) => ({ id }))).toEqual({ id: [new PickleGlobal('m.named')] });
  });

  it('ignores attributes, marks that are dropped, and text of Python 2', () => {
    expect(load(pickle('}}b.'))).toEqual(new Map());
    expect(load(pickle('K', [1], '(K', [2], '1.'))).toBe(1);
    expect(load(pickle('U', [2], 'ab0T', [1, 0, 0, 0], [0xe9], '.'))).toBe('é');
  });

  it('passes on defects of the functions it calls', () => {
    expect(() => load(pickle('cm\ndefect\n)R.'))).toThrow('a defect of ours');
  });

  it('builds deeply nested and cyclic values in bounded memory', () => {
    expect(load(pickle(']'.repeat(1) + 'q', [0], 'h', [0], 'a.'))).toHaveLength(1);
    let value = load(pickle(']'.repeat(400_000), 'a'.repeat(399_999), '.')) as unknown[];
    let depth = 0;
    while (value.length > 0) {
      value = value[0] as unknown[];
      depth += 1;
    }
    expect(depth).toBe(399_999);
  });

  it.each<[string, Uint8Array, string]>([
    ['nothing', pickle(''), 'at byte 0 of the pickle, 1 bytes are needed, but 0 are left'],
    ['no end', pickle('N'), 'at byte 1 of the pickle, 1 bytes are needed, but 0 are left'],
    [
      'a cut text',
      pickle('X', [9, 0, 0, 0], 'ab'),
      'at byte 0 of the pickle, 9 bytes are needed, but 2 are left',
    ],
    [
      'a text longer than memory',
      pickle([0x8d, 255, 255, 255, 255, 255, 255, 255, 127]),
      'at byte 0 of the pickle, 9223372036854776000 bytes are needed, but 0 are left',
    ],
    [
      'a text that is not UTF-8',
      pickle('X', [1, 0, 0, 0, 0xff], '.'),
      'at byte 0 of the pickle, a text is not UTF-8',
    ],
    [
      'a later protocol',
      pickle([0x80, 6], 'N.'),
      'at byte 0 of the pickle, protocol 6 is not supported, only 5 and earlier',
    ],
    [
      'an instruction for instances',
      pickle('(im\nnamed\n.'),
      'at byte 1 of the pickle, instruction 0x69 is not supported',
    ],
    ['an extension', pickle([0x82, 1], '.'), 'at byte 0 of the pickle, instruction 0x82 is not supported'],
    [
      'an out-of-band buffer',
      pickle([0x97], '.'),
      'at byte 0 of the pickle, instruction 0x97 is not supported',
    ],
    ['an empty stack', pickle('.'), 'at byte 0 of the pickle, a value is missing on the stack'],
    ['a mark for a value', pickle('(.'), 'at byte 1 of the pickle, a value is missing on the stack'],
    ['no mark', pickle('Nt.'), 'at byte 1 of the pickle, the mark is missing on the stack'],
    ['values left over', pickle('NN.'), 'at byte 2 of the pickle, 1 values are left over at the end'],
    ['an empty slot', pickle('h', [7], '.'), 'at byte 0 of the pickle, slot 7 of the memo is empty'],
    ['an item for no list', pickle('NNa.'), 'at byte 2 of the pickle, a list is expected'],
    ['an item for no dict', pickle('NNNs.'), 'at byte 3 of the pickle, a dict is expected'],
    ['an item for no set', pickle('N(N', [0x90], '.'), 'at byte 3 of the pickle, a set is expected'],
    ['a key without a value', pickle('}(Nu.'), 'at byte 3 of the pickle, a key has no value'],
    ['a name that does not end', pickle('cm'), 'at byte 0 of the pickle, a line does not end'],
    [
      'a name that is no text',
      pickle('NN', [0x93], '.'),
      'at byte 2 of the pickle, the name of a global is no text',
    ],
    ['a call of a value', pickle('N)R.'), 'at byte 2 of the pickle, something that is no function is called'],
    [
      'a call of a name',
      pickle('cm\nnamed\n)R.'),
      'at byte 10 of the pickle, m.named is called, but is no function',
    ],
    [
      'arguments that are no tuple',
      pickle('cm\nrefuse\nNR.'),
      'at byte 11 of the pickle, the arguments of m.refuse are no tuple',
    ],
    [
      'arguments that are refused',
      pickle('cm\nrefuse\n)R.'),
      'at byte 11 of the pickle, m.refuse cannot be rebuilt: it is too long',
    ],
    ['a persistent id', pickle('NQ.'), 'at byte 1 of the pickle, a persistent id has no meaning here'],
    [
      'an integer of a megabyte',
      pickle([0x8b, 0, 0, 16, 0], '.'),
      'at byte 0 of the pickle, an integer of 1048576 bytes is over the limit of 16',
    ],
    [
      'too many instructions',
      pickle('}'.repeat(1_000_001)),
      'at byte 1000000 of the pickle, there are more than 1000000 instructions',
    ],
  ])('refuses %s', (_, bytes, problem) => {
    expect(errorOf(bytes)).toEqual({
      code: 'WEIGHTS_PARSE',
      message: `Reading x.pth failed: ${problem}.`,
      hint: HINT,
    });
  });

  it.each([
    ['GLOBAL', pickle('cposix\nsystem\n.'), 'posix.system'],
    ['STACK_GLOBAL', pickle([0x8c, 8], 'builtins', [0x8c, 4], 'eval', [0x93], '.'), 'builtins.eval'],
    ['a dotted name', pickle('ccollections\nOrderedDict.fromkeys\n.'), 'collections.OrderedDict.fromkeys'],
    ['a name of JavaScript', pickle('cconstructor\nconstructor\n.'), 'constructor.constructor'],
  ])('refuses a global that is not listed, by %s', (_, bytes, name) => {
    expect(errorOf(bytes)).toEqual({
      code: 'WEIGHTS_FORBIDDEN_GLOBAL',
      message: `Reading x.pth failed: the pickle names ${name}, which weights do not need; nothing of it was run.`,
      hint: 'If you trust the file, open it in Python and save the model.state_dict() alone, best as safetensors.',
    });
  });

  it('survives every truncation and every altered byte of a good pickle', () => {
    const whole = readFileSync(join(FIXTURES, 'values-4.pkl'));
    const outcome = (bytes: Uint8Array) => {
      try {
        load(bytes);
        return 'read';
      } catch (error) {
        return error instanceof LabError ? 'refused' : error;
      }
    };
    for (let length = 0; length < whole.length; length++) {
      expect(outcome(whole.subarray(0, length))).toBe('refused');
    }
    for (let at = 0; at < whole.length; at++) {
      for (const change of [1, 0x80, 0xff]) {
        const altered = Uint8Array.from(whole);
        altered[at]! ^= change;
        expect(['read', 'refused']).toContain(outcome(altered));
      }
    }
  });
});
