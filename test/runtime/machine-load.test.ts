import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { MachineMeter, processorTemperature } from '../../src-main/runtime/machine-load.ts';
import { parseGraphicsCards, readGraphicsCards } from '../../src-main/runtime/nvidia-smi.ts';
import { temporaryFolder, writeFiles } from '../data/temporary.ts';

/** As `nvidia-smi --format=csv,noheader,nounits` prints two cards, the second of which tells little. */
const TWO_CARDS = 'NVIDIA H200, 143771, 1024, 37, 41\nQuadro K620, [N/A], [N/A], [Not Supported], 52\n';

describe('graphics cards', () => {
  test('are read from what their driver prints', () => {
    expect(parseGraphicsCards(TWO_CARDS)).toEqual([
      {
        ...{ name: 'NVIDIA H200', load: 0.37, temperature: 41 },
        memory: { total: 143_771 * 2 ** 20, used: 2 ** 30 },
      },
      { name: 'Quadro K620', memory: null, load: null, temperature: 52 },
    ]);
    expect(parseGraphicsCards('')).toEqual([]);
    expect(parseGraphicsCards('NVIDIA-SMI has failed because it could not communicate\n')).toEqual([]);
  });

  test.skipIf(process.platform === 'win32')('are asked for through the program', async () => {
    const program = path.join(temporaryFolder(), 'nvidia-smi');
    writeFileSync(program, `#!/bin/sh\n[ "$2" = --format=csv,noheader,nounits ] && printf '${TWO_CARDS}'\n`);
    chmodSync(program, 0o755);
    expect(await readGraphicsCards(program)).toHaveLength(2);
    writeFileSync(program, '#!/bin/sh\necho NVIDIA H200, 1, 1, 1, 1\nexit 9\n');
    expect(await readGraphicsCards(program)).toEqual([]);
    expect(await readGraphicsCards(path.join(program, 'missing'))).toEqual([]);
  });
});

test("the processor's own sensor is told from others", async () => {
  const sensors = writeFiles(temporaryFolder(), {
    'hwmon0/name': 'nvme\n',
    'hwmon0/temp1_input': '30850\n',
    'hwmon1/name': 'k10temp\n',
    'hwmon1/temp1_input': '61250\n',
  });
  expect(await processorTemperature(sensors)).toBe(61.25);
  expect(await processorTemperature(path.join(sensors, 'hwmon0'))).toBeNull();
});

test('a machine tells its processor and memory, many questions cost one answer', async () => {
  const meter = new MachineMeter();
  const first = meter.read();
  expect(meter.read()).toBe(first);
  const { processor, memory } = await first;
  expect(processor.cores).toBeGreaterThan(0);
  expect(processor.load).toBeNull();
  expect(memory.used).toBeGreaterThan(0);
  expect(memory.used).toBeLessThan(memory.total);
});
