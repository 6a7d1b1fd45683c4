/** What is kept of what runs say about the samples of a data set. */
import { defineStore } from 'pinia';
import { pictureUrl, thumbnailUrl } from '../client/images.ts';
import { useClient } from '../client/index.ts';
import type {
  ComparedSampleJson,
  FiguresJson,
  JudgedSampleJson,
  KeptEvaluationJson,
  OutcomeJson,
  SeenInJson,
} from '../../src-shared/contract/evaluation.ts';

/** Names an evaluation. */
export interface EvaluationName {
  readonly run: string;
  readonly epoch: number;
}

/** Which samples of an evaluation, and in which order. */
export interface JudgedQuery {
  readonly split: SeenInJson | null;
  readonly label?: string;
  readonly predicted?: string;
  readonly right?: boolean;
  readonly order: 'confidence' | 'doubt' | 'loss';
  readonly offset: number;
  readonly limit: number;
  readonly top: number;
}

/** Two evaluations of a data set. */
export interface ComparisonQuery {
  readonly first: EvaluationName;
  readonly second: EvaluationName;
  readonly split: SeenInJson | null;
}

export const useEvaluations = defineStore('evaluations', () => {
  const client = () => useClient().evaluation;
  const list = (dataset: string): Promise<readonly KeptEvaluationJson[]> => client().list({ dataset });
  const epochs = (run: string) => client().epochs({ run });
  const keep = (run: string, epoch: number | null) => client().keep({ run, epoch });
  const figures = (dataset: string, name: EvaluationName, split: SeenInJson | null): Promise<FiguresJson> =>
    client().figures({ dataset, ...name, split });
  const samples = (
    dataset: string,
    name: EvaluationName,
    query: JudgedQuery,
  ): Promise<{ total: number; samples: readonly JudgedSampleJson[] }> =>
    client().samples({ dataset, ...name, ...query });
  const compare = (dataset: string, query: ComparisonQuery) => client().compare({ dataset, ...query });
  const compared = (
    dataset: string,
    query: ComparisonQuery & { outcome: OutcomeJson; offset: number; limit: number; top: number },
  ): Promise<readonly ComparedSampleJson[]> => client().compared({ dataset, ...query });

  return {
    ...{ list, epochs, keep, figures, samples, compare, compared },
    ...{ pictureUrl, thumbnailUrl },
  };
});
