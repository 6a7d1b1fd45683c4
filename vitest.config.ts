import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [vue()],
  test: {
    include: ['test/**/*.test.ts'],
    // Real files, real SQLite and real child processes take their time on a busy two-core machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Worker threads cannot host onnxruntime's sessions and node:sqlite side by side safely; processes can.
    pool: 'forks',
    maxWorkers: 2,
  },
});
