/** The network that a user asks for: one of the lab's by name, or a file. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { LabError } from '../../src-shared/errors.ts';
import { architectureOf } from '../models/index.ts';
import { networkExtension, readNetworkFile, type NetworkFile } from '../models/network-file.ts';
import type { NewRun } from '../runs/run-folder.ts';

/** A network, and the file that a run must keep when it came from one. */
export interface FoundNetwork extends NetworkFile {
  readonly file: Omit<NonNullable<NewRun['network']>, 'ownWeights'> | undefined;
}

/**
 * Finds a network.
 *
 * @param model a name, or the path of a `.json` or `.onnx` file
 * @param logits the name of the logits in an `.onnx` file, where they are not found by themselves
 * @throws LabError `MODEL_UNKNOWN`, `MODEL_FILE`
 */
export async function findNetwork(model: string, logits: string | null): Promise<FoundNetwork> {
  const extension = networkExtension(model);
  if (extension === undefined)
    return { architecture: architectureOf(model), weights: new Map(), file: undefined };
  const source = path.resolve(model);
  const bytes = await readFile(source).catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === 'ENOENT'
        ? 'there is no such file'
        : `it cannot be read (${cause.code ?? cause.message})`;
    throw new LabError('MODEL_FILE', `Reading the network ${source}: ${why}.`, {
      hint: 'Give --model the path of a .json or .onnx file, or the name of a network (vitrine models lists them).',
      cause,
    });
  });
  const network = readNetworkFile(bytes, extension, source, { logits: logits ?? undefined });
  return { ...network, file: { source, extension, logits } };
}
