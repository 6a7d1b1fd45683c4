import path from 'node:path';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'electron-vite';
import { ENTRIES } from './src-main/base/entry.ts';

const root = import.meta.dirname;

const mainInputs = Object.entries(ENTRIES).map(([name, source]) => [
  name,
  path.join(root, 'src-main', source),
]);

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      externalizeDeps: true,
      sourcemap: true,
      rolldownOptions: {
        input: Object.fromEntries(mainInputs),
        // Flat, because base/entry.ts looks for a bundle beside whatever chunk it ended up in.
        output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      // A sandboxed preload can neither be an ES module nor require packages.
      externalizeDeps: false,
      rolldownOptions: {
        input: path.join(root, 'src-main/shells/electron/preload.ts'),
        output: { format: 'cjs', entryFileNames: 'preload.cjs' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    plugins: [vue()],
    build: {
      outDir: 'out/renderer',
      rolldownOptions: { input: path.join(root, 'src-renderer/index.html') },
    },
  },
});
