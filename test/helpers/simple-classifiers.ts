/** Classifiers without a network: what they solve needs none. */

/** A point and its class, counted from 0. */
export interface LabelledPoint {
  readonly features: readonly number[];
  readonly label: number;
}

/** The share of `test` that lies nearest to its own class's mean over `train`. */
export function centroidAccuracy(train: readonly LabelledPoint[], test: readonly LabelledPoint[]): number {
  const centroids = classesOf(train).map((label) => meanOf(train.filter((point) => point.label === label)));
  return accuracy(test, (features) => centroids.map((centroid) => -squaredDistance(features, centroid)));
}

/** The share of `test` that softmax regression gets right, fitted on `train` by gradient descent. */
export function softmaxAccuracy(train: readonly LabelledPoint[], test: readonly LabelledPoint[]): number {
  const mean = meanOf(train);
  const deviation = mean.map((center, feature) =>
    Math.sqrt(train.reduce((sum, point) => sum + (point.features[feature]! - center) ** 2, 0) / train.length),
  );
  // Standardised, with a constant for the bias.
  const inputs = (features: readonly number[]): number[] => [
    1,
    ...features.map((value, feature) => (value - mean[feature]!) / deviation[feature]!),
  ];
  const weights = classesOf(train).map(() => new Array<number>(mean.length + 1).fill(0));
  const logits = (x: readonly number[]): number[] =>
    weights.map((row) => row.reduce((sum, weight, index) => sum + weight * x[index]!, 0));
  for (let step = 0; step < 500; step++) {
    const gradient = weights.map((row) => row.map(() => 0));
    for (const point of train) {
      const x = inputs(point.features);
      softmax(logits(x)).forEach((probability, label) => {
        const error = probability - (label === point.label ? 1 : 0);
        x.forEach((value, index) => (gradient[label]![index]! += (error * value) / train.length));
      });
    }
    weights.forEach((row, label) =>
      row.forEach((_, index) => (row[index]! -= 0.5 * gradient[label]![index]!)),
    );
  }
  return accuracy(test, (features) => logits(inputs(features)));
}

function accuracy(
  points: readonly LabelledPoint[],
  scores: (features: readonly number[]) => readonly number[],
): number {
  const right = points.filter((point) => {
    const found = scores(point.features);
    return found.indexOf(Math.max(...found)) === point.label;
  });
  return right.length / points.length;
}

function classesOf(points: readonly LabelledPoint[]): number[] {
  return [...new Set(points.map((point) => point.label))].sort((a, b) => a - b);
}

function meanOf(points: readonly LabelledPoint[]): number[] {
  return points[0]!.features.map(
    (_, feature) => points.reduce((sum, point) => sum + point.features[feature]!, 0) / points.length,
  );
}

function squaredDistance(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, index) => sum + (value - b[index]!) ** 2, 0);
}

function softmax(logits: readonly number[]): number[] {
  const powers = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}
