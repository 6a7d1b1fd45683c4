import { describe, expect, test } from 'vitest';
import { listDevices, resolveDevice } from '../../src-main/runtime/devices.ts';
import { defaultThreads } from '../../src-main/runtime/threads.ts';

const devices = await listDevices();
const find = (name: string) => devices.find((device) => device.name === name)!;

describe('devices', () => {
  test('lists every device, with a reason and, where one helps, a remedy', () => {
    expect(devices.map(({ name }) => name)).toEqual(['cpu', 'cuda', 'webgpu', 'dml', 'coreml']);
    expect(find('cpu')).toMatchObject({ available: true });
    for (const device of devices) expect(device.detail).not.toBe('');
  });

  test('the CPU needs no test to be chosen', async () => {
    expect(await resolveDevice('cpu')).toEqual({ device: 'cpu', reason: 'asked for' });
  });

  test.skipIf(find('cuda').available)('auto falls back to the CPU and says why', async () => {
    expect(await resolveDevice('auto')).toEqual({
      device: 'cpu',
      reason: `CUDA (NVIDIA) is not available: ${find('cuda').detail}`,
    });
  });

  test.skipIf(find('cuda').available || process.platform !== 'linux')(
    'CUDA asked for by name without its libraries says which command brings them',
    async () => {
      await expect(resolveDevice('cuda')).rejects.toMatchObject({
        code: 'DEVICE_UNAVAILABLE',
        message: "The device cuda is not available: onnxruntime's CUDA libraries are not installed.",
        hint: 'With an NVIDIA card, run: npm run setup:cuda',
      });
    },
  );

  test.skipIf(process.platform === 'win32')('a device of another system is refused by name', async () => {
    await expect(resolveDevice('dml')).rejects.toMatchObject({
      code: 'DEVICE_UNAVAILABLE',
      message: 'The device dml is not available: it exists on Windows only.',
      hint: 'Use --device auto or --device cpu.',
    });
  });

  test.skipIf(find('webgpu').available)(
    'WebGPU without an adapter reports what its self-test met',
    async () => {
      expect(find('webgpu').detail).toMatch(/^its self-test failed \(Loading the self-test into onnxruntime/);
      await expect(resolveDevice('webgpu')).rejects.toMatchObject({ code: 'DEVICE_UNAVAILABLE' });
    },
  );
});

test('small machines use every processor, larger ones half of them', () => {
  expect([1, 2, 4, 8, 15].map(defaultThreads)).toEqual([1, 2, 4, 4, 8]);
});
