/** What an architecture is: two parts of a network, and what to know of them. */
import type { Value } from '../onnx/graph-builder.ts';
import type { Network } from './layers.ts';

/** A network family that can be laid out for any number of classes. */
export interface Architecture {
  readonly name: string;
  /** Where it was published. */
  readonly paper: string;
  /** Side of the images it was made for. */
  readonly imageSize: number;
  /** The smallest side it takes. */
  readonly minImageSize: number;
  /** Names of the parameters of the last layer, which a new set of classes replaces. */
  readonly head: readonly string[];
  /** Length of the feature vector that the head takes. */
  readonly featureSize: number;
  /** Images `[N, 3, H, W]` → features `[N, featureSize]`. */
  features(net: Network, images: Value): Value;
  /** Features → logits `[N, classes]`. */
  classify(net: Network, features: Value, classes: number): Value;
}
