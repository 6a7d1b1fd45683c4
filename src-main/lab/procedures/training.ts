/** Procedures on runs. */
import path from 'node:path';
import { batchSizes } from '../../data/sampler.ts';
import { readRecords } from '../../runs/metrics-log.ts';
import { changeNotes } from '../../runs/notes-file.ts';
import { readRunFile } from '../../runs/run-file.ts';
import { findRun, listRuns, runPaths } from '../../runs/run-folder.ts';
import { requestStop } from '../../runs/stop.ts';
import { restoreRun, trashRun } from '../../runs/trash.ts';
import { LabError } from '../../../src-shared/errors.ts';
import { prepareCalibration } from '../calibrate.ts';
import { compareRuns } from '../compare-runs.ts';
import { estimateTraining } from '../estimate.ts';
import { flatSettings } from '../flat-settings.ts';
import type { Lab } from '../lab.ts';
import { runInfo, runInfoOf } from '../run-info.ts';
import { scheduleRates } from '../schedule.ts';
import { suggestTraining } from '../suggest.ts';
import { findTensorboard, prepareRun, trainJob } from '../train-job.ts';
import { checkTrainPaths } from '../train-paths.ts';
import { os } from './implementer.ts';

export const training = {
  suggest: os.training.suggest.handler(({ context: { lab }, input }) => suggestTraining(lab, input.dataset)),

  estimate: os.training.estimate.handler(({ context: { lab, paths }, input }) => {
    checkTrainPaths(input, { paths, labFolder: lab.folder });
    return estimateTraining(lab, input);
  }),

  calibrate: os.training.calibrate.handler(async ({ context: { lab, paths }, input }) => {
    checkTrainPaths(input, { paths, labFolder: lab.folder });
    const work = await prepareCalibration(lab, input);
    return { job: lab.jobs.start('calibrate', input.model, work) };
  }),

  schedule: os.training.schedule.handler(({ input }) => scheduleRates(input)),

  start: os.training.start.handler(async ({ context: { lab, paths }, input }) => {
    checkTrainPaths(input, { paths, labFolder: lab.folder });
    if (input.tensorboard !== null) paths.check(input.tensorboard);
    const plan = await prepareRun(lab, input);
    return { job: lab.jobs.start('train', input.dataset, plan) };
  }),

  resume: os.training.resume.handler(async ({ context: { lab, paths }, input }) => {
    if (input.tensorboard !== null) paths.check(input.tensorboard);
    const folder = await findRun(lab.folder, input.run);
    const run = path.basename(folder);
    const logs = await findTensorboard(input.tensorboard, run);
    return { job: lab.jobs.start('train', run, (job) => trainJob(lab, folder, logs, job)) };
  }),

  stop: os.training.stop.handler(async ({ context: { lab }, input }) => {
    const folder = await findRun(lab.folder, input.run);
    await stopRun(lab, folder);
    return { run: path.basename(folder) };
  }),

  pause: os.training.pause.handler(async ({ context: { lab }, input }) => {
    const folder = await findRun(lab.folder, input.run);
    await stopRun(lab, folder);
    await changeNotes(folder, { paused: true });
    lab.changes.emit({ what: 'runs' });
    return { run: path.basename(folder) };
  }),

  runs: os.training.runs.handler(async ({ context: { lab } }) =>
    Promise.all((await listRuns(lab.folder)).map((run) => runInfo(lab, run))),
  ),

  run: os.training.run.handler(async ({ context: { lab }, input }) => {
    const paths = runPaths(await findRun(lab.folder, input.run));
    const run = await readRunFile(paths.run);
    const history = await readRecords(paths.metrics);
    return { ...(await runInfo(lab, run)), settings: run.settings, history };
  }),

  series: os.training.series.handler(async ({ context: { lab }, input }) => {
    const folder = await findRun(lab.folder, input.run);
    const { id, dataset, settings } = await readRunFile(runPaths(folder).run);
    const { batchSize, dropLast } = settings;
    const stepsPerEpoch = batchSizes(dataset.train, batchSize, { dropLast, joinSingle: true }).length;
    return { run: id, stepsPerEpoch, ...(await lab.series.read(folder)) };
  }),

  settingsOf: os.training.settingsOf.handler(async ({ context: { lab }, input }) => {
    const folder = await findRun(lab.folder, input.run);
    const run = await readRunFile(runPaths(folder).run);
    return { run: run.id, dataset: run.dataset.name, settings: flatSettings(run, folder) };
  }),

  compare: os.training.compare.handler(async ({ context: { lab }, input }) => {
    const folders = await Promise.all(input.runs.map((name) => findRun(lab.folder, name)));
    const runs = folders.map(async (folder) => ({ folder, run: await readRunFile(runPaths(folder).run) }));
    return compareRuns(await Promise.all(runs));
  }),

  annotate: os.training.annotate.handler(async ({ context: { lab }, input }) => {
    const folder = await findRun(lab.folder, input.run);
    const { name, note } = input;
    await changeNotes(folder, { ...(name !== undefined && { name }), ...(note !== undefined && { note }) });
    lab.changes.emit({ what: 'runs' });
    return runInfoOf(lab, folder);
  }),

  remove: os.training.remove.handler(async ({ context: { lab }, input }) => {
    const folder = await findRun(lab.folder, input.run);
    const run = path.basename(folder);
    if (lab.trainings.has(run)) throw inTraining(run);
    await trashRun(lab.folder, folder);
    lab.changes.emit({ what: 'runs' });
    return { run };
  }),

  restore: os.training.restore.handler(async ({ context: { lab }, input }) => {
    const folder = await restoreRun(lab.folder, input.run);
    lab.changes.emit({ what: 'runs' });
    return runInfoOf(lab, folder);
  }),
};

/** Through its job, which may not have begun yet, or through a file where another process trains the run. */
async function stopRun(lab: Lab, folder: string): Promise<void> {
  const job = lab.trainings.get(path.basename(folder));
  if (job === undefined) await requestStop(folder);
  else lab.jobs.cancel(job);
}

function inTraining(run: string): LabError {
  return new LabError('RUN_BUSY', `The run ${run} is being trained.`, {
    hint: 'Stop it first.',
  });
}
