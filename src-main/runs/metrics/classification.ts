/** What a set of logits says about a classifier. */
import { wilsonInterval, type Interval } from './interval.ts';
import { argMax, crossEntropy, type Logits } from './softmax.ts';

/** Row: the label, column: the prediction; counts. */
export type Confusion = readonly (readonly number[])[];

/** Figures of one class. A quotient without a denominator is 0. */
export interface ClassMetrics {
  readonly class: string;
  /** Of what was predicted as this class, the share that is. */
  readonly precision: number;
  /** Of what is this class, the share that was predicted so. */
  readonly recall: number;
  /** The harmonic mean of precision and recall. */
  readonly f1: number;
  /** Samples of this class. */
  readonly support: number;
}

/** Loss, accuracy and confusion matrix of some samples. */
export interface Summary {
  /** Mean cross-entropy, without label smoothing or class weights. 0 when there are no samples. */
  readonly loss: number;
  readonly accuracy: number;
  readonly accuracyInterval: Interval;
  readonly count: number;
  readonly confusion: Confusion;
}

/** Collects the figures of {@link Summary} batch by batch. */
export class SummaryAccumulator {
  readonly #confusion: number[][];
  #loss = 0;
  #correct = 0;
  #count = 0;

  constructor(classes: number) {
    this.#confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  }

  /** Adds one sample. Returns its prediction and loss. */
  add(logits: Logits, label: number): { readonly predicted: number; readonly loss: number } {
    const predicted = argMax(logits);
    const loss = crossEntropy(logits, label);
    this.#loss += loss;
    this.#count += 1;
    if (predicted === label) this.#correct += 1;
    this.#confusion[label]![predicted]! += 1;
    return { predicted, loss };
  }

  summary(): Summary {
    const count = Math.max(1, this.#count);
    return {
      loss: this.#loss / count,
      accuracy: this.#correct / count,
      accuracyInterval: wilsonInterval(this.#correct, this.#count),
      count: this.#count,
      confusion: this.#confusion.map((row) => [...row]),
    };
  }
}

/** Precision, recall, F1 and support of every class, from the confusion matrix. */
export function classMetrics(confusion: Confusion, classes: readonly string[]): ClassMetrics[] {
  return classes.map((name, index) => {
    const hits = confusion[index]![index]!;
    const support = confusion[index]!.reduce((sum, count) => sum + count, 0);
    const predicted = confusion.reduce((sum, row) => sum + row[index]!, 0);
    const precision = ratio(hits, predicted);
    const recall = ratio(hits, support);
    const f1 = ratio(2 * precision * recall, precision + recall);
    return { class: name, precision, recall, f1, support };
  });
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
