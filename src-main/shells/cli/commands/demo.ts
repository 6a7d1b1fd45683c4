import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { demoSetSchema, importSchema, splitSchema } from '../../../../src-shared/contract/datasets.ts';
import { evaluateSchema } from '../../../../src-shared/contract/evaluation.ts';
import { exportSchema } from '../../../../src-shared/contract/exporting.ts';
import type { ResultOf } from '../../../../src-shared/contract/job.ts';
import { startSchema } from '../../../../src-shared/contract/training.ts';
import { LabError } from '../../../../src-shared/errors.ts';
import { parseFlags, toNumber } from '../flags.ts';
import { followJob } from '../follow-job.ts';
import { EXIT, runSession, type Session } from '../session.ts';
import { count, duration, percent, printable } from '../text.ts';
import { followTraining } from '../training-output.ts';
import { evaluate } from './evaluate.ts';
import { exportRun } from './export.ts';
import { importFolder } from './import.ts';
import { splitDataset } from './split.ts';

/** Where everything of the demo goes unless told otherwise. */
const FOLDER = 'demo-lab';

/** Marks a folder as a demo's own, which the next demo may replace. */
const MARKER = '.vitrine-demo';

const DATASET = 'demo';

/** Drawn pictures are further from the photographs the weights know than other photographs: larger steps. */
const RECIPE = { epochs: 6, lr: 0.05, backboneLr: 0.02 };

/** `vitrine demo` */
export function demoCommand(program: Command): void {
  program
    .command('demo')
    .description('Show the main job: draw a data set, import, split, fine-tune, evaluate, export.')
    .option('--out <folder>', `where everything goes; an earlier demo there is replaced (default: ${FOLDER})`)
    .option('--seed <number>', 'of everything random (default: 0)', toNumber)
    .action((flags: { out?: string; seed?: number }, command: Command) => {
      const { json, debug } = command.optsWithGlobals();
      const folder = path.resolve(flags.out ?? FOLDER);
      prepareFolder(folder);
      return runDemo({ json, debug, folder, seed: flags.seed ?? 0 });
    });
}

/** Makes the folder, or empties it of an earlier demo. Whatever else lies there is nobody's to delete. */
function prepareFolder(folder: string): void {
  const marker = path.join(folder, MARKER);
  if (existsSync(folder) && readdirSync(folder).length > 0 && !existsSync(marker)) {
    throw new LabError('OUTPUT_UNWRITABLE', `The folder ${folder} is not empty and holds no earlier demo.`, {
      hint: 'Choose another with --out.',
    });
  }
  for (const part of ['lab', 'pictures', 'model.onnx']) {
    rmSync(path.join(folder, part), { recursive: true, force: true });
  }
  mkdirSync(folder, { recursive: true });
  writeFileSync(marker, '');
}

interface DemoOptions {
  readonly json: boolean;
  readonly debug: boolean;
  readonly folder: string;
  readonly seed: number;
}

async function runDemo({ folder, seed, json, debug }: DemoOptions): Promise<void> {
  const lab = path.join(folder, 'lab');
  await runSession({ lab, json, debug }, async (session) => {
    const began = performance.now();
    const pictures = path.join(folder, 'pictures');
    const show = (number: number, what: string, command: string): void =>
      step(session, number, what, `vitrine ${command} --lab ${quote(path.relative('', lab))}`);

    await drawSet(session, pictures, seed);

    show(2, 'Import it', `import ${quote(path.relative('', pictures))} --dataset ${DATASET}`);
    await importFolder(session, importSchema.parse({ path: pictures, dataset: DATASET }));

    show(3, 'Split it', `split ${DATASET} --validation 0.2 --test 0.2 --seed ${seed}`);
    await splitDataset(session, splitSchema.parse({ dataset: DATASET, validation: 0.2, test: 0.2, seed }));

    show(
      4,
      'Fine-tune the bundled ResNet18',
      `train ${DATASET} --seed ${seed} --epochs ${RECIPE.epochs} --lr ${RECIPE.lr} --backbone-lr ${RECIPE.backboneLr}`,
    );
    const training = session.client.training.start(startSchema.parse({ dataset: DATASET, seed, ...RECIPE }));
    const code = await followTraining(session, training, false);
    if (code !== EXIT.success) return code;

    show(5, 'Evaluate on pictures it has never seen', 'evaluate last --split test');
    const { accuracy } = await evaluate(session, evaluateSchema.parse({ run: 'last', split: 'test' }));

    const out = path.join(folder, 'model.onnx');
    const command = `export last --out ${quote(path.relative('', out))}`;
    show(6, 'Export, and check that the file does the same', command);
    await exportRun(session, exportSchema.parse({ run: 'last', out }));

    const seconds = (performance.now() - began) / 1000;
    session.output.text(
      `\nDone in ${duration(seconds)}: ${percent(accuracy)} of the test pictures right. Everything lies in ${printable(folder)}.`,
    );
    return EXIT.success;
  });
}

async function drawSet(session: Session, pictures: string, seed: number): Promise<void> {
  step(session, 1, 'Draw a data set, with the flaws that real ones have');
  const input = parseFlags(demoSetSchema, { folder: pictures, seed }, { folder: '--out' });
  const set = await followJob(session, 'demo-set', session.client.datasets.drawDemoSet(input));
  session.output.text(describeSet(set));
}

function step({ output }: Session, number: number, what: string, command?: string): void {
  output.text(`\n── ${number}. ${what}${command === undefined ? '' : `\n   $ ${command}`}`);
}

function describeSet({ folder, files, classes, planted }: ResultOf<'demo-set'>): string {
  const { broken, rotated, duplicates, wrongLabels } = planted;
  return [
    `Drew ${count(files, 'picture')} of ${classes.join(', ')} into ${printable(folder)}.`,
    `Planted: ${count(broken.length, 'broken file')}, ${count(rotated.length, 'picture')} turned by EXIF, ${count(duplicates.length, 'exact duplicate')}, ${count(wrongLabels.length, 'wrong label')}.`,
  ].join('\n');
}

/** A path as a shell takes it. */
function quote(text: string): string {
  return /^[\w./@:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
