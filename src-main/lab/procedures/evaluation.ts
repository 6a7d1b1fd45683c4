/** Procedures on evaluation. */
import path from 'node:path';
import type { z } from 'zod';
import type { compareSchema, JudgedSampleJson } from '../../../src-shared/contract/evaluation.ts';
import { scanFolder, type FormatChoice } from '../../data/scan.ts';
import type { LabelledFile } from '../../runs/rows.ts';
import type { Comparison, JudgedSample, Verdict } from '../../data/store/index.ts';
import { mcnemarTest } from '../../runs/metrics/mcnemar.ts';
import { findRun, runPaths } from '../../runs/run-folder.ts';
import { readRunFile } from '../../runs/run-file.ts';
import { keptEpochs } from '../../runs/weights.ts';
import { figuresOf } from '../figures.ts';
import type { JobContext } from '../jobs.ts';
import { keepEvaluation } from '../keep-evaluation.ts';
import { os } from './implementer.ts';

export const evaluation = {
  evaluate: os.evaluation.evaluate.handler(async ({ context: { lab, paths }, input }) => {
    const { split, data, format, epoch, worst } = input;
    const images = data === null ? null : paths.check(data);
    const folder = await findRun(lab.folder, input.run);
    const job = lab.jobs.start('evaluate', path.basename(folder), async (job) => {
      const scanned = images === null ? null : await scanForRun(folder, images, format, job);
      const figures = await lab.compute(
        'evaluate',
        {
          folder,
          epoch: epoch ?? 'best',
          data: scanned === null ? { split } : { files: scanned.files },
          worst,
        },
        {
          signal: job.signal,
          onEvent: ({ done, total }) => job.progress({ done, total, message: 'Evaluating' }),
        },
      );
      return { ...figures, split: data === null ? split : null, data, skipped: scanned?.skipped ?? [] };
    });
    return { job };
  }),

  keep: os.evaluation.keep.handler(async ({ context: { lab }, input }) => {
    const { epoch, unseen } = input;
    const folder = await findRun(lab.folder, input.run);
    const job = lab.jobs.start('keep-evaluation', path.basename(folder), (job) =>
      keepEvaluation(lab, { folder, epoch: epoch ?? 'best', unseen }, job),
    );
    return { job };
  }),

  epochs: os.evaluation.epochs.handler(async ({ context: { lab }, input }) => {
    const paths = runPaths(await findRun(lab.folder, input.run));
    const { id, best } = await readRunFile(paths.run);
    return { run: id, best: best?.epoch ?? null, epochs: await keptEpochs(paths) };
  }),

  list: os.evaluation.list.handler(async ({ context: { lab }, input }) => {
    const kept = await lab.store.evaluations.list(input.dataset);
    return kept.map(({ run, epoch, at, classes, counts }) => ({ run, epoch, at, classes, images: counts }));
  }),

  forget: os.evaluation.forget.handler(async ({ context: { lab }, input }) => {
    await lab.store.evaluations.remove(input);
    lab.changes.emit({ what: 'predictions', dataset: input.dataset });
    return {};
  }),

  figures: os.evaluation.figures.handler(async ({ context: { lab }, input }) => {
    const { split, ...key } = input;
    return figuresOf(await lab.store.evaluations.cells(key, split));
  }),

  samples: os.evaluation.samples.handler(async ({ context: { lab }, input }) => {
    const { dataset, run, epoch, top, ...filter } = input;
    const { total, samples } = await lab.store.evaluations.samples({ dataset, run, epoch }, filter);
    return { total, samples: samples.map((sample) => judged(sample, top)) };
  }),

  compare: os.evaluation.compare.handler(async ({ context: { lab }, input }) => {
    const outcomes = await lab.store.evaluations.compare(comparisonOf(input));
    const { fixed, broken, 'both-right': right, 'both-wrong': wrong } = outcomes;
    const count = fixed + broken + right + wrong;
    const accuracy = (correct: number): number => (count === 0 ? 0 : correct / count);
    return {
      ...{ count, outcomes, pValue: mcnemarTest(fixed, broken) },
      first: { accuracy: accuracy(right + broken) },
      second: { accuracy: accuracy(right + fixed) },
    };
  }),

  compared: os.evaluation.compared.handler(async ({ context: { lab }, input }) => {
    const { outcome, offset, limit, top } = input;
    const samples = await lab.store.evaluations.compared({ ...comparisonOf(input), outcome, offset, limit });
    return samples.map(({ first, second, ...sample }) => ({
      ...sample,
      first: verdictOf(sample, first, top),
      second: verdictOf(sample, second, top),
    }));
  }),
};

function comparisonOf({ dataset, first, second, split }: z.output<typeof compareSchema>): Comparison {
  return { first: { dataset, ...first }, second: { dataset, ...second }, split };
}

function judged(
  { predicted, loss, ranked, ...sample }: JudgedSample & Verdict,
  top: number,
): JudgedSampleJson {
  return { ...sample, ...verdictOf(sample, { predicted, loss, ranked }, top) };
}

function verdictOf({ label }: JudgedSample, { predicted, loss, ranked }: Verdict, top: number) {
  const probability = ranked.find((entry) => entry.class === label)?.probability ?? null;
  return { predicted, loss, probability, top: ranked.slice(0, top) };
}

/** A folder's images, labelled with the run's own spellings of its classes. */
async function scanForRun(
  folder: string,
  data: string,
  format: FormatChoice,
  { signal, progress }: JobContext,
) {
  const { classes } = (await readRunFile(runPaths(folder).run)).dataset;
  const { rows, skipped } = await scanFolder(data, {
    ...{ classes, format, signal },
    onProgress: (at) => progress({ ...at, message: 'Reading images' }),
  });
  const spelling = new Map(classes.map((name) => [name.normalize('NFC'), name]));
  const files = rows.map(({ path, sha256, className }): LabelledFile => {
    return { path, sha256, label: spelling.get(className.normalize('NFC'))! };
  });
  return { files, skipped };
}
