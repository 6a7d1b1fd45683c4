/** The loop over phases, epochs and steps, and the moments at which its state is written down. */
import { LabError } from '../../src-shared/errors.ts';
import { batchSizes, epochOrder } from '../data/sampler.ts';
import { composeStep } from '../training/compose.ts';
import { learningRateFactor } from '../training/schedulers/index.ts';
import { readArtifact } from './artifacts.ts';
import { writeCheckpoint, type Checkpoint, type Position } from './checkpoint.ts';
import { advance, nextPhase } from './early-stopping.ts';
import { createFeaturePhase } from './feature-phase.ts';
import { createImagePhase } from './image-phase.ts';
import { appendRecord, type EpochRecord } from './metrics-log.ts';
import { argMax } from './metrics/softmax.ts';
import { splitRows } from './classifier.ts';
import { artifactPath } from './run-folder.ts';
import { writeRunFile, type RunFile } from './run-file.ts';
import { phasesOf, type Phase } from './settings.ts';
import { checkFinite, diverged, freshState, StepRunner, type StepResult } from './step-runner.ts';
import type { StopWatch } from './stop.ts';
import type { EpochFigures, PhaseData, TrainBatch, TrainContext, TrainResult } from './train-context.ts';
import { removeEpochs, writeEpochWeights } from './weights.ts';

/** One training, from a checkpoint to the end or to a stop. */
export class Trainer {
  readonly #context: TrainContext;
  readonly #watch: StopWatch;
  readonly #phases: readonly Phase[];
  #run: RunFile;
  #position: Position;
  #tensors: Checkpoint['tensors'];
  #lastCheckpoint = performance.now();

  constructor(context: TrainContext, { position, tensors }: Checkpoint, watch: StopWatch) {
    this.#context = context;
    this.#watch = watch;
    this.#run = context.run;
    this.#phases = phasesOf(context.run.settings);
    this.#position = position;
    this.#tensors = tensors;
  }

  /** Trains until the last phase ends or a stop is asked for. */
  async run(): Promise<TrainResult> {
    const finished = await this.#allPhases();
    const { epoch, best } = this.#position;
    const status = finished ? 'finished' : 'stopped';
    await this.#saveRun({ status });
    const result: TrainResult = { run: this.#run.id, status, epoch, best };
    this.#context.emit({ event: 'done', ...result });
    return result;
  }

  async #allPhases(): Promise<boolean> {
    for (;;) {
      const { phase, phaseEpoch, phaseEnded } = this.#position;
      const current = this.#phases[phase]!;
      const over = phaseEnded || phaseEpoch >= current.epochs;
      if (!over && !(await this.#phase(current))) return false;
      if (phase + 1 === this.#phases.length) return true;
      this.#position = nextPhase(this.#position);
      // The next phase's optimizer begins anew.
      this.#tensors = new Map([...this.#tensors].filter(([name]) => !name.startsWith('optimizer.')));
    }
  }

  /** Trains the rest of a phase. Returns false when it was stopped. */
  async #phase(phase: Phase): Promise<boolean> {
    const runner = await this.#createRunner(phase);
    let data: PhaseData | undefined;
    try {
      data = await this.#createData(phase);
      if (data === undefined) return false;
      while (!this.#position.phaseEnded && this.#position.phaseEpoch < phase.epochs) {
        if (!(await this.#epoch(phase, data, runner))) return false;
      }
      return true;
    } finally {
      this.#tensors = runner.movedState();
      await runner.release();
      await data?.close();
    }
  }

  /** Undefined when a stop came while features were computed. */
  async #createData({ name, epochs }: Phase): Promise<PhaseData | undefined> {
    if (name === 'full') return createImagePhase(this.#context);
    const emit: TrainContext['emit'] = (event) => {
      this.#context.emit(event);
      this.#watch.requested();
    };
    try {
      return await createFeaturePhase({ ...this.#context, emit }, epochs);
    } catch (error) {
      if (error instanceof LabError && error.code === 'CANCELLED') return undefined;
      throw error;
    }
  }

  async #createRunner({ name }: Phase): Promise<StepRunner> {
    const { paths, run, initial, session } = this.#context;
    const training = await readArtifact(paths, run, artifactPath(name, 'training_model'));
    const optimizer = await readArtifact(paths, run, artifactPath(name, 'optimizer_model'));
    const step = composeStep(training, optimizer);
    return new StepRunner(step, freshState(step, new Map([...initial, ...this.#tensors])), session);
  }

  /** Trains the rest of an epoch and measures it. Returns false when it was stopped. */
  async #epoch(phase: Phase, data: PhaseData, runner: StepRunner): Promise<boolean> {
    const plan = this.#plan(phase);
    const rates = this.#learningRates(phase);
    const done = plan.sizes.slice(0, this.#position.step).reduce((sum, size) => sum + size, 0);
    const sizes = plan.sizes.slice(this.#position.step);
    const began = performance.now();
    for await (const batch of data.batches(plan.order.subarray(done), sizes, this.#position.epoch + 1)) {
      if (this.#watch.requested()) break;
      await this.#step(batch, rates, runner, plan.sizes.length);
      if (this.#checkpointDue()) await this.#checkpoint(runner);
    }
    if (this.#watch.requested()) {
      await this.#checkpoint(runner);
      return false;
    }
    const images = sizes.reduce((sum, size) => sum + size, 0);
    const imagesPerSecond = (images / Math.max(performance.now() - began, 1e-3)) * 1000;
    const figures = await data.evaluate(runner.state);
    this.#checkFigures(figures);
    await this.#finishEpoch(phase, runner, this.#record(phase, figures, rates, imagesPerSecond));
    return true;
  }

  /** The rows of the epoch under way in the order they are shown, and the sizes of its batches. */
  #plan({ name }: Phase): { readonly order: Uint32Array; readonly sizes: readonly number[] } {
    const { seed, shuffle, batchSize, dropLast } = this.#run.settings;
    const { train } = this.#context;
    const places = epochOrder(train.length, { seed, epoch: this.#position.epoch + 1, shuffle });
    // BatchNorm, which only the whole network's training has, finds no variance in a batch of one.
    const sizes = batchSizes(train.length, batchSize, { dropLast, joinSingle: name === 'full' });
    if (sizes.length === 0) {
      throw new LabError(
        'INVALID_ARGUMENT',
        `Dropping the last batch leaves nothing: there are ${train.length} training images, and a batch takes ${batchSize}.`,
        { hint: 'Use a smaller --batch-size, or no --drop-last.' },
      );
    }
    return { order: places.map((place) => train[place]!), sizes };
  }

  /** One rate for each parameter group: the backbone's, where it is trained, then the head's. */
  #learningRates({ name, epochs }: Phase): number[] {
    const { lr, backboneLr, schedule } = this.#run.settings;
    const factor = learningRateFactor(schedule, this.#position.phaseEpoch, epochs);
    return (name === 'head' ? [lr] : [backboneLr ?? lr, lr]).map((rate) => rate * factor);
  }

  async #step(batch: TrainBatch, rates: number[], runner: StepRunner, epochSteps: number): Promise<void> {
    const position = this.#position;
    const { seed } = this.#run.settings;
    const result = await runner.step({
      ...batch,
      learningRates: rates,
      step: position.phaseStep + 1,
      seed,
      globalStep: position.globalStep,
    });
    if (!Number.isFinite(result.loss)) throw diverged(this.#where(1), `the loss is ${result.loss}`);
    this.#position = {
      ...position,
      step: position.step + 1,
      phaseStep: position.phaseStep + 1,
      globalStep: position.globalStep + 1,
      running: addRunning(position.running, result, batch.labels),
    };
    this.#context.emit({
      event: 'step',
      step: this.#position.globalStep,
      epoch: position.epoch + 1,
      epochStep: this.#position.step,
      epochSteps,
      loss: result.loss,
      accuracy: (this.#position.running.correct - position.running.correct) / batch.labels.length,
    });
  }

  #where(ahead: number): string {
    return `epoch ${this.#position.epoch + 1}, step ${this.#position.step + ahead}`;
  }

  #checkFigures({ train, validation }: EpochFigures): void {
    for (const [name, summary] of Object.entries({ training: train, validation })) {
      if (summary === null || Number.isFinite(summary.loss)) continue;
      throw diverged(`epoch ${this.#position.epoch + 1}`, `the ${name} loss is ${summary.loss}`);
    }
  }

  #record(
    phase: Phase,
    { train, validation }: EpochFigures,
    rates: readonly number[],
    imagesPerSecond: number,
  ): EpochRecord {
    const { loss, correct, count } = this.#position.running;
    return {
      epoch: this.#position.epoch + 1,
      phase: phase.name,
      running: { loss: loss / count, accuracy: correct / count },
      train,
      validation,
      learningRate: rates.at(-1)!,
      backboneLearningRate: rates.length > 1 ? rates[0]! : null,
      imagesPerSecond,
    };
  }

  /**
   * Writes an epoch down. The checkpoint comes last: killed before it, the epoch is trained again and everything
   * written here is replaced by the same.
   */
  async #finishEpoch(phase: Phase, runner: StepRunner, record: EpochRecord): Promise<void> {
    const { paths, emit } = this.#context;
    const moved = runner.movedState();
    checkFinite(moved, `epoch ${record.epoch}`);
    const weights = new Map([...moved].filter(([name]) => !name.startsWith('optimizer.')));
    await writeEpochWeights(paths, record.epoch, weights);
    await appendRecord(paths.metrics, record);
    this.#position = advance(this.#position, record, this.#run.settings.patience);
    await this.#checkpoint(runner);
    await this.#saveRun({ epoch: record.epoch, best: this.#position.best });
    if (this.#run.settings.keepEpochs === 'best') {
      await removeEpochs(paths, (epoch) => epoch === record.epoch || epoch === this.#position.best?.epoch);
    }
    const epochs = this.#position.epoch - this.#position.phaseEpoch + phase.epochs + this.#laterEpochs();
    emit({ event: 'epoch', epochs, ...record });
  }

  #laterEpochs(): number {
    return this.#phases.slice(this.#position.phase + 1).reduce((sum, { epochs }) => sum + epochs, 0);
  }

  #checkpointDue(): boolean {
    const { checkpointSeconds, checkpointSteps } = this.#run.settings;
    if (checkpointSteps !== null && this.#position.step % checkpointSteps === 0) return true;
    return performance.now() - this.#lastCheckpoint >= checkpointSeconds * 1000;
  }

  async #checkpoint(runner: StepRunner): Promise<void> {
    const { paths, emit } = this.#context;
    const tensors = runner.movedState();
    checkFinite(tensors, this.#where(0));
    await writeCheckpoint(paths.checkpoint, { position: this.#position, tensors });
    this.#lastCheckpoint = performance.now();
    emit({ event: 'checkpoint', epoch: this.#position.epoch, step: this.#position.step });
  }

  async #saveRun(change: Partial<RunFile>): Promise<void> {
    this.#run = { ...this.#run, ...change };
    await writeRunFile(this.#context.paths.run, this.#run);
  }
}

function addRunning(
  running: Position['running'],
  { loss, logits }: StepResult,
  labels: Int32Array,
): Position['running'] {
  const rows = splitRows(logits, labels.length);
  const correct = rows.filter((row, at) => argMax(row) === labels[at]).length;
  return {
    loss: running.loss + loss * labels.length,
    correct: running.correct + correct,
    count: running.count + labels.length,
  };
}
