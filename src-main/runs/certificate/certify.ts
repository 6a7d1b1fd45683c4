/** Draws an epoch's certificate from what its steps were fed. */
import { sha256 } from '../../base/hash.ts';
import { testBalance } from './balance.ts';
import {
  THRESHOLDS,
  verdictOf,
  type BalanceCheck,
  type Certificate,
  type CertifiedBatch,
  type ClassRunCheck,
  type CoverageCheck,
  type FileOrderCheck,
  type LabelCheck,
  type RepeatCheck,
  type Verdict,
  type WrongLabel,
} from './certificate.ts';
import { testClassRuns } from './class-runs.ts';
import { contentName, type FedBatch } from './fed-batch.ts';
import { chanceOfOrder, testFileOrder } from './file-order.ts';

/** A training image as the run's rows state it. */
export interface ExpectedRow {
  /** Its number in the run. */
  readonly row: number;
  readonly sha256: string;
  /** Class number. */
  readonly label: number;
}

/** What an epoch is measured against. */
export interface Expectation {
  readonly epoch: number;
  readonly fed: Certificate['fed'];
  /** The training images in the order of the files. */
  readonly rows: readonly ExpectedRow[];
  readonly classes: number;
  /** Steps and images that the epoch was to have. */
  readonly steps: number;
  readonly planned: number;
  /** Certificates of earlier epochs. */
  readonly earlier: readonly Pick<Certificate, 'epoch' | 'order'>[];
}

/** States what the batches testify. */
export function certify(batches: readonly FedBatch[], expectation: Expectation): Certificate {
  const { epoch, fed, rows, classes, steps, planned, earlier } = expectation;
  const known = Map.groupBy(rows, (row) => contentName(row.sha256));
  const contents = batches.flatMap((batch) => batch.contents);
  const labels = batches.flatMap((batch) => batch.labels);
  const complete = batches.length === steps;
  const order = complete ? contentName(sha256(JSON.stringify(contents))) : null;
  const tables = batches.map((batch) => countLabels(batch.labels, classes));
  const checks = {
    balance: checkBalance(tables),
    classRun: checkClassRun(labels),
    fileOrder: checkFileOrder(contents, rows),
    repeat: checkRepeat(order, contents, earlier),
    labels: checkLabels(batches, known),
    coverage: checkCoverage(contents, known, rows.length - planned, complete),
  };
  return {
    epoch,
    fed,
    verdict: worst(Object.values(checks).map((check) => check?.verdict ?? 'unknown')),
    images: contents.length,
    ...{ steps, witnessed: batches.length, order },
    ...checks,
    batches: shown(batches, tables),
  };
}

function countLabels(labels: readonly number[], classes: number): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (const label of labels) if (label in counts) counts[label]! += 1;
  return counts;
}

/** Batches more even than chance are no fault: a stratified order makes them. They are worth a notice. */
function checkBalance(tables: readonly (readonly number[])[]): BalanceCheck | null {
  const found = testBalance(tables);
  if (found === undefined) return null;
  const verdict = verdictOf(found.uneven);
  return { verdict: verdict === 'pass' && found.even < THRESHOLDS.notice ? 'notice' : verdict, ...found };
}

function checkClassRun(labels: readonly number[]): ClassRunCheck | null {
  const found = testClassRuns(labels);
  if (found === undefined) return null;
  const { length, label, expected, p } = found;
  return { verdict: verdictOf(p), length, label, expected, p };
}

function checkFileOrder(
  contents: readonly (string | null)[],
  rows: readonly ExpectedRow[],
): FileOrderCheck | null {
  const places = Map.groupBy(rows.entries(), ([, row]) => contentName(row.sha256));
  const ranks = new Map(
    [...places].map(([name, copies]) => [name, copies.reduce((sum, [at]) => sum + at, 0) / copies.length]),
  );
  const fed = contents.filter((name) => name !== null && ranks.has(name)) as string[];
  const found = testFileOrder(fed.map((name) => ranks.get(name)!));
  if (found === undefined) return null;
  const p = found.same ? Math.min(found.p, chanceOfOrder(fed)) : found.p;
  return { verdict: verdictOf(p), correlation: found.correlation, p, same: found.same };
}

function checkRepeat(
  order: string | null,
  contents: readonly unknown[],
  earlier: readonly Pick<Certificate, 'epoch' | 'order'>[],
): RepeatCheck {
  const comparable = order === null ? [] : earlier.filter((other) => other.order !== null);
  const same = comparable.findLast((other) => other.order === order);
  if (comparable.length === 0) return { verdict: 'unknown', epoch: null, compared: 0 };
  const verdict = same === undefined ? 'pass' : verdictOf(chanceOfOrder(contents) * comparable.length);
  return { verdict, epoch: same?.epoch ?? null, compared: comparable.length };
}

const EXAMPLES = 5;

function checkLabels(
  batches: readonly FedBatch[],
  known: ReadonlyMap<string, readonly ExpectedRow[]>,
): LabelCheck {
  const counts = { attached: 0, wrong: 0, unknown: 0 };
  const examples: WrongLabel[] = [];
  for (const { step, contents, labels } of batches) {
    for (const [slot, name] of contents.entries()) {
      const copies = name === null ? undefined : known.get(name);
      const fed = labels[slot]!;
      if (copies === undefined) counts.unknown += 1;
      else if (copies.some(({ label }) => label === fed)) counts.attached += 1;
      else {
        counts.wrong += 1;
        const { row, label: expected } = copies[0]!;
        if (examples.length < EXAMPLES) examples.push({ step, slot, row, fed, expected });
      }
    }
  }
  return { verdict: counts.wrong + counts.unknown > 0 ? 'fail' : 'pass', ...counts, examples };
}

function checkCoverage(
  contents: readonly (string | null)[],
  known: ReadonlyMap<string, readonly ExpectedRow[]>,
  dropped: number,
  complete: boolean,
): CoverageCheck {
  const fed = new Map<string | null, number>();
  for (const name of contents) fed.set(name, (fed.get(name) ?? 0) + 1);
  let [missing, repeated] = [0, 0];
  for (const [name, { length }] of known) {
    const times = fed.get(name) ?? 0;
    missing += Math.max(0, length - times);
    repeated += Math.max(0, times - length);
  }
  const verdict: Verdict = repeated > 0 || (complete && missing > dropped) ? 'fail' : 'pass';
  return { verdict: verdict === 'pass' && !complete ? 'unknown' : verdict, missing, dropped, repeated };
}

const SEVERITY: readonly Verdict[] = ['unknown', 'pass', 'notice', 'fail'];

function worst(verdicts: readonly Verdict[]): Verdict {
  return SEVERITY[Math.max(...verdicts.map((verdict) => SEVERITY.indexOf(verdict)))]!;
}

/** Numbers of one certificate's batches that are kept, so that many epochs of many classes stay a small file. */
const KEPT_NUMBERS = 20_000;
const KEPT_BATCHES = 200;

function shown(batches: readonly FedBatch[], tables: readonly (readonly number[])[]): CertifiedBatch[] {
  const most = Math.min(
    KEPT_BATCHES,
    Math.max(8, Math.floor(KEPT_NUMBERS / Math.max(1, tables[0]?.length ?? 1))),
  );
  const every = Math.max(1, Math.ceil(batches.length / most));
  return batches.flatMap(({ step, mean, std }, at) =>
    at % every === 0 ? [{ step, counts: tables[at]!, mean: mean.map(round), std: std.map(round) }] : [],
  );
}

function round(value: number): number {
  return Number(value.toPrecision(6));
}
