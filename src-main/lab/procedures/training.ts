/** Procedures on runs. */
import path from 'node:path';
import { findRun, listRuns, runPaths } from '../../runs/run-folder.ts';
import { readRecords } from '../../runs/metrics-log.ts';
import { readRunFile } from '../../runs/run-file.ts';
import { requestStop } from '../../runs/stop.ts';
import { runInfo } from '../run-info.ts';
import { findTensorboard, prepareRun, trainJob } from '../train-job.ts';
import { os } from './implementer.ts';

export const training = {
  start: os.training.start.handler(async ({ context: { lab }, input }) => {
    const plan = await prepareRun(lab, input);
    return { job: lab.jobs.start('train', input.dataset, plan) };
  }),

  resume: os.training.resume.handler(async ({ context: { lab }, input }) => {
    const folder = await findRun(lab.folder, input.run);
    const run = path.basename(folder);
    const logs = await findTensorboard(input.tensorboard, run);
    return { job: lab.jobs.start('train', run, (job) => trainJob(lab, folder, logs, job)) };
  }),

  stop: os.training.stop.handler(async ({ context: { lab }, input }) => {
    const folder = await findRun(lab.folder, input.run);
    await requestStop(folder);
    return { run: path.basename(folder) };
  }),

  runs: os.training.runs.handler(async ({ context: { lab } }) =>
    (await listRuns(lab.folder)).map((run) => runInfo(lab.folder, run)),
  ),

  run: os.training.run.handler(async ({ context: { lab }, input }) => {
    const paths = runPaths(await findRun(lab.folder, input.run));
    const run = await readRunFile(paths.run);
    const history = await readRecords(paths.metrics);
    return { ...runInfo(lab.folder, run), settings: run.settings, history };
  }),
};
