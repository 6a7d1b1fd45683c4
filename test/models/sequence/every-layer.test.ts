import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSequence } from '../../../src-main/models/sequence/index.ts';
import { networkState } from '../../../src-main/models/state.ts';
import { summarize } from '../../../src-main/models/summary.ts';
import { expectLossesOfPyTorch } from '../../training/network-golden.ts';

const FILE = new URL('../../fixtures/networks/every-layer.json', import.meta.url);
const network = readSequence(readFileSync(FILE), 'every-layer.json');

describe('a network of every layer with every option', () => {
  it('trains as the same file does in PyTorch', () => expectLossesOfPyTorch('every-layer', network));

  it('names parameters below the residual block they lie in', () => {
    const names = networkState(network, 5, 24).map(({ name }) => name);
    expect(names.filter((name) => /weight$/.test(name))).toEqual([
      'conv1.weight',
      ...['block1.conv1.weight', 'block1.bn1.weight', 'block1.conv2.weight', 'block1.bn2.weight'],
      ...['block1.se.fc1.weight', 'block1.se.fc2.weight', 'block1.down.weight'],
      ...['conv2.weight', 'fc1.weight', 'fc2.weight', 'fc.weight'],
    ]);
  });

  it('names layers without a name by type and place', () => {
    const names = summarize(network, 5, 24).layers.map(({ name }) => name);
    expect(names).toContain('leakyrelu3');
    expect(names).toContain('block1.bodysilu3');
  });

  it('lists every layer there is', () => {
    const used = new Set(readFileSync(FILE, 'utf8').match(/(?<="type": ")[^"]+/g));
    const bytes = new TextEncoder().encode('{ "imageSize": 8, "layers": [{ "type": "?" }] }');
    let listed = '';
    try {
      readSequence(bytes, 'x.json');
    } catch (error) {
      listed = String(error).replace(/.*there are: (.*)\./, '$1');
    }
    expect(listed.split(', ').sort()).toEqual([...used].sort());
  });
});
