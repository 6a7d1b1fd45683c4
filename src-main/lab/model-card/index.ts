/** A model card (M. Mitchell et al., Model Cards for Model Reporting, 2019) that says what is recorded, and no more. */
import type { TransformSpec } from '../../data/transforms/index.ts';
import { classMetrics, type ClassMetrics, type Summary } from '../../runs/metrics/classification.ts';
import { wilsonInterval, type Interval } from '../../runs/metrics/interval.ts';
import { networkName } from '../export-job.ts';
import type { CardFacts } from './facts.ts';
import { code, list, percent, plain, table } from './markdown.ts';

export { readCardFacts } from './facts.ts';

/** The card as Markdown. */
export function modelCard(facts: CardFacts): string {
  const sections = [
    modelSection,
    dataSection,
    resultsSection,
    trainingSection,
    exportsSection,
    missingSection,
  ];
  return `${[heading(facts), ...sections.map((section) => section(facts))].join('\n\n')}\n`;
}

function heading({ run, notes }: CardFacts): string {
  const { dataset, settings } = run;
  const title = notes.name ?? `${dataset.name}, ${networkName(settings.model)}`;
  const intro = `An image classifier for ${dataset.classes.length} classes, trained with Vitrine. This card holds what was recorded of the run ${code(run.id)}, and nothing else.`;
  const note = notes.note === '' ? [] : [`> ${plain(notes.note)}`];
  return [`# ${plain(title)}`, intro, ...note].join('\n\n');
}

function modelSection({ run, record, paper, published }: CardFacts): string {
  const { settings, dataset, weights, network } = run;
  const { pipeline, normalization } = settings;
  const file = network === null ? '' : ', read from a file';
  return [
    '## Model',
    list([
      `Network: ${plain(networkName(settings.model))}${file}${paper === undefined ? '' : ` (${plain(paper)})`}`,
      `Weights of epoch ${record.epoch} of ${run.epoch}${chosenBecause(run, record.epoch)}`,
      `Input: images of ${pipeline.imageSize} × ${pipeline.imageSize} pixels, upright and in sRGB; ${pipeline.transforms.map(describeTransform).join(', then ')}. An image that has this size already is taken as it is.`,
      `Normalisation: (x − mean) / deviation of pixels in 0 to 1, mean ${normalization.mean.map(short).join(', ')}, deviation ${normalization.std.map(short).join(', ')} (red, green, blue)`,
      `Classes, in the order of the outputs: ${dataset.classes.map(plain).join(', ')}`,
      firstWeights(weights, network?.ownWeights === true),
      ...(published === undefined
        ? []
        : [`First weights are: ${plain(published.description)}. Licence: ${plain(published.licence)}.`]),
    ]),
  ].join('\n\n');
}

function chosenBecause({ best }: CardFacts['run'], epoch: number): string {
  if (best?.epoch !== epoch) return '';
  return best.loss === null
    ? ' (the last one: there were no validation images to choose by)'
    : ' (chosen because its loss on the validation images was the lowest)';
}

function describeTransform(spec: TransformSpec): string {
  switch (spec.name) {
    case 'resize':
      return `the short side is resized to ${spec.size} (${spec.interpolation})`;
    case 'center-crop':
      return `the middle ${spec.size} × ${spec.size} is cut out`;
    case 'exact-resize':
      return `the image is stretched to ${spec.width} × ${spec.height} (${spec.interpolation})`;
  }
}

function firstWeights(weights: CardFacts['run']['weights'], own: boolean): string {
  if (weights === null)
    return own ? 'First weights: those in the file of the network' : 'First weights: drawn at random';
  const head =
    weights.headLoaded === null
      ? ''
      : weights.headLoaded
        ? ', with their last layer'
        : ', with a new last layer';
  return `First weights: ${plain(networkName(weights.name))}${head}; SHA-256 of the file ${code(weights.sha256)}`;
}

function dataSection({ run: { dataset }, counts }: CardFacts): string {
  const splits = [counts.train, counts.validation, counts.test];
  const rows = dataset.classes.map((name, index) => [
    plain(name),
    ...splits.map((split) => String(split[index])),
  ]);
  const totals = splits.map((split) => String(split.reduce((sum, count) => sum + count, 0)));
  return [
    '## Data',
    `Data set: ${plain(dataset.name)}. SHA-256 of its images' contents, labels and splits: ${code(dataset.sha256)}`,
    table(['class', 'training', 'validation', 'test'], [...rows, ['all', ...totals]]),
  ].join('\n\n');
}

function resultsSection({ run: { dataset }, record, test }: CardFacts): string {
  const { train, validation } = record;
  const rows = [
    ...(test === undefined ? [] : [summaryRow('test', test)]),
    ...(validation === null ? [] : [summaryRow('validation', validation)]),
    summaryRow('training', train),
  ];
  const byClass =
    test === undefined
      ? classTable(classMetrics((validation ?? train).confusion, dataset.classes))
      : classTable(test.perClass);
  const labels = ` Test figures: by the labels of ${new Date().toISOString().slice(0, 10)}; the others: by those of the run.`;
  return [
    '## Results',
    `Measured on images without augmentation. Intervals hold the true share with 95 % confidence (Wilson), for images like these.${test === undefined ? '' : labels}`,
    table(['images', 'count', 'accuracy', '95 % interval', 'loss'], rows),
    `By class, on the ${rows[0]![0]} images:`,
    byClass,
  ].join('\n\n');
}

type Figures = Pick<Summary, 'count' | 'accuracy' | 'accuracyInterval'> & { readonly loss: number | null };

function summaryRow(name: string, { count, accuracy, accuracyInterval, loss }: Figures): string[] {
  return [name, String(count), percent(accuracy), range(accuracyInterval), loss?.toFixed(4) ?? ''];
}

function classTable(metrics: readonly ClassMetrics[]): string {
  const rows = metrics.map(({ class: name, precision, recall, f1, support }) => {
    const interval = support === 0 ? '' : range(wilsonInterval(recall * support, support));
    return [plain(name), percent(precision), percent(recall), interval, percent(f1), String(support)];
  });
  return table(['class', 'precision', 'recall', '95 % interval of the recall', 'F1', 'images'], rows);
}

function range({ low, high }: Interval): string {
  return `${percent(low)} to ${percent(high)}`;
}

function trainingSection({ run }: CardFacts): string {
  const { pipeline, normalization: _, ...settings } = run.settings;
  const rows = Object.entries({ ...settings, augmentations: pipeline.augmentations })
    .filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => [name, code(typeof value === 'string' ? value : JSON.stringify(value))]);
  const machine = run.machine;
  return [
    '## Training',
    `Begun ${run.createdAt}, ${run.epoch} epochs finished, status: ${run.status}.`,
    table(['setting', 'value'], rows, 2),
    ...(machine === null
      ? []
      : [
          `Software: onnxruntime ${plain(machine.onnxruntime)}, Node.js ${plain(machine.node)}. Device: ${machine.device}, ${machine.threads} threads.`,
        ]),
  ].join('\n\n');
}

function exportsSection({ exports }: CardFacts): string {
  const rows = exports.map(({ name, input, bytes, sha256, parity }) => [
    ...[plain(name), input, String(bytes), code(sha256)],
    `${parity.images} images: logits differ by at most ${parity.maxAbsLogitDifference.toExponential(1)}, ${percent(parity.argmaxAgreement)} of the predictions agree`,
  ]);
  return [
    '## Exported models',
    rows.length === 0
      ? 'None was exported from this epoch.'
      : table(['file', 'input', 'bytes', 'SHA-256', 'compared with the run by a fresh process'], rows, 5),
  ].join('\n\n');
}

/** What a reader should ask for. */
function missingSection({ run, record, published, test }: CardFacts): string {
  return [
    '## Not recorded',
    list([
      'What the model is meant for, and what it must not be used for.',
      'Where the images come from, who is in them, and under which licence they are.',
      ...(test === undefined ? [missingTest(run.dataset.test)] : []),
      ...(record.validation === null ? ['Figures on images that it was not trained on.'] : []),
      ...(run.weights !== null && published === undefined ? ['The licence of the first weights.'] : []),
    ]),
  ].join('\n\n');
}

function missingTest(images: number): string {
  return images === 0
    ? 'Figures on test images: the data set has none.'
    : `Figures on the ${images} test images: no evaluation of this epoch is kept.`;
}

function short(value: number): string {
  return String(Number(value.toFixed(4)));
}
