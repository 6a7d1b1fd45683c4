/** A network that a file describes instead of the lab. */
import type { Tensor } from '../onnx/tensor.ts';
import type { Architecture } from './architecture.ts';
import { importClassifier } from './imported/index.ts';
import type { RestoredNorms } from './imported/restored-norms.ts';
import type { Normalization } from './layers/index.ts';
import { readSequence } from './sequence/index.ts';

/** What a file of a network gives. */
export interface NetworkFile {
  readonly architecture: Architecture;
  /** The weights that came with it, by the names of the architecture's parameters; none for a mere description. */
  readonly weights: ReadonlyMap<string, Tensor>;
  /** What the network expects of its pixels, where the file tells. */
  readonly normalization?: Normalization | undefined;
  /** What a user should know of how the file was understood, in sentences. */
  readonly notes?: readonly string[];
  /** There when batch normalisation is put back behind convolutions. */
  readonly restored?: RestoredNorms | undefined;
}

/** What the user tells about a file. */
export interface NetworkFileOptions {
  /** The name of the value that holds the logits, where it is not found by itself. */
  readonly logits?: string | undefined;
  /** The classes to train for: an exported head for the very same ones is kept. */
  readonly classes?: readonly string[] | undefined;
  /** Whether batch normalisation that was folded into convolutions is put back; for `.onnx` alone. */
  readonly restoreBatchNorm?: boolean | undefined;
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
 * @throws LabError `MODEL_FILE`, `INVALID_ARGUMENT`; of an ONNX file also those of reading ONNX
 */
export function readNetworkFile(
  bytes: Uint8Array,
  extension: NetworkExtension,
  name: string,
  options: NetworkFileOptions,
): NetworkFile {
  if (extension === '.json') return { architecture: readSequence(bytes, name), weights: new Map() };
  return importClassifier(bytes, name, options);
}
