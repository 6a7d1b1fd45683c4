/** The loop over phases, epochs and steps, and the moments at which its state is written down. */
import { LabError } from '../../src-shared/errors.ts';
import { composeStep } from '../training/compose.ts';
import { readArtifact } from './artifacts.ts';
import { writeCheckpoint, type Checkpoint, type Position } from './checkpoint.ts';
import { advance, nextPhase } from './early-stopping.ts';
import { epochPlan } from './epoch-plan.ts';
import { createFeaturePhase } from './feature-phase.ts';
import { createImagePhase } from './image-phase.ts';
import { appendRecord, type EpochRecord } from './metrics-log.ts';
import { LearningRates } from './learning-rates.ts';
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
    const { runner, rates } = await this.#createRunner(phase);
    let data: PhaseData | undefined;
    try {
      data = await this.#createData(phase);
      if (data === undefined) return false;
      while (!this.#position.phaseEnded && this.#position.phaseEpoch < phase.epochs) {
        if (!(await this.#epoch(phase, data, runner, rates))) return false;
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

  async #createRunner(phase: Phase): Promise<{ runner: StepRunner; rates: LearningRates }> {
    const { paths, run, initial, session } = this.#context;
    const { name } = phase;
    const training = await readArtifact(paths, run, artifactPath(name, 'training_model'));
    const optimizer = await readArtifact(paths, run, artifactPath(name, 'optimizer_model'));
    const step = composeStep(training, optimizer);
    return {
      runner: new StepRunner(step, freshState(step, new Map([...initial, ...this.#tensors])), session),
      rates: new LearningRates(optimizer, run.settings, phase),
    };
  }

  /** Trains the rest of an epoch and measures it. Returns false when it was stopped. */
  async #epoch(phase: Phase, data: PhaseData, runner: StepRunner, rates: LearningRates): Promise<boolean> {
    const { step: firstBatch, epoch } = this.#position;
    const plan = epochPlan(this.#context.train, this.#run.settings, phase.name, epoch + 1);
    const done = plan.sizes.slice(0, firstBatch).reduce((sum, size) => sum + size, 0);
    const order = plan.order.subarray(done);
    const sizes = plan.sizes.slice(firstBatch);
    const steps = plan.sizes.length;
    const began = performance.now();
    for await (const batch of data.batches({ order, sizes, epoch: epoch + 1, firstBatch })) {
      if (this.#watch.requested()) break;
      await this.#step(batch, rates, runner, steps);
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
    await this.#context.recorder.finish({
      epoch: epoch + 1,
      fed: phase.name === 'head' ? 'features' : 'images',
      steps,
      planned: plan.sizes.reduce((sum, size) => sum + size, 0),
    });
    const learningRates = rates.named(rates.at(this.#position, 0, steps));
    const record = this.#record(phase, figures, learningRates, imagesPerSecond);
    await this.#finishEpoch(phase, runner, record, rates.observe(this.#position, record));
    return true;
  }

  async #step(
    batch: TrainBatch,
    rates: LearningRates,
    runner: StepRunner,
    epochSteps: number,
  ): Promise<void> {
    const position = this.#position;
    const { seed } = this.#run.settings;
    const learningRates = rates.at(position, position.step, epochSteps);
    const result = await runner.step({
      ...batch,
      learningRates,
      step: position.phaseStep + 1,
      seed,
      globalStep: position.globalStep,
      onFeed: (input, labels) =>
        this.#context.recorder.observe(position.epoch + 1, position.step + 1, input, labels, batch.witness),
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
      learningRates: rates.named(learningRates),
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
    learningRates: EpochRecord['learningRates'],
    imagesPerSecond: number,
  ): EpochRecord {
    const { loss, correct, count } = this.#position.running;
    return {
      epoch: this.#position.epoch + 1,
      phase: phase.name,
      running: { loss: loss / count, accuracy: correct / count },
      train,
      validation,
      learningRates,
      imagesPerSecond,
    };
  }

  /**
   * Writes an epoch down. The checkpoint comes last: killed before it, the epoch is trained again and everything
   * written here is replaced by the same.
   */
  async #finishEpoch(
    phase: Phase,
    runner: StepRunner,
    record: EpochRecord,
    schedule: Position['schedule'],
  ): Promise<void> {
    const { paths, emit } = this.#context;
    const moved = runner.movedState();
    checkFinite(moved, `epoch ${record.epoch}`);
    const weights = new Map([...moved].filter(([name]) => !name.startsWith('optimizer.')));
    await writeEpochWeights(paths, record.epoch, weights);
    await appendRecord(paths.metrics, record);
    this.#position = { ...advance(this.#position, record, this.#run.settings.patience), schedule };
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
