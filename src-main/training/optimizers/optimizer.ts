/** What an optimizer is: the state it keeps for a parameter, and one update of it as graph ops. */
import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';

/** Every setting of every optimizer, named and defaulted as in `torch.optim`. */
export interface OptimizerOptions {
  readonly name: 'sgd' | 'adam' | 'adamw';
  /** SGD: 0. */
  readonly momentum: number;
  /** SGD: 0. */
  readonly dampening: number;
  /** SGD: false. */
  readonly nesterov: boolean;
  /** SGD and Adam: 0; AdamW: 0.01. */
  readonly weight_decay: number;
  /** Adam, AdamW: 0.9, 0.999. */
  readonly betas: readonly [number, number];
  /** Adam, AdamW: 1e-8. */
  readonly eps: number;
  /** Largest norm of all gradients together, as `torch.nn.utils.clip_grad_norm_`; no limit when left out. */
  readonly max_norm?: number | undefined;
  /** Leaves biases and normalization parameters out of weight decay. */
  readonly no_decay_on_norm_and_bias: boolean;
}

/** PyTorch's defaults for an optimizer. */
export function optimizerDefaults(name: OptimizerOptions['name']): OptimizerOptions {
  return {
    name,
    momentum: 0,
    dampening: 0,
    nesterov: false,
    weight_decay: name === 'adamw' ? 0.01 : 0,
    betas: [0.9, 0.999],
    eps: 1e-8,
    no_decay_on_norm_and_bias: false,
  };
}

/** One parameter's update, as an optimizer sees it. */
export interface UpdateContext {
  readonly g: GraphBuilder;
  readonly parameter: Value;
  readonly gradient: Value;
  /** The optimizer's state for this parameter, by {@link Optimizer.states}. */
  readonly state: Readonly<Record<string, Value>>;
  /** Scalar. */
  readonly learningRate: Value;
  /** Number of this step, from 1; float32 scalar. */
  readonly step: Value;
  readonly weightDecay: number;
  readonly options: OptimizerOptions;
}

/** The parameter's new value, and the state's. */
export interface Update {
  readonly parameter: Value;
  readonly state: Readonly<Record<string, Value>>;
}

/** An optimizer. */
export interface Optimizer {
  /** Names of the tensors it keeps for each parameter, as PyTorch names them; all begin as zeros. */
  states(options: OptimizerOptions): readonly string[];
  update(context: UpdateContext): Update;
}
