/** Procedures on batches. */
import path from 'node:path';
import { THRESHOLDS } from '../../runs/certificate/certificate.ts';
import { readCertificates } from '../../runs/certificate/certificate-file.ts';
import { readRunFile } from '../../runs/run-file.ts';
import { findRun, runPaths } from '../../runs/run-folder.ts';
import { previewBatch } from '../batches/preview.ts';
import { prepareOrder } from '../batches/show-order.ts';
import { os } from './implementer.ts';

export const batches = {
  preview: os.batches.preview.handler(({ context: { lab }, input, signal }) =>
    previewBatch(lab, input, signal),
  ),

  certificates: os.batches.certificates.handler(async ({ context: { lab }, input }) => {
    const folder = await findRun(lab.folder, input.run);
    const paths = runPaths(folder);
    const { dataset, settings } = await readRunFile(paths.run);
    const certificates = await readCertificates(paths.certificates);
    return {
      ...{ run: path.basename(folder), classes: dataset.classes, shuffle: settings.shuffle },
      ...{ thresholds: THRESHOLDS, certificates },
    };
  }),

  showOrder: os.batches.showOrder.handler(async ({ context: { lab }, input }) => {
    const work = await prepareOrder(lab, input);
    return { job: lab.jobs.start('certify', input.dataset, work) };
  }),
};
