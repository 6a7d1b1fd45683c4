/** A network that a file describes instead of the lab. */
import { LabError } from '../../src-shared/errors.ts';
import type { Tensor } from '../onnx/tensor.ts';
import type { Architecture } from './architecture.ts';
import { readSequence } from './sequence/index.ts';

/** What a file of a network gives. */
export interface NetworkFile {
  readonly architecture: Architecture;
  /** The weights that came with it, by the names of the architecture's parameters; none for a mere description. */
  readonly weights: ReadonlyMap<string, Tensor>;
}

/** What the user tells about a file. */
export interface NetworkFileOptions {
  /** The name of the value that holds the logits, where it is not found by itself. */
  readonly logits?: string | undefined;
}

/** File name extensions of networks. */
export type NetworkExtension = '.json' | '.onnx';

/** Whether a user's `--model` names a file rather than one of the lab's networks. */
export function networkExtension(model: string): NetworkExtension | undefined {
  return (['.json', '.onnx'] as const).find((extension) => model.toLowerCase().endsWith(extension));
}

/**
 * Reads a network.
 *
 * @param name how errors call the file
 * @throws LabError `MODEL_FILE`
 */
export function readNetworkFile(
  bytes: Uint8Array,
  extension: NetworkExtension,
  name: string,
  _options: NetworkFileOptions,
): NetworkFile {
  if (extension === '.json') return { architecture: readSequence(bytes, name), weights: new Map() };
  throw new LabError('MODEL_FILE', `Reading the network ${name}: ONNX files cannot be trained yet.`);
}
