/** `npm run bench [-- SUBJECT…]`: measures, prints, and keeps the figures in `bench/results.md`. */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { runtimeVersion } from '../src-main/runtime/session.ts';
import type { BenchFigure, BenchResult } from './common.ts';
import { run as features } from './features.bench.ts';
import { run as page } from './page/page.bench.ts';
import { run as trainingStep } from './training-step.bench.ts';

const SUBJECTS: Readonly<Record<string, () => Promise<(BenchResult | BenchFigure)[]>>> = {
  'training-step': trainingStep,
  features,
  page,
};

const RESULTS = new URL('./results.md', import.meta.url);

const asked = process.argv.slice(2);
for (const subject of asked.length > 0 ? asked : Object.keys(SUBJECTS)) {
  const measure = SUBJECTS[subject];
  if (measure === undefined) {
    console.error(`There is no benchmark "${subject}"; there are: ${Object.keys(SUBJECTS).join(', ')}.`);
    process.exit(2);
  }
  for (const result of await measure()) record(result);
}
process.exit(0);

function record(result: BenchResult | BenchFigure): void {
  const { name } = result;
  const [ours, theirs, figures] =
    'ratio' in result ? [result.ours, result.theirs, inWords(result.ratio)] : [result.value, '–', '–'];
  const day = new Date().toISOString().slice(0, 10);
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, onnxruntime ${runtimeVersion()}`;
  console.log(
    'ratio' in result ? `${name}: ${ours}, PyTorch ${theirs}, ratio ${figures}` : `${name}: ${ours}`,
  );
  const row = `| ${name} | ${ours} | ${theirs} | ${figures} | ${day} | ${machine} |`;
  const kept = readFileSync(RESULTS, 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith(`| ${name} |`));
  writeFileSync(RESULTS, `${kept.join('\n').trimEnd()}\n${row}\n`);
}

function inWords({ min, median, max }: BenchResult['ratio']): string {
  return [min, median, max].map((value) => value.toFixed(2)).join(' / ');
}
