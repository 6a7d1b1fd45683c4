/** Asking networks about pictures. */
import { defineStore } from 'pinia';
import { useClient } from '../client/index.ts';
import type { LabClient } from '../../src-shared/contract/index.ts';
import { predictedUrl } from '../client/images.ts';
import { readChosen } from '../client/drops.ts';
import { stored } from './stored.ts';

export type { Dropped } from '../client/drops.ts';

type Procedures = LabClient['prediction'];

/** Which network is asked. */
export interface ModelChoice {
  /** A run, or the path of a `.onnx` file. */
  readonly model: string;
  /** Of a run; null for the best. */
  readonly epoch: number | null;
}

/** Which rows of a table. */
export type RowsChoice = Parameters<Procedures['rows']>[0];

export const usePredictions = defineStore('predictions', () => {
  /** What was asked last. */
  const choice = stored<ModelChoice | null>('predict.model', null);
  const client = (): Procedures => useClient().prediction;

  const prepare = (model: ModelChoice) => client().prepare(model);
  const predict = (model: ModelChoice, files: readonly string[]) =>
    client().predict({ ...model, files: [...files] });
  const rows = (input: RowsChoice) => client().rows(input);
  const saveTable = (job: string, out: string | null) => client().saveTable({ job, out });
  const epochs = (run: string) => useClient().evaluation.epochs({ run });

  return { choice, prepare, predict, rows, saveTable, epochs, pictureUrl: predictedUrl, readChosen };
});
