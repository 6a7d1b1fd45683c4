/** What an architecture is: two parts of a network, and what to know of them. */
import type { Value } from '../onnx/graph-builder.ts';
import type { Network } from './layers/index.ts';

/** A network family that can be laid out for any number of classes and any image size its layers can take. */
export interface Architecture {
  readonly name: string;
  /** Where it was published. */
  readonly paper: string;
  /** Side of the images it was made for. */
  readonly imageSize: number;
  /** The number of classes it was published with. */
  readonly classes: number;
  /** Names of the parameters of the last layer, which a new set of classes replaces. */
  readonly head: readonly string[];
  /**
   * Images `[N, 3, S, S]` → what the head takes, `[N, F]`.
   *
   * @throws LabError `MODEL_INPUT_SIZE` when a layer has no room for its window
   */
  features(net: Network, images: Value): Value;
  /** Features → logits `[N, classes]`. */
  classify(net: Network, features: Value, classes: number): Value;
}
