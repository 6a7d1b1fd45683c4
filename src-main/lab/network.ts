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

/** What a user tells about a file. */
export interface NetworkChoice {
  /** The name of the logits in an `.onnx` file; null to find them. */
  readonly logits: string | null;
  /** Whether batch normalisation is put back behind convolutions of an `.onnx` file. */
  readonly restoreBatchNorm: boolean;
}

/**
 * Finds a network.
 *
 * @param model a name, or the path of a `.json` or `.onnx` file
 * @throws LabError `MODEL_UNKNOWN`, `MODEL_FILE`, `INVALID_ARGUMENT`
 */
export async function findNetwork(
  model: string,
  { logits, restoreBatchNorm }: NetworkChoice,
): Promise<FoundNetwork> {
  const extension = networkExtension(model);
  if (restoreBatchNorm && extension !== '.onnx') throw nothingFolded(model);
  if (logits !== null && extension !== '.onnx') throw logitsKnown(model);
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
  const network = readNetworkFile(bytes, extension, source, {
    logits: logits ?? undefined,
    restoreBatchNorm,
  });
  return { ...network, file: { source, extension, logits, restoreBatchNorm } };
}

function logitsKnown(model: string): LabError {
  return new LabError(
    'INVALID_ARGUMENT',
    `--logits is given for the network ${model}, which is no .onnx file: its last layer gives them.`,
    { hint: 'Leave --logits out.' },
  );
}

function nothingFolded(model: string): LabError {
  return new LabError(
    'INVALID_ARGUMENT',
    `--restore-batch-norm is given for the network ${model}, which is no .onnx file: nothing has been folded in it.`,
    { hint: 'Leave --restore-batch-norm out.' },
  );
}
