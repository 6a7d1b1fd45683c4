/** Which devices this machine offers, what the others miss, and which one a job gets. */
import os from 'node:os';
import { LabError } from '../../src-shared/errors.ts';
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { float32 } from '../onnx/tensor.ts';
import type { Model } from '../onnx/types.ts';
import { CUDA_TITLE, knownDevice, missingForCuda, type Missing } from './cuda-libraries.ts';
import { createSession, type DeviceName } from './session.ts';
import { defaultThreads } from './threads.ts';

/** What a user asks for. */
export type DeviceChoice = DeviceName | 'auto';

/** A device and whether a session runs on it. */
export interface DeviceStatus {
  readonly name: DeviceName;
  readonly title: string;
  readonly available: boolean;
  /** What was found, or what is missing. */
  readonly detail: string;
  /** What brings a missing device, as a command or a full sentence. */
  readonly remedy?: string;
}

/** The device of a job, and why it is not a faster one. */
export interface ResolvedDevice {
  readonly device: DeviceName;
  readonly reason: string;
}

const TITLES: Readonly<Record<DeviceName, string>> = {
  cpu: 'CPU',
  cuda: CUDA_TITLE,
  webgpu: 'WebGPU (any graphics card)',
  dml: 'DirectML (Windows)',
  coreml: 'CoreML (macOS)',
};

/** All devices, each tried with a small session. */
export async function listDevices(): Promise<DeviceStatus[]> {
  const statuses: DeviceStatus[] = [];
  for (const name of Object.keys(TITLES) as DeviceName[]) statuses.push(await deviceStatus(name));
  return statuses;
}

/** One device, tried with a small session whose result is compared with the known one. */
export async function deviceStatus(name: DeviceName): Promise<DeviceStatus> {
  const status = (available: boolean, detail: string, remedy?: string): DeviceStatus => ({
    name,
    title: TITLES[name],
    available,
    detail,
    ...(remedy !== undefined && { remedy }),
  });
  const missing = PREREQUISITES[name]();
  if (missing !== undefined) return status(false, missing.detail, missing.remedy);
  const failure = await selfTest(name);
  if (failure === undefined) return status(true, FOUND[name]());
  return status(false, `its self-test failed (${failure})`, REMEDIES[name]);
}

/**
 * The device for a job. `auto` takes CUDA where it passes the self-test, else the CPU, and says why; WebGPU is
 * used when it is asked for, since a software rasteriser cannot be told from a graphics card before it is slow.
 *
 * @throws LabError `DEVICE_UNAVAILABLE` for a device asked for by name that is not there
 */
export async function resolveDevice(choice: DeviceChoice): Promise<ResolvedDevice> {
  const known = knownDevice(choice);
  if (known !== undefined) return known;
  const status = await deviceStatus(choice === 'auto' ? 'cuda' : choice);
  if (status.available)
    return { device: status.name, reason: choice === 'auto' ? status.detail : 'asked for' };
  if (choice === 'auto')
    return { device: 'cpu', reason: `${status.title} is not available: ${status.detail}` };
  throw new LabError('DEVICE_UNAVAILABLE', `The device ${choice} is not available: ${status.detail}.`, {
    hint: status.remedy ?? 'Use --device auto or --device cpu.',
  });
}

const PREREQUISITES: Readonly<Record<DeviceName, () => Missing | undefined>> = {
  cpu: () => undefined,
  cuda: missingForCuda,
  webgpu: () => undefined,
  dml: () => (process.platform === 'win32' ? undefined : { detail: 'it exists on Windows only' }),
  coreml: () => (process.platform === 'darwin' ? undefined : { detail: 'it exists on macOS only' }),
};

const FOUND: Readonly<Record<DeviceName, () => string>> = {
  cpu: () => `${os.cpus()[0]?.model.trim() ?? process.arch}, ${defaultThreads()} threads`,
  cuda: () => 'the CUDA libraries are installed and the self-test passed',
  webgpu: () => 'an adapter was found and the self-test passed',
  dml: () => 'the self-test passed',
  coreml: () => 'the self-test passed',
};

const REMEDIES: Readonly<Record<DeviceName, string>> = {
  cpu: 'Reinstall onnxruntime-node with npm ci.',
  cuda: 'Check the NVIDIA driver with nvidia-smi, and that CUDA 12 and cuDNN 9 are installed; or use --device cpu.',
  webgpu: 'Install a Vulkan, Direct3D 12 or Metal driver for the graphics card; or use --device cpu.',
  dml: 'Update the graphics driver; or use --device cpu.',
  coreml: 'Update macOS; or use --device cpu.',
};

/** Runs y = relu(x · w) on a device. Returns why it failed, if it did. */
async function selfTest(device: DeviceName): Promise<string | undefined> {
  try {
    const session = await createSession(selfTestModel(), { device, name: 'the self-test' });
    const x = float32([1, 2], [1, 2]);
    const result = (await session.run(new Map([['x', x]]))).get('y');
    await session.release();
    const values = Array.from(result?.data as Float32Array);
    // 1·1 + 2·1 = 3 and 1·1 − 2·1 = −1, which relu cuts off: small integers are exact on every device.
    return values.join() === '3,0'
      ? undefined
      : `relu([1, 2] · [[1, 1], [1, -1]]) gave [${values.join(', ')}]`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function selfTestModel(): Model {
  const graph = new GraphBuilder('self-test');
  const x = graph.input('x', 'float32', ['N', 2]);
  graph.output(graph.relu(graph.matMul(x, graph.constant(float32([2, 2], [1, 1, 1, -1])))), 'y');
  return graph.build();
}
