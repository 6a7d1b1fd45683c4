/** The log's figures under the names that TensorBoard plots them by: the part before the slash groups them. */
import type { EpochLine, LogLine } from '../run-log.ts';
import { scalarsEvent, sessionStart, type Scalar } from './events.ts';
import type { Event } from './proto/tensorboard_pb.ts';

const AFTER_EPOCH = 'of the finished epoch, by epoch';

/** What the figures are, by the beginning or the whole of their tag. */
const DESCRIPTIONS: Readonly<Record<string, string>> = {
  'loss/train': `Mean loss on the training images without augmentation, ${AFTER_EPOCH}.`,
  'loss/validation': `Mean loss on the validation images, ${AFTER_EPOCH}.`,
  'loss/running':
    'Mean over the epoch of the loss that its steps were shown, measured while the weights moved, by epoch.',
  'loss/running_by_step':
    'Loss of the batch that each step was shown, before it changed the weights, by step.',
  'accuracy/train': `Accuracy on the training images without augmentation, ${AFTER_EPOCH}.`,
  'accuracy/validation': `Accuracy on the validation images, ${AFTER_EPOCH}.`,
  'accuracy/running':
    'Mean over the epoch of the accuracy on what its steps were shown, measured while the weights moved, by epoch.',
  'accuracy/running_by_step':
    'Accuracy on the batch that each step was shown, before it changed the weights, by step.',
  learning_rate: "Learning rate of the parameter group in the epoch's first step, by epoch.",
  learning_rate_by_step: 'Learning rate of the parameter group, by step.',
  speed: 'Training images a second, evaluation left out, by epoch.',
};

/** Turns the lines of a log into events; a tag is described the first time it comes. */
export class ScalarEvents {
  readonly #described = new Set<string>();
  #begun = false;

  /** The events of a line. Before the first step stands that the session begins with it. */
  of(line: LogLine): Event[] {
    if (line.event === 'epoch')
      return [scalarsEvent(line.time, line.epoch, this.#describe(epochScalars(line)))];
    const start = this.#begun ? [] : [sessionStart(line.time, line.step)];
    this.#begun = true;
    const scalars = [
      { tag: 'loss/running_by_step', value: line.loss },
      { tag: 'accuracy/running_by_step', value: line.accuracy },
      ...rates('learning_rate_by_step', line.learningRates),
    ];
    return [...start, scalarsEvent(line.time, line.step, this.#describe(scalars))];
  }

  #describe(scalars: readonly Scalar[]): Scalar[] {
    return scalars.map((scalar) => {
      if (this.#described.has(scalar.tag)) return scalar;
      this.#described.add(scalar.tag);
      return { ...scalar, description: DESCRIPTIONS[scalar.tag] ?? DESCRIPTIONS[scalar.tag.split('/')[0]!] };
    });
  }
}

function epochScalars({ running, train, validation, learningRates, imagesPerSecond }: EpochLine): Scalar[] {
  const measured = { train, ...(validation !== null && { validation }), running };
  return [
    ...Object.entries(measured).map(([name, { loss }]) => ({ tag: `loss/${name}`, value: loss })),
    ...Object.entries(measured).map(([name, { accuracy }]) => ({ tag: `accuracy/${name}`, value: accuracy })),
    ...rates('learning_rate', learningRates),
    { tag: 'speed/images_per_second', value: imagesPerSecond },
  ];
}

function rates(tag: string, learningRates: LogLine['learningRates']): Scalar[] {
  return Object.entries(learningRates).map(([group, value]) => ({ tag: `${tag}/${group}`, value }));
}
