/**
 * The architecture in two literal tables. ESLint's rule `vitrine/layers` enforces them; CONTRIBUTING.md draws
 * them. Paths are folders (or single files) relative to the repository's root; the longest matching one counts.
 */

/**
 * Which project folders each folder may import, besides its own files and {@link EVERYWHERE}.
 * @type {Record<string, readonly string[]>}
 */
export const LAYERS = {
  'src-shared': [],
  'src-shared/contract': [],
  'src-main/base': [],
  'src-main/onnx': [],
  'src-main/autograd': ['src-main/onnx'],
  'src-main/models': ['src-main/autograd', 'src-main/onnx', 'src-main/base'],
  'src-main/training': ['src-main/models', 'src-main/autograd', 'src-main/onnx', 'src-main/base'],
  'src-main/runtime': ['src-main/onnx'],
  'src-main/data': ['src-main/base'],
  'src-main/runs': [
    'src-main/training',
    'src-main/models',
    'src-main/autograd',
    'src-main/onnx',
    'src-main/data',
    'src-main/runtime',
    'src-main/base',
  ],
  'src-main/curation': ['src-main/runs', 'src-main/data', 'src-main/runtime', 'src-main/base'],
  'src-main/diagnosis': [
    'src-main/curation',
    'src-main/runs',
    'src-main/training',
    'src-main/models',
    'src-main/autograd',
    'src-main/onnx',
    'src-main/data',
    'src-main/runtime',
    'src-main/base',
  ],
  'src-main/lab': [
    'src-shared/contract',
    'src-main/diagnosis',
    'src-main/curation',
    'src-main/runs',
    'src-main/training',
    'src-main/models',
    'src-main/autograd',
    'src-main/onnx',
    'src-main/data',
    'src-main/runtime',
    'src-main/base',
  ],
  'src-main/shells': ['src-main/lab', 'src-shared/contract'],
  'src-renderer': [
    'src-renderer/frame',
    'src-renderer/client',
    'src-renderer/stores',
    'src-renderer/composables',
    'src-renderer/components',
    'src-renderer/panels',
    'src-renderer/locales',
    'src-shared/contract',
  ],
  'src-renderer/frame': [
    'src-renderer/client',
    'src-renderer/stores',
    'src-renderer/composables',
    'src-renderer/components',
    'src-renderer/panels',
    'src-shared/contract',
  ],
  'src-renderer/client': ['src-shared/contract'],
  'src-renderer/stores': ['src-renderer/client', 'src-shared/contract'],
  'src-renderer/composables': ['src-renderer/stores', 'src-shared/contract'],
  'src-renderer/components': [],
  'src-renderer/panels': [
    'src-renderer/stores',
    'src-renderer/composables',
    'src-renderer/components',
    'src-shared/contract',
  ],
  'src-renderer/locales': [],
};

/** Files that every folder may import. */
export const EVERYWHERE = ['src-shared/errors.ts', 'src-shared/desktop.ts'];

/**
 * The one folder or file that may import each of these packages; several where each needs it for itself.
 * @type {Record<string, string | readonly string[]>}
 */
export const OWNERS = {
  'onnxruntime-node': 'src-main/runtime',
  'onnxruntime-common': 'src-main/runtime',
  '@bufbuild/protobuf': ['src-main/onnx', 'src-main/runs/tensorboard'],
  'node:sqlite': 'src-main/data/store',
  sharp: 'src-main/data/image.ts',
  yauzl: ['src-main/models/weights', 'src-main/data/archives'],
  tar: 'src-main/data/archives',
  papaparse: 'src-main/data/formats',
  'jsonc-parser': 'src-main/models/sequence',
  electron: 'src-main/shells/electron',
  commander: 'src-main/shells/cli',
  'cli-progress': 'src-main/shells/cli',
  picocolors: 'src-main/shells/cli',
  'string-width': 'src-main/shells/cli',
  hono: 'src-main/shells/server',
  partysocket: 'src-renderer/client',
  '@hono/node-server': 'src-main/shells/server',
  ws: 'src-main/shells/server',
  'chart.js': 'src-renderer/components/charts',
  'vue-chartjs': 'src-renderer/components/charts',
  'chartjs-chart-matrix': 'src-renderer/components/charts',
  'reka-ui': ['src-renderer/components', 'src-renderer/frame'],
};
