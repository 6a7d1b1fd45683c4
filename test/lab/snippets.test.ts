/** The programs that an export shows, run as a user would, on a real exported model. */
import { execFile, execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { SNIPPET_LANGUAGES } from '../../src-shared/contract/exporting.ts';
import type { ResultOf } from '../../src-shared/contract/job.ts';
import { CounterRandom } from '../../src-main/base/random.ts';
import { encodeImage, type Pixels } from '../../src-main/data/image.ts';
import { createPipeline, renderSample, type PipelineOptions } from '../../src-main/data/pipeline.ts';
import { INTERPOLATIONS } from '../../src-main/data/resample.ts';
import { SNIPPETS, type SnippetFacts } from '../../src-main/lab/snippets/index.ts';
import { ended } from './small-lab.ts';
import { sharedLab, trainSmall } from './small-run.ts';

// A real training and real processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../..');
const NODE = path.join(ROOT, 'node_modules/.bin/node');

const small = sharedLab();
const { client, folder } = small;
const pictures = path.join(folder, 'given');
const PICTURES = ['wide.png', 'tall.jpg', 'turned.jpg', 'exact.png'].map((name) => path.join(pictures, name));

/** A Python that has some packages, or undefined. */
function pythonWith(packages: string): string | undefined {
  const known = [process.env['PYTHON'], 'python3', '/usr/bin/python3', 'python'];
  return known.find((python) => {
    if (python === undefined) return false;
    try {
      execFileSync(python, ['-c', `import ${packages}`], { stdio: 'ignore' });
      return true;
    } catch {
      return false;
    }
  });
}

const PYTHON = pythonWith('onnxruntime, numpy, PIL');
const PILLOW = pythonWith('numpy, PIL');

/** Soft colours with edges, so that resampling has something to get wrong. */
function painted(width: number, height: number): Pixels {
  const random = new CounterRandom('snippets', width, height);
  const data = Uint8Array.from({ length: width * height * 3 }, (_, at) => {
    const [x, y] = [Math.floor(at / 3) % width, Math.floor(at / 3 / width)];
    const wave = Math.sin((x / width) * 9 + (at % 3)) * Math.cos((y / height) * 7) * 90 + 128;
    return Math.min(255, Math.max(0, Math.round(wave + (x > y ? 40 : -40) + random.integer(20))));
  });
  return { width, height, data };
}

beforeAll(async () => {
  mkdirSync(pictures);
  writeFileSync(PICTURES[0]!, await encodeImage(painted(123, 71), 'png'));
  writeFileSync(PICTURES[1]!, await encodeImage(painted(50, 97), 'jpeg', { quality: 90 }));
  writeFileSync(PICTURES[2]!, await encodeImage(painted(80, 60), 'jpeg', { orientation: 6 }));
  writeFileSync(PICTURES[3]!, await encodeImage(painted(32, 32), 'png'));
  // Where the programs look for what they import.
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(folder, 'node_modules'), 'junction');
});

/** What a program printed: the classes of every picture and their probabilities. */
function parse(stdout: string): Map<string, Map<string, number>> {
  const found = new Map<string, Map<string, number>>();
  let last = new Map<string, number>();
  for (const line of stdout.split(/\r?\n/)) {
    const [, probability, name] = /^ {2}(\d\.\d{6}) {2}(.+)$/.exec(line) ?? [];
    if (name !== undefined) last.set(name, Number(probability));
    else if (line !== '') found.set(line, (last = new Map()));
  }
  return found;
}

describe('on an exported model', () => {
  let id = '';
  const models = new Map<string, string>();
  const expected = new Map<string, Map<string, number>>();

  beforeAll(async () => {
    id = await trainSmall(small);
    for (const input of ['image', 'tensor'] as const) {
      const events = await ended(client, await client.exporting.onnx({ run: id, input }));
      models.set(input, (events.at(-1) as { result: ResultOf<'export'> }).result.file);
    }
    const { job } = await client.prediction.predict({ model: id, files: PICTURES });
    await ended(client, { job });
    for (const { file, top } of (await client.prediction.rows({ job })).rows) {
      expected.set(file, new Map(top.map((ranked) => [ranked.class, ranked.probability])));
    }
  });

  /** Runs a program beside its model, and compares what it prints with the lab's prediction. */
  async function check(
    language: (typeof SNIPPET_LANGUAGES)[number],
    input: 'image' | 'tensor',
    command: string,
    environment: NodeJS.ProcessEnv = {},
  ): Promise<void> {
    const { name, text } = await client.exporting.snippet({
      run: id,
      language,
      input,
      model: 'stripes.onnx',
    });
    const beside = mkdtempSync(path.join(folder, `${language}-`));
    copyFileSync(models.get(input)!, path.join(beside, 'stripes.onnx'));
    writeFileSync(path.join(beside, name), text);
    const { stdout } = await run(command, [name, ...PICTURES], {
      cwd: beside,
      env: { ...process.env, PYTHONIOENCODING: 'utf8', ...environment },
    });
    const found = parse(stdout);
    expect([...found.keys()]).toEqual(PICTURES);
    for (const [file, classes] of expected) {
      expect([...found.get(file)!.keys()].toSorted()).toEqual([...classes.keys()].toSorted());
      for (const [name, probability] of classes) {
        expect(found.get(file)!.get(name), `${file}: ${name}`).toBeCloseTo(probability, 4);
      }
    }
    // The pictures are told apart, so agreement says something.
    const first = [...expected.values()].map((classes) => Math.max(...classes.values()));
    expect(new Set(first).size).toBe(PICTURES.length);
  }

  test.each(['image', 'tensor'] as const)('JavaScript, %s', (input) => check('javascript', input, NODE));

  const reason =
    PYTHON === undefined ? ' (skipped: there is no Python with onnxruntime, numpy and Pillow)' : '';
  test.skipIf(PYTHON === undefined).each(['image', 'tensor'] as const)(`Python, %s${reason}`, (input) =>
    check('python', input, PYTHON!),
  );

  // Everything of the program but the binding to the native library, which is the project's own.
  const without = PILLOW === undefined ? ' (skipped: there is no Python with numpy and Pillow)' : '';
  test.skipIf(PILLOW === undefined).each(['image', 'tensor'] as const)(
    `Python over onnxruntime-node, %s${without}`,
    (input) => {
      const runtime = path.join(import.meta.dirname, 'python-runtime');
      return check('python', input, PILLOW!, { PYTHONPATH: runtime, VITRINE_NODE: NODE });
    },
  );
});

describe('what a program makes of a picture is what the network was trained on', () => {
  const cases = INTERPOLATIONS.flatMap((interpolation) =>
    (['crop', 'stretch'] as const).map((resize) => ({ interpolation, resize })),
  );

  function facts(options: Pick<PipelineOptions, 'interpolation' | 'resize'>): SnippetFacts {
    const pipeline = createPipeline({ imageSize: 32, ...options });
    return {
      model: 'm.onnx',
      classes: ['a'],
      input: 'image',
      pipeline,
      normalization: { mean: [0], std: [1] },
    };
  }

  /** The largest difference of any byte, by picture. */
  async function differences(given: SnippetFacts, bytes: Buffer): Promise<number[]> {
    const area = 32 * 32 * 3;
    expect(bytes).toHaveLength(area * PICTURES.length);
    const rendered = PICTURES.map((file) => renderSample(file, given.pipeline, { augment: false }));
    return (await Promise.all(rendered)).map(({ data }, at) =>
      data.reduce((most, value, place) => Math.max(most, Math.abs(value - bytes[at * area + place]!)), 0),
    );
  }

  test.each(cases)('JavaScript: $interpolation, $resize', async ({ interpolation, resize }) => {
    const given = facts({ interpolation, resize });
    const { text } = SNIPPETS.javascript(given);
    const program = path.join(folder, `${interpolation}-${resize}.mjs`);
    writeFileSync(
      program,
      `${text.slice(0, text.indexOf('const session ='))}
for (const file of process.argv.slice(2)) process.stdout.write(prepare(await decode(file)).data);\n`,
    );
    const { stdout } = await run(NODE, [program, ...PICTURES], { encoding: 'buffer' });
    for (const difference of await differences(given, stdout)) expect(difference).toBeLessThanOrEqual(1);
  });

  const reason = PILLOW === undefined ? ' (skipped: there is no Python with numpy and Pillow)' : '';
  test.skipIf(PILLOW === undefined).each(cases)(
    `Python: $interpolation, $resize${reason}`,
    async ({ interpolation, resize }) => {
      const given = facts({ interpolation, resize });
      const program = path.join(folder, `${interpolation}_${resize}.py`);
      writeFileSync(program, SNIPPETS.python(given).text);
      // The model itself is not asked here, so its library need not be there.
      const driver = `import runpy, sys, types
sys.modules.setdefault("onnxruntime", types.ModuleType("onnxruntime"))
program = runpy.run_path(sys.argv[1])
for path in sys.argv[2:]:
    sys.stdout.buffer.write(program["prepare"](program["decode"](path)).tobytes())`;
      const { stdout } = await run(PILLOW!, ['-c', driver, program, ...PICTURES], { encoding: 'buffer' });
      expect(await differences(given, stdout)).toEqual([0, expect.any(Number), expect.any(Number), 0]);
      // JPEG decoders may round in other places.
      for (const difference of await differences(given, stdout)) expect(difference).toBeLessThanOrEqual(2);
    },
  );
});

test('classes named like code stay texts', () => {
  const classes = ['"]; process.exit(3); //', "'''\n", '\\', '猫', '\u2028', '${x}', '#{y}'];
  const pipeline = createPipeline({ imageSize: 8 });
  for (const language of SNIPPET_LANGUAGES) {
    const { text } = SNIPPETS[language]({
      ...{ model: '"+x', classes, input: 'tensor', pipeline },
      normalization: { mean: [0, 0, 0], std: [1, 1, 1] },
    });
    const start = text.indexOf('CLASSES = [') + 'CLASSES = '.length;
    const literal = text.slice(start, text.indexOf('\n]', start) + 2).replace(/,\s*\]$/, ']');
    expect(JSON.parse(literal)).toEqual(classes);
    expect(text).toContain('MODEL = "\\"+x"');
  }
});
