/** How long a training still takes, from how long its steps and evaluations took so far. */
import type { Phase } from '../runs/settings.ts';
import type { TrainEvent } from '../runs/train-context.ts';

/** What an epoch takes. */
export interface EpochPace {
  /** Seconds of a step. */
  readonly step: number;
  /** Seconds between an epoch's last step and its figures. */
  readonly evaluation: number;
}

/** Images of a run. */
interface Images {
  readonly train: number;
  readonly validation: number;
}

type StepEvent = Extract<TrainEvent, { event: 'step' }>;

/** Reads the events of one training as they come. */
export class TrainingClock {
  readonly #phases: readonly Phase[];
  readonly #images: Images;
  #expected: EpochPace | null = null;
  readonly #pace: Partial<Record<Phase['name'], Partial<EpochPace>>> = {};
  #epochs: number;
  #first: { readonly event: StepEvent; readonly at: number } | undefined;
  #last: { readonly event: StepEvent; readonly at: number } | undefined;

  constructor(phases: readonly Phase[], images: Images) {
    this.#phases = phases;
    this.#images = images;
    this.#epochs = phases.reduce((sum, { epochs }) => sum + epochs, 0);
  }

  /** Epochs that the training is going to have; fewer once a phase has ended early. */
  get epochs(): number {
    return this.#epochs;
  }

  /** Tells what an epoch of the whole network took before, for a phase that has not begun. */
  expect(pace: EpochPace): void {
    this.#expected = pace;
  }

  /** @param at milliseconds of any clock */
  step(event: StepEvent, at: number): void {
    if (this.#first === undefined || this.#first.event.epoch !== event.epoch) this.#first = { event, at };
    this.#last = { event, at };
    const steps = event.epochStep - this.#first.event.epochStep;
    if (steps > 0) this.#learn({ step: (at - this.#first.at) / 1000 / steps });
  }

  /** @param at milliseconds of the clock that times the steps */
  epoch({ epochs }: { readonly epochs: number }, at: number): void {
    this.#epochs = epochs;
    if (this.#last !== undefined) this.#learn({ evaluation: (at - this.#last.at) / 1000 });
  }

  /** Seconds from the last step to the end; null while nobody can tell. */
  secondsLeft(): number | null {
    if (this.#last === undefined) return null;
    const { epoch, epochStep, epochSteps } = this.#last.event;
    const own = this.#phaseOf(epoch);
    const pace = this.#paceOf(own, epochSteps);
    if (pace === null) return null;
    let left = (epochSteps - epochStep) * pace.step + pace.evaluation;
    for (let later = epoch + 1; later <= this.#epochs; later++) {
      const laterPace = this.#phaseOf(later) === own ? pace : this.#paceOf(this.#phaseOf(later), epochSteps);
      if (laterPace === null) return null;
      left += epochSteps * laterPace.step + laterPace.evaluation;
    }
    return left;
  }

  #learn(found: Partial<EpochPace>): void {
    const phase = this.#phaseOf(this.#last!.event.epoch);
    this.#pace[phase] = { ...this.#pace[phase], ...found };
  }

  #phaseOf(epoch: number): Phase['name'] {
    const last = this.#phases.at(-1)!;
    return epoch > this.#epochs - last.epochs ? last.name : 'head';
  }

  #paceOf(phase: Phase['name'], epochSteps: number): EpochPace | null {
    const { step, evaluation } = this.#pace[phase] ?? {};
    if (step === undefined) return phase === 'full' ? this.#expected : null;
    if (evaluation !== undefined) return { step, evaluation };
    const { train, validation } = this.#images;
    // A step goes forward once and backward, which takes twice as long.
    return { step, evaluation: phase === 'head' ? 0 : (epochSteps * step * (1 + validation / train)) / 3 };
  }
}
