/** Procedures on samples. */
import type { KeptEvaluation } from '../../data/store/index.ts';
import { os } from './implementer.ts';

export const samples = {
  page: os.samples.page.handler(({ context: { lab }, input }) => {
    const { dataset, evaluation: choice, offset, limit, ...query } = input;
    const { evaluation, ...page } = lab.store.samples.page(dataset, query, choice, { offset, limit });
    return { ...page, evaluation: named(evaluation) };
  }),

  ids: os.samples.ids.handler(({ context: { lab }, input }) => {
    const { dataset, evaluation, from, to, ...query } = input;
    return { ids: lab.store.samples.ids(dataset, query, evaluation).slice(from, to ?? undefined) };
  }),

  counts: os.samples.counts.handler(({ context: { lab }, input }) => lab.store.samples.counts(input.dataset)),

  outcomes: os.samples.outcomes.handler(({ context: { lab }, input }) => {
    const { evaluation, ...counts } = lab.store.samples.outcomes(input.dataset, input.evaluation);
    return { ...counts, evaluation: named(evaluation) };
  }),

  detail: os.samples.detail.handler(({ context: { lab }, input }) => {
    const { predictions, ...sample } = lab.store.samples.detail(input.sample);
    return {
      ...sample,
      predictions: predictions.map(({ evaluation, ...rest }) => ({ ...rest, ...named(evaluation)! })),
    };
  }),
};

/** An evaluation as the contract names it. */
export function named(
  evaluation: KeptEvaluation | undefined,
): { run: string; epoch: number; at: string } | null {
  if (evaluation === undefined) return null;
  const { run, epoch, at } = evaluation;
  return { run, epoch, at };
}
