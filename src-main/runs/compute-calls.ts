/** What a compute process does for each call. */
import { listDevices, resolveDevice } from '../runtime/devices.ts';
import { demonstrate } from './certificate/demonstrate.ts';
import type { CallName, ComputeCalls } from './compute-protocol.ts';
import { evaluateRun } from './evaluate.ts';
import { buildExport, exportWeights } from './export.ts';
import { KeptPredictor } from './kept-predictor.ts';
import { predictFiles } from './predict.ts';
import { judgeSamples } from './judge.ts';
import { exportLog } from './tensorboard/export-log.ts';
import { trainRun } from './train.ts';
import { verifyExport } from './verify-export.ts';

/** How a handler answers while it works, and learns that it shall stop. */
export interface CallContext<Name extends CallName> {
  readonly signal: AbortSignal;
  emit(event: ComputeCalls[Name]['event']): void;
}

/** One handler a call. */
export type ComputeHandlers = {
  readonly [Name in CallName]: (
    input: ComputeCalls[Name]['input'],
    context: CallContext<Name>,
  ) => Promise<ComputeCalls[Name]['output']>;
};

const predictor = new KeptPredictor();

export const COMPUTE_HANDLERS: ComputeHandlers = {
  train: (input, { signal, emit }) => trainRun({ ...input, signal, emit }),
  evaluate: (input, { signal, emit }) =>
    evaluateRun({
      ...input,
      signal,
      onProgress: (done, total) => emit({ event: 'progress', done, total }),
    }),
  judge: (input, { signal, emit }) => judgeSamples({ ...input, signal, emit }),
  predict: ({ source, ...input }, { signal, emit }) =>
    predictor.use(source, (opened) =>
      predictFiles(opened, {
        ...input,
        signal,
        onPrediction: (prediction) => emit({ event: 'prediction', prediction }),
      }),
    ),
  'open-predictor': (source) =>
    predictor.use(source, ({ origin, classes, pipeline, assumed }) =>
      Promise.resolve({ origin, classes, pipeline, assumed }),
    ),
  'build-export': (input) => buildExport(input),
  'verify-export': (input) => verifyExport(input),
  'export-weights': async (input) => {
    await exportWeights(input);
    return null;
  },
  'export-log': (input) => exportLog(input),
  demonstrate: (input, { signal, emit }) =>
    demonstrate({
      ...input,
      signal,
      onProgress: (done, total) => emit({ event: 'progress', done, total }),
    }),
  devices: () => listDevices(),
  'resolve-device': (choice) => resolveDevice(choice),
};
