/** Whether onnxruntime's CUDA libraries are installed: a look at files, which needs no onnxruntime. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** What a device lacks. */
export interface Missing {
  readonly detail: string;
  /** What brings it, as a command or a full sentence. */
  readonly remedy?: string;
}

/** How people know it. */
export const CUDA_TITLE = 'CUDA (NVIDIA)';

/** What CUDA lacks; undefined where only a trial can tell. */
export function missingForCuda(): Missing | undefined {
  if (process.platform === 'darwin') return { detail: 'there is no CUDA on macOS' };
  const library =
    process.platform === 'win32' ? 'onnxruntime_providers_cuda.dll' : 'libonnxruntime_providers_cuda.so';
  if (existsSync(path.join(libraryFolder(), library))) return undefined;
  return {
    detail: "onnxruntime's CUDA libraries are not installed",
    remedy: 'With an NVIDIA card, run: npm run setup:cuda',
  };
}

/** Where onnxruntime-node keeps its native libraries. */
function libraryFolder(): string {
  const entry = createRequire(import.meta.url).resolve('onnxruntime-node');
  return path.join(path.dirname(entry), '..', 'bin', 'napi-v6', process.platform, process.arch);
}

/** The device of a choice that needs no trial; undefined for others. */
export function knownDevice(choice: string): { readonly device: 'cpu'; readonly reason: string } | undefined {
  if (choice === 'cpu') return { device: 'cpu', reason: 'asked for' };
  const missing = choice === 'auto' ? missingForCuda() : undefined;
  if (missing === undefined) return undefined;
  return { device: 'cpu', reason: `${CUDA_TITLE} is not available: ${missing.detail}` };
}
