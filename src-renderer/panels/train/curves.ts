/** From the figures of runs to the curves of their charts. The x axis counts epochs. */
import type { RunSeries } from '../../../src-shared/contract/run-series.ts';

/** A curve as `LineChart` takes it. */
export interface Curve {
  readonly label: string;
  readonly points: readonly (readonly [number, number])[];
  readonly color?: number;
  readonly dashed?: boolean;
  readonly faint?: boolean;
  readonly dots?: boolean;
}

/** A run with the name it is shown by. */
export interface NamedSeries {
  readonly name: string;
  readonly series: RunSeries;
}

/** Words for the legends. */
export interface CurveWords {
  readonly train: string;
  readonly validation: string;
  readonly steps: string;
  /** By parameter group; other groups are called by their pattern. */
  readonly groups: Readonly<Record<string, string>>;
}

/** One of the figures that steps and epochs have. */
export type Figure = 'loss' | 'accuracy';

/** Loss or accuracy: of one run each step, training and validation; of several the epochs alone, each in its colour. */
export function figureCurves(runs: readonly NamedSeries[], figure: Figure, words: CurveWords): Curve[] {
  const [only] = runs;
  if (only === undefined) return [];
  if (runs.length === 1) {
    return [
      { label: words.train, points: epochPoints(only.series, 'train', figure), color: 1 },
      { label: words.validation, points: epochPoints(only.series, 'validation', figure), color: 2 },
      { label: words.steps, points: stepPoints(only.series, figure), color: 1, faint: true },
    ].filter(({ points }) => points.length > 0);
  }
  return runs.flatMap(({ name, series }, at) => {
    const color = at + 1;
    const validation = epochPoints(series, 'validation', figure);
    const train = { label: name, points: epochPoints(series, 'train', figure), color, dashed: true };
    return validation.length === 0
      ? [train]
      : [
          { label: name, points: validation, color },
          { ...train, label: '' },
        ];
  });
}

/** Learning rates of all groups, or of several runs' heads. */
export function rateCurves(runs: readonly NamedSeries[], words: CurveWords): Curve[] {
  const [only] = runs;
  if (runs.length === 1 && only !== undefined) {
    const found = new Set(only.series.steps.flatMap(({ learningRates }) => Object.keys(learningRates)));
    const usual = Object.keys(words.groups).filter((group) => found.has(group));
    const groups = [...new Set([...usual, ...found])];
    return groups.map((group) => ({
      label: words.groups[group] ?? group,
      points: ratePoints(only.series, group),
      dots: false,
    }));
  }
  return runs.map(({ name, series }, at) => ({
    label: name,
    points: ratePoints(series, 'head'),
    color: at + 1,
    dots: false,
  }));
}

/** Images trained with in a second, by epoch. */
export function speedCurves(runs: readonly NamedSeries[]): Curve[] {
  return runs.map(({ name, series }, at) => ({
    label: name,
    points: slowest(series).map(({ epoch, imagesPerSecond }) => [epoch, imagesPerSecond] as const),
    color: at + 1,
  }));
}

/** Epochs of the last layer alone are so fast that nothing else could be seen beside them. */
function slowest({ epochs }: RunSeries): RunSeries['epochs'] {
  const groups = Math.max(...epochs.map(({ learningRates }) => Object.keys(learningRates).length));
  return epochs.filter(
    // A resumed epoch of which only the end was left has no speed.
    ({ learningRates, imagesPerSecond }) =>
      Object.keys(learningRates).length === groups && imagesPerSecond > 0,
  );
}

/** The last value of a curve. */
export function lastOf({ points }: Curve): number | undefined {
  return points.at(-1)?.[1];
}

function stepPoints({ steps, stepsPerEpoch }: RunSeries, figure: Figure): [number, number][] {
  return steps.map((point) => [point.step / stepsPerEpoch, point[figure]]);
}

function epochPoints(
  { epochs }: RunSeries,
  split: 'train' | 'validation',
  figure: Figure,
): [number, number][] {
  return epochs.flatMap((point) => {
    const figures = point[split];
    return figures === null ? [] : [[point.epoch, figures[figure]]];
  });
}

function ratePoints({ steps, stepsPerEpoch }: RunSeries, group: string): [number, number][] {
  return steps.flatMap(({ step, learningRates }) => {
    const rate = learningRates[group];
    return rate === undefined ? [] : [[step / stepsPerEpoch, rate]];
  });
}
