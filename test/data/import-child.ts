/** Imports the folder argv[3] into the lab argv[2] and tells every file on standard output. */
import { writeSync } from 'node:fs';
import { importDataset } from '../../src-main/data/import.ts';
import { LabStore } from '../../src-main/data/store/index.ts';

const [, , lab, path] = process.argv;
using store = LabStore.open(lab!);
await importDataset(store, {
  path: path!,
  dataset: 'pets',
  onProgress: ({ done }) => {
    writeSync(1, `${done}\n`);
  },
});
