import { expect, test } from 'vitest';
import { trainSettingsSchema } from '../../../src-shared/contract/train-settings.ts';
import { parseFlags } from '../../../src-main/shells/cli/flags.ts';
import { addInit, addParamGroup, toTable } from '../../../src-main/shells/cli/rule-flags.ts';
import { labErrorOf } from '../../helpers/lab-errors.ts';

const FLAGS = { init: addInit, paramGroups: addParamGroup, lrTable: toTable };

function parsed(field: keyof typeof FLAGS, ...texts: string[]): unknown {
  const value = texts.reduce<unknown>((previous, text) => FLAGS[field](text, previous), undefined);
  return parseFlags(trainSettingsSchema, { [field]: value })[field];
}

test('a table of learning rates', () => {
  expect(parsed('lrTable', '0:1e-3,50:5e-4')).toEqual([
    { epoch: 0, lr: 1e-3 },
    { epoch: 50, lr: 5e-4 },
  ]);
});

test('initialisers, one for each use of the flag', () => {
  const typed = ['conv*.weight:kaiming_normal,mode=fan_out,a=0.1', 'a:b.c:zeros'];
  expect(parsed('init', ...typed)).toEqual([
    { pattern: 'conv*.weight', init: { name: 'kaiming_normal', mode: 'fan_out', a: 0.1 } },
    { pattern: 'a:b.c', init: { name: 'zeros' } },
  ]);
});

test('groups of parameters, one for each use of the flag', () => {
  expect(
    parsed('paramGroups', 'layer1.*:lr=1e-4,weight-decay=0', 'conv1.*:freeze', 'fc.*:lr-factor=10'),
  ).toEqual([
    { pattern: 'layer1.*', lr: 1e-4, weightDecay: 0 },
    { pattern: 'conv1.*', freeze: true },
    { pattern: 'fc.*', lrFactor: 10 },
  ]);
});

test.each<[keyof typeof FLAGS, string, string]>([
  [
    'lrTable',
    '3:1,0:2',
    '--lr-table: expected epochs that rise, not [{"epoch":3,"lr":1},{"epoch":0,"lr":2}].',
  ],
  [
    'lrTable',
    '0=1',
    '--lr-table[0].epoch: expected a whole number of at least 0, not "0=1"; --lr-table[0].lr: expected a number above 0, not nothing.',
  ],
  ['paramGroups', '*:frieze', '--param-groups[0]: there is no setting "frieze".'],
  ['paramGroups', ':freeze', '--param-groups[0].pattern: expected a pattern of parameters\' names, not "".'],
  [
    'paramGroups',
    '*:lr=1,lr-factor=2',
    '--param-groups[0]: expected lr or lr-factor, not both, not {"pattern":"*","lr":1,"lrFactor":2}.',
  ],
  [
    'init',
    '*:norml',
    '--init[0].init.name: expected an initialiser, one of kaiming_normal, kaiming_uniform, xavier_normal, xavier_uniform, normal, uniform, trunc_normal, constant, zeros, ones, not {"name":"norml"}.',
  ],
  ['init', '*:normal,std=-1', '--init[0].init.std: expected a number of at least 0, not -1.'],
  ['init', '*:uniform,a=2', '--init[0].init: expected a of at most b, not {"name":"uniform","a":2}.'],
  [
    'init',
    '*:trunc_normal,mean=3',
    '--init[0].init: expected a mean between a and b, not {"name":"trunc_normal","mean":3}.',
  ],
])('%s %s', (field, text, message) => {
  expect(labErrorOf(() => parsed(field, text))).toEqual({ code: 'INVALID_ARGUMENT', message });
});
