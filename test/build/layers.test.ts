import { ESLint } from 'eslint';
import { describe, expect, it } from 'vitest';
import { EVERYWHERE, LAYERS } from '../../build/lint/layers.js';
import { checkImport } from '../../build/lint/layers-rule.js';

/** The messages of `vitrine/layers` for one file's text, from the real configuration without its typed rules. */
async function lint(filePath: string, text: string): Promise<string[]> {
  const eslint = new ESLint({
    overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
    ruleFilter: ({ ruleId }) => ruleId === 'vitrine/layers',
  });
  const results = await eslint.lintText(text, { filePath });
  return results.flatMap((result) => result.messages.map((message) => message.message));
}

describe('the layer table', () => {
  it('names only layers it holds', () => {
    for (const allowed of Object.values(LAYERS).flat()) expect(Object.keys(LAYERS)).toContain(allowed);
  });

  it('has no cycle', () => {
    const finished = new Set<string>();
    const visit = (layer: string, path: readonly string[]): void => {
      expect(path, `cycle: ${[...path, layer].join(' → ')}`).not.toContain(layer);
      if (finished.has(layer)) return;
      for (const next of LAYERS[layer]!) visit(next, [...path, layer]);
      finished.add(layer);
    };
    for (const layer of Object.keys(LAYERS)) visit(layer, []);
  });

  it('shares the error type and what the desktop gives the page alone', () => {
    expect(EVERYWHERE).toEqual(['src-shared/errors.ts', 'src-shared/desktop.ts']);
  });
});

describe('checkImport', () => {
  it.each([
    ['src-main/onnx/builder.ts', './tensor.ts'],
    ['src-main/onnx/proto/x.ts', '../tensor.ts'],
    ['src-main/autograd/ops/conv.ts', '../../onnx/builder.ts'],
    ['src-main/base/hash.ts', '../../src-shared/errors.ts'],
    ['src-main/lab/procedures.ts', '../../src-shared/contract/runs.ts'],
    ['src-main/shells/cli/main.ts', '../../lab/lab.ts'],
    ['src-main/data/image.ts', 'sharp'],
    ['src-main/data/store/open.ts', 'node:sqlite'],
    ['src-main/runs/tensorboard/proto/tensorboard_pb.ts', '@bufbuild/protobuf/codegenv2'],
    ['src-main/runtime/session.ts', 'onnxruntime-node'],
    ['src-renderer/App.vue', './panels/data/panel.vue'],
    ['test/data/import.test.ts', '../../src-main/lab/lab.ts'],
    ['test/data/fixtures.ts', 'sharp'],
  ])('lets %s import %s', (file, source) => {
    expect(checkImport(file, source)).toBeUndefined();
  });

  it.each([
    [
      'src-main/onnx/builder.ts',
      '../autograd/backward.ts',
      'src-main/onnx may not import src-main/autograd; it may import nothing but its own files.',
    ],
    [
      'src-main/runtime/session.ts',
      '../base/hash.ts',
      'src-main/runtime may not import src-main/base; it may import src-main/onnx.',
    ],
    [
      'src-renderer/stores/runs.ts',
      '../../src-main/runs/loop.ts',
      'src-renderer/stores may not import src-main/runs; it may import src-renderer/client, src-shared/contract.',
    ],
    [
      'src-main/base/hash.ts',
      '../../src-shared/contract/runs.ts',
      'src-main/base may not import src-shared/contract; it may import nothing but its own files.',
    ],
    [
      'src-main/base/hash.ts',
      '../../test/helpers/shared.ts',
      'src-main/base may not import test/helpers/shared.ts, which no layer holds.',
    ],
    [
      'src-main/data/transforms/index.ts',
      'sharp',
      "'sharp' belongs to src-main/data/image.ts: src-main/data must reach it through that.",
    ],
    [
      'src-main/runs/compute.ts',
      'onnxruntime-node/dist/index.js',
      "'onnxruntime-node' belongs to src-main/runtime: src-main/runs must reach it through that.",
    ],
    [
      'src-main/runs/export.ts',
      '@bufbuild/protobuf',
      "'@bufbuild/protobuf' belongs to src-main/onnx and src-main/runs/tensorboard: src-main/runs must reach it through that.",
    ],
  ])('refuses that %s imports %s', (file, source, message) => {
    expect(checkImport(file, source)).toBe(message);
  });
});

describe('the lint rule', () => {
  const message = 'src-main/onnx may not import src-main/base; it may import nothing but its own files.';

  it.each([
    ['a value', "import { sha256 } from '../base/hash.ts';\nsha256('');\n"],
    ['a type', "import type { Hash } from '../base/hash.ts';\nexport type T = Hash;\n"],
    ['a re-export', "export { sha256 } from '../base/hash.ts';\n"],
    ['a star re-export', "export * from '../base/hash.ts';\n"],
    ['a dynamic import', "await import('../base/hash.ts');\n"],
    ['a type in place', "export type T = import('../base/hash.ts').Hash;\n"],
  ])('catches %s', async (_form, text) => {
    expect(await lint('src-main/onnx/tensor.ts', text)).toEqual([message]);
  });

  it('catches an owned package in a component', async () => {
    const text = '<script setup lang="ts">\nimport { ipcRenderer } from \'electron\';\n</script>\n';
    expect(await lint('src-renderer/App.vue', text)).toEqual([
      "'electron' belongs to src-main/shells/electron: src-renderer must reach it through that.",
    ]);
  });

  it('is silent about allowed imports', async () => {
    expect(await lint('src-main/autograd/backward.ts', "import '../onnx/tensor.ts';\n")).toEqual([]);
  });
});
