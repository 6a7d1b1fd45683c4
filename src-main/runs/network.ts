/** The network of a run: one of the lab's, or one that a file of the run describes. */
import path from 'node:path';
import { architectureOf } from '../models/index.ts';
import { readNetworkFile, type NetworkExtension, type NetworkFile } from '../models/network-file.ts';
import type { RunFile } from './run-file.ts';
import type { RunPaths } from './run-folder.ts';
import { readVerified } from './verified-file.ts';

/**
 * Reads a run's network.
 *
 * @throws LabError `MODEL_UNKNOWN`; `ARTIFACT_CHANGED` when the file is not what the run was made with
 */
export async function readNetwork(paths: RunPaths, run: RunFile): Promise<NetworkFile> {
  const { network } = run;
  if (network === null) return { architecture: architectureOf(run.settings.model), weights: new Map() };
  const bytes = await readVerified(
    path.join(paths.folder, network.file),
    network.file,
    run.files[network.file],
  );
  const extension = path.extname(network.file) as NetworkExtension;
  const file = readNetworkFile(bytes, extension, run.settings.model, {
    logits: network.logits ?? undefined,
    classes: run.dataset.classes,
    restoreBatchNorm: network.restoreBatchNorm,
  });
  return network.ownWeights ? file : { ...file, weights: new Map() };
}
