/** A network under construction, to which layers add their parameters and their ops. */
import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';
import type { Initializer } from '../initializers.ts';

/** A tensor of a network's state: a parameter, which training moves, or a buffer, which the data move. */
export interface ParameterSpec {
  /** As in PyTorch's `state_dict`, such as `layer1.0.conv1.weight`. */
  readonly name: string;
  readonly dims: readonly number[];
  readonly kind: 'parameter' | 'buffer';
  readonly initialize: Initializer;
}

/** How a network is laid out as a graph. */
export interface NetworkOptions {
  /** In training BatchNorm uses the batch's statistics and Dropout drops. */
  readonly training: boolean;
  /**
   * Whether a parameter is trained. A BatchNorm layer whose parameters are not is frozen: it normalises with its
   * running statistics, which do not move.
   */
  isTrainable(name: string): boolean;
}

/** A network under construction: the graph, and the state its layers have asked for. */
export class Network {
  readonly g: GraphBuilder;
  readonly options: NetworkOptions;
  /** The state so far, in PyTorch's order. */
  readonly state: ParameterSpec[] = [];
  /** New values of the buffers that this step moves, by the buffers' names. */
  readonly bufferUpdates = new Map<string, Value>();
  #randomKey: { seed: Value; step: Value } | undefined;
  #dropoutLayers = 0;

  constructor(g: GraphBuilder, options: NetworkOptions) {
    this.g = g;
    this.options = options;
  }

  /** Declares a parameter as a graph input. */
  parameter(name: string, dims: readonly number[], initialize: Initializer): Value {
    return this.#declare({ name, dims, kind: 'parameter', initialize });
  }

  /** Declares a buffer as a graph input. */
  buffer(name: string, dims: readonly number[], initialize: Initializer): Value {
    return this.#declare({ name, dims, kind: 'buffer', initialize });
  }

  #declare(spec: ParameterSpec): Value {
    this.state.push(spec);
    return this.g.input(spec.name, 'float32', spec.dims);
  }

  /** The seed and step that key random layers: graph inputs, there only if a layer asks for them. */
  randomKey(): { seed: Value; step: Value; layer: number } {
    this.#randomKey ??= {
      seed: this.g.input('random_seed', 'uint32', [1]),
      step: this.g.input('random_step', 'uint32', [1]),
    };
    return { ...this.#randomKey, layer: this.#dropoutLayers++ };
  }
}
