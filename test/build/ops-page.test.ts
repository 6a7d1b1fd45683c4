/** docs/ops.md says of every op what the code does. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ONNX_OPS, type OnnxOp } from '../../build/docs/onnx-ops.ts';
import { OPS_PAGE, opsPage } from '../../build/docs/ops.ts';
import { OPS, type OpType } from '../../src-main/onnx/ops/index.ts';
import { OPSET, type Model } from '../../src-main/onnx/types.ts';
import { createSession } from '../../src-main/runtime/session.ts';

test('the page is up to date: npm run docs:ops writes it anew', async () => {
  expect(readFileSync(OPS_PAGE, 'utf8')).toBe(await opsPage());
});

test('every op the lab knows is on the page', () => {
  // An op outside the list does not compile here.
  const known: readonly OnnxOp[] = Object.keys(OPS) as OpType[];
  expect(known.filter((op) => !ONNX_OPS.includes(op))).toEqual([]);
  expect(ONNX_OPS).toEqual([...new Set(ONNX_OPS)].sort());
});

/** A model of one node without inputs, which onnxruntime refuses for what it misses, or because it has no such op. */
function lonely(opType: string): Model {
  return {
    irVersion: 9,
    opsets: { '': OPSET },
    producerName: '',
    producerVersion: '',
    metadata: {},
    graph: {
      name: 'g',
      inputs: [],
      outputs: [{ name: 'y', dtype: 'float32' }],
      initializers: new Map(),
      nodes: [{ name: 'n', opType, domain: '', inputs: [], outputs: ['y'], attributes: {} }],
      valueInfo: [],
    },
  };
}

async function isRegistered(opType: string): Promise<boolean> {
  try {
    const session = await createSession(lonely(opType));
    await session.release();
    return true;
  } catch (error) {
    return !/No Op registered|deprecated|not a registered/.test(String(error));
  }
}

test('every op on the page is one of the pinned operator set, by onnxruntime', async () => {
  const missing: string[] = [];
  for (const op of ONNX_OPS) if (!(await isRegistered(op))) missing.push(op);
  expect(missing).toEqual([]);
  for (const op of ['Upsample', 'Attention', 'Nonsense']) expect(await isRegistered(op)).toBe(false);
});
