/** One training step after the other, on a state kept here. */
import { LabError } from '../../src-shared/errors.ts';
import type { BatchMix } from '../data/batch-mix.ts';
import { specialise } from '../onnx/edit.ts';
import { allocate, elementCount, float32, scalar, type Tensor } from '../onnx/tensor.ts';
import type { Model } from '../onnx/types.ts';
import type { Session, SessionOptions } from '../runtime/session.ts';
import { createTrainingSession } from '../runtime/training-session.ts';

/** What a step is fed with besides the state. */
export interface StepInput {
  /** uint8 `[N, H, W, 3]` images or float32 `[N, F]` features. */
  readonly input: Tensor;
  readonly labels: Int32Array;
  /** How the images are mixed, where the graph mixes them. */
  readonly mix?: BatchMix;
  /** One rate for each parameter group. */
  readonly learningRates: readonly number[];
  /** The optimizer's count, from 1. */
  readonly step: number;
  /** Key dropout. */
  readonly seed: number;
  readonly globalStep: number;
  /** Shown the images or features and the labels that the graph is fed, just before it is. */
  readonly onFeed?: (input: Tensor, labels: Tensor) => void;
}

/** What a step tells. */
export interface StepResult {
  /** The mean loss of the batch before the update. */
  readonly loss: number;
  /** float32 `[N, classes]`, row by row. */
  readonly logits: Float32Array;
}

const FED = new Set([
  ...['images', 'features', 'labels', 'mix_mask', 'mix_weight'],
  ...['learning_rate', 'step', 'random_seed', 'random_step'],
]);

/** Names and dimensions of everything a step graph takes and gives back changed, or only takes. */
export function stateInputs(step: Model): { readonly name: string; readonly dims: readonly number[] }[] {
  return step.graph.inputs
    .filter(({ name }) => !FED.has(name))
    .map(({ name, shape = [] }) => ({ name, dims: shape as readonly number[] }));
}

/**
 * The state a phase begins with: tensors as given, those of the optimizer zero where none is given.
 *
 * @throws Error when a weight is missing: a defect of the caller
 */
export function freshState(step: Model, given: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  return new Map(
    stateInputs(step).map(({ name, dims }) => {
      const zeros = (): Tensor => ({
        dtype: 'float32',
        dims,
        data: allocate('float32', elementCount(dims)),
      });
      const tensor = given.get(name) ?? (name.startsWith('optimizer.') ? zeros() : undefined);
      if (tensor === undefined) throw new Error(`No first value for the parameter ${name}.`);
      return [name, tensor];
    }),
  );
}

/** Runs a composed step graph, specialised to each batch size it meets: two at most in an epoch. */
export class StepRunner {
  readonly #model: Model;
  readonly #options: SessionOptions;
  readonly #sessions = new Map<number, Session>();
  readonly #state: Map<string, Tensor>;
  readonly #moved: ReadonlySet<string>;

  constructor(model: Model, state: Map<string, Tensor>, options: SessionOptions) {
    this.#model = model;
    this.#state = state;
    this.#options = options;
    const outputs = model.graph.outputs.map(({ name }) => name);
    this.#moved = new Set(
      outputs.filter((name) => name.endsWith('_new')).map((name) => name.slice(0, -'_new'.length)),
    );
  }

  /** Everything the steps read, as of the last step. */
  get state(): ReadonlyMap<string, Tensor> {
    return this.#state;
  }

  /** The part of the state that steps change. */
  movedState(): Map<string, Tensor> {
    return new Map([...this.#state].filter(([name]) => this.#moved.has(name)));
  }

  /** Makes one step and keeps the new state. */
  async step(given: StepInput): Promise<StepResult> {
    const session = await this.#session(given.labels.length);
    const feeds = new Map(this.#feeds(given));
    given.onFeed?.(feeds.get('images') ?? feeds.get('features')!, feeds.get('labels')!);
    const results = await session.run(new Map([...this.#state, ...feeds]));
    for (const name of this.#moved) this.#state.set(name, results.get(`${name}_new`)!);
    return {
      loss: results.get('loss')!.data[0] as number,
      logits: results.get('logits')!.data as Float32Array,
    };
  }

  async release(): Promise<void> {
    for (const session of this.#sessions.values()) await session.release();
    this.#sessions.clear();
  }

  #feeds({ input, labels, mix, learningRates, step, seed, globalStep }: StepInput): [string, Tensor][] {
    const word = (value: number): Tensor => ({ dtype: 'uint32', dims: [1], data: Uint32Array.of(value) });
    const data = BigInt64Array.from(labels, BigInt);
    return [
      [input.dtype === 'uint8' ? 'images' : 'features', input],
      ['labels', { dtype: 'int64', dims: [labels.length], data }],
      ...(mix === undefined ? [] : mixFeeds(mix)),
      ['learning_rate', float32([learningRates.length], learningRates)],
      ['step', scalar(step)],
      ['random_seed', word(seed)],
      ['random_step', word(globalStep)],
    ];
  }

  async #session(size: number): Promise<Session> {
    const known = this.#sessions.get(size);
    if (known) return known;
    const model = specialise(this.#model, { N: size });
    const session = await createTrainingSession(model, { ...this.#options, name: 'the training step' });
    this.#sessions.set(size, session);
    return session;
  }
}

function mixFeeds({ mask, weight }: BatchMix): [string, Tensor][] {
  const side = Math.sqrt(mask.length);
  return [
    ['mix_mask', float32([1, 1, side, side], mask)],
    ['mix_weight', scalar(weight)],
  ];
}

/**
 * Refuses a state that no training recovers from.
 *
 * @param where such as `epoch 2, step 31`
 * @throws LabError `TRAINING_DIVERGED`
 */
export function checkFinite(tensors: ReadonlyMap<string, Tensor>, where: string): void {
  for (const [name, { data }] of tensors) {
    if ((data as Float32Array).every(Number.isFinite)) continue;
    throw diverged(where, `${name} holds numbers that are not finite`);
  }
}

/** The error of a training whose numbers have left the range of float32. */
export function diverged(where: string, what: string): LabError {
  return new LabError('TRAINING_DIVERGED', `The training diverged in ${where}: ${what}.`, {
    hint:
      'Lower the learning rate (--lr, --backbone-lr), clip gradients (--max-norm) or warm up ' +
      '(--warmup-epochs), in a new run; the last checkpoint is kept.',
  });
}
