/** How many channels a block has on this machine, found out by computing. */
import { GraphBuilder } from '../onnx/graph-builder.ts';
import { elementCount, float32, type Tensor } from '../onnx/tensor.ts';
import type { Model } from '../onnx/types.ts';
import { withBlockedConvolutions } from './blocked-layout.ts';
import { createSession } from './session.ts';

/** 16 with AVX-512, 8 with other instructions. */
const SIZES = [16, 8];

/** Rounding in another order differs by 1e-6; a wrong block size gives other numbers altogether. */
const TOLERANCE = 1e-3;

let known: Promise<number | undefined> | undefined;

/**
 * The block size of the CPU's kernels, or undefined where there are none that give a plain convolution's result.
 * Measured once a process.
 */
export function blockSize(): Promise<number | undefined> {
  known ??= findBlockSize();
  return known;
}

async function findBlockSize(): Promise<number | undefined> {
  const model = probe();
  const expected = await outputOf(model);
  for (const size of SIZES) {
    const found = await outputOf(withBlockedConvolutions(model, size)).catch(() => undefined);
    if (found?.every((value, i) => Math.abs(value - expected[i]!) < TOLERANCE)) return size;
  }
  return undefined;
}

const CHANNELS = 32;
const IMAGE = [1, CHANNELS, 4, 4];
const FILTERS = [CHANNELS, CHANNELS, 3, 3];

/** One convolution and one transposed one. */
function probe(): Model {
  const g = new GraphBuilder('blocks');
  const x = g.input('x', 'float32', IMAGE);
  const w = g.input('w', 'float32', FILTERS);
  const pads = [1, 1, 1, 1];
  g.output(g.convTranspose(g.conv(x, w, undefined, { pads }), w, undefined, { pads }), 'y');
  return g.build();
}

async function outputOf(model: Model): Promise<Float32Array> {
  const session = await createSession(model, { threads: 1, name: 'the probe of blocked convolutions' });
  try {
    const feeds = new Map([
      ['x', wave(IMAGE)],
      ['w', wave(FILTERS)],
    ]);
    return (await session.run(feeds)).get('y')!.data as Float32Array;
  } finally {
    await session.release();
  }
}

/** Numbers in [−0.1, 0.1] that no exchange of channels leaves alone. */
function wave(dims: readonly number[]): Tensor {
  return float32(
    dims,
    Array.from({ length: elementCount(dims) }, (_, i) => Math.sin(i * 1.7) / 10),
  );
}
