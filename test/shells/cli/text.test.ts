import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { drawConfusion } from '../../../src-main/shells/cli/confusion.ts';
import { toNumber, toNumbers } from '../../../src-main/shells/cli/flags.ts';
import { duration, pad, printable, shortList, table } from '../../../src-main/shells/cli/text.ts';
import { trainFields } from '../../../src-shared/contract/train-settings.ts';
import { trainOptions } from '../../../src-main/shells/cli/commands/train-options.ts';

describe('text for terminals', () => {
  test('control characters and marks that turn text around are spelled out', () => {
    expect(printable('a\u001b[2Jb\u202Egnp.jpg\n')).toBe('a\\u{1b}[2Jb\\u{202e}gnp.jpg\\u{a}');
    for (const name of ['猫 é 🐈', 'می\u200cخواهم', '👩\u200d🔬']) expect(printable(name)).toBe(name);
  });

  test('East Asian characters take two columns', () => {
    expect(pad('猫', 4)).toBe('猫  ');
    expect(pad('cat', 4, 'right')).toBe(' cat');
    expect(
      table(
        ['类别', 'n'],
        [
          ['猫', '10'],
          ['dog', '9'],
        ],
      ),
    ).toBe('类别   n\n猫    10\ndog    9');
  });

  test('numbers with an exponent stand to the right, as the others', () => {
    expect(table(['rate'], [['0.004'], ['4e-7']])).toBe(' rate\n0.004\n 4e-7');
  });

  test('durations and long lists', () => {
    expect([duration(41.6), duration(185)]).toEqual(['42 s', '3 min 05 s']);
    expect(shortList(['a', 'b', 'c'], 2)).toEqual(['a', 'b', '… and 1 more']);
  });
});

describe('a confusion matrix', () => {
  test('has labels on both sides and recalls', () => {
    expect(
      drawConfusion(
        ['猫', 'dog'],
        [
          [12, 3],
          [0, 0],
        ],
        80,
      ),
    ).toBe(
      [
        '       │  predicted',
        'label  │  猫  dog  right',
        '───────┼──────────────────',
        '猫     │  12    3   80.0 %',
        'dog    │   0    0        –',
      ].join('\n'),
    );
  });

  test('lists the pairs confused most where it is too wide', () => {
    const classes = Array.from({ length: 30 }, (_, at) => `class ${at}`);
    const confusion: number[][] = classes.map((_, row) =>
      classes.map((_, column) => (row === column ? 5 : 0)),
    );
    confusion[3]![7] = 4;
    confusion[7]![3] = 2;
    const drawn = drawConfusion(classes, confusion, 100);
    expect(drawn.split('\n').slice(1)).toEqual([
      '4 × class 3 taken for class 7',
      '2 × class 7 taken for class 3',
    ]);
    expect(Math.max(...drawn.split('\n').map((line) => stringWidth(line)))).toBeLessThanOrEqual(100);
  });
});

describe('flags', () => {
  test('numbers are read where there are some', () => {
    expect([toNumber('1e-3'), toNumber('-2'), toNumber(''), toNumber('x')]).toEqual([0.001, -2, '', 'x']);
    expect(toNumbers('0.9,x')).toEqual([0.9, 'x']);
  });

  test('every setting of a training has one, named as the field', () => {
    const named = trainOptions().map((option) => option.attributeName());
    const expected = Object.keys(trainFields).map((field) =>
      field === 'noDecayOnNormAndBias' ? 'decayOnNormAndBias' : field,
    );
    expect(named.sort()).toEqual(expected.sort());
  });
});
