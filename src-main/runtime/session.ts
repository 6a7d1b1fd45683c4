/** Sessions of onnxruntime in terms of the project's own tensors. Nothing else imports onnxruntime-node. */
import * as ort from 'onnxruntime-node';
import { LabError } from '../../src-shared/errors.ts';
import { encodeModel } from '../onnx/encode.ts';
import type { DataType, Tensor, TensorData } from '../onnx/tensor.ts';
import type { Model } from '../onnx/types.ts';

/** An execution provider, by the name a user gives. */
export type DeviceName = 'cpu' | 'cuda' | 'webgpu' | 'dml' | 'coreml';

/** Options of {@link createSession}. */
export interface SessionOptions {
  /** `cpu` unless told otherwise. Nodes the device has no kernel for run on the CPU. */
  readonly device?: DeviceName;
  /** Threads inside one op; onnxruntime's own choice unless told otherwise. */
  readonly threads?: number;
  /** Fuse and fold while loading; on unless told otherwise. */
  readonly optimize?: boolean;
  /** Names the model in errors: a file, or what it does. */
  readonly name?: string;
}

/** A loaded model. */
export interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  /**
   * Runs the model and blocks the thread meanwhile. Inputs are read in place; outputs are fresh arrays.
   *
   * @param feeds every input by name
   * @param outputs the wanted outputs; all of them unless told otherwise
   * @throws LabError `OUT_OF_MEMORY`, `ONNX_SHAPE`
   */
  run(feeds: ReadonlyMap<string, Tensor>, outputs?: readonly string[]): Promise<Map<string, Tensor>>;
  /** Frees the session's memory; it cannot be used afterwards. */
  release(): Promise<void>;
}

/**
 * Loads a model: a value, the bytes of a file, or its path.
 *
 * @throws LabError `ONNX_INVALID_GRAPH` when onnxruntime refuses it
 */
export async function createSession(
  source: Model | Uint8Array | string,
  options: SessionOptions = {},
): Promise<Session> {
  const name = options.name ?? (typeof source === 'string' ? source : 'model');
  const bytes =
    typeof source === 'string' || source instanceof Uint8Array ? source : encodeModel(source, name);
  try {
    // The two calls are overloads of one method, which takes no union.
    const inner =
      typeof bytes === 'string'
        ? await ort.InferenceSession.create(bytes, ortOptions(options))
        : await ort.InferenceSession.create(bytes, ortOptions(options));
    return new OrtSession(inner, name);
  } catch (cause) {
    throw new LabError(
      'ONNX_INVALID_GRAPH',
      `Loading ${name} into onnxruntime (${options.device ?? 'cpu'}): ${reason(cause)}`,
      { cause },
    );
  }
}

/** The version of the native library. */
export function runtimeVersion(): string {
  return ort.env.versions.node ?? ort.env.versions.common;
}

function ortOptions(options: SessionOptions): ort.InferenceSession.SessionOptions {
  const { device = 'cpu', threads, optimize = true } = options;
  return {
    executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
    graphOptimizationLevel: optimize ? 'all' : 'disabled',
    // Warnings about unused initializers and CPU fallbacks are no news for a user.
    logSeverityLevel: 3,
    ...(threads !== undefined && { intraOpNumThreads: threads }),
  };
}

class OrtSession implements Session {
  readonly #inner: ort.InferenceSession;
  readonly #name: string;

  constructor(inner: ort.InferenceSession, name: string) {
    this.#inner = inner;
    this.#name = name;
  }

  get inputNames(): readonly string[] {
    return this.#inner.inputNames;
  }

  get outputNames(): readonly string[] {
    return this.#inner.outputNames;
  }

  async run(
    feeds: ReadonlyMap<string, Tensor>,
    outputs: readonly string[] = this.outputNames,
  ): Promise<Map<string, Tensor>> {
    const wrapped: Record<string, ort.Tensor> = {};
    for (const name of this.inputNames) {
      const tensor = feeds.get(name);
      if (tensor !== undefined) wrapped[name] = toOrt(tensor);
    }
    try {
      const results = await this.#inner.run(wrapped, [...outputs]);
      return new Map(outputs.map((name) => [name, fromOrt(results[name] as ort.Tensor)]));
    } catch (cause) {
      throw runError(this.#name, cause);
    }
  }

  async release(): Promise<void> {
    await this.#inner.release();
  }
}

function toOrt({ dtype, dims, data }: Tensor): ort.Tensor {
  if (dtype === 'bfloat16') throw new TypeError('onnxruntime-node takes no bfloat16 tensors.');
  return new ort.Tensor(dtype, data as Float32Array, dims);
}

function fromOrt({ type, dims, data }: ort.Tensor): Tensor {
  return { dtype: type as DataType, dims, data: data as TensorData };
}

function reason(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  // Failed assertions of the native library begin with a source file, a function and the condition.
  return text
    .replace(/^\S+\.cc:\d+ .* was false\. /s, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function runError(name: string, cause: unknown): LabError {
  const text = reason(cause);
  if (/alloc|out of memory/i.test(text)) {
    return new LabError('OUT_OF_MEMORY', `Running ${name}: the device has not enough memory (${text}).`, {
      hint: 'Use a smaller batch size or a smaller image size.',
      cause,
    });
  }
  return new LabError('ONNX_SHAPE', `Running ${name}: ${text}`, { cause });
}
