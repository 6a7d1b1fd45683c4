/** One optimizer step over all parameters as a graph. */
import { GraphBuilder, type Value } from '../onnx/graph-builder.ts';
import type { Model } from '../onnx/types.ts';
import type { ParameterSpec } from '../models/layers/index.ts';
import { OPTIMIZERS, type OptimizerOptions } from './optimizers/index.ts';

/** Parameters that share a learning rate. */
export interface ParameterGroup {
  readonly name: string;
  readonly parameters: readonly string[];
  /** In the place of the optimizer's. */
  readonly weight_decay?: number | undefined;
}

/** The graph, and the tensors the optimizer keeps. */
export interface OptimizerModel {
  readonly model: Model;
  readonly state: readonly { readonly name: string; readonly dims: readonly number[] }[];
}

/** The name of an optimizer's tensor: `optimizer.exp_avg.fc.weight`. */
export function optimizerStateName(state: string, parameter: string): string {
  return `optimizer.${state}.${parameter}`;
}

/**
 * Builds the optimizer's graph. Inputs: `learning_rate` float32 `[groups]`, `step` float32 `[]` counting from 1, and
 * for each parameter its value, its `_grad` and its state; outputs: `_new` values, and `grad_norm` when clipping.
 */
export function buildOptimizerModel(
  parameters: readonly ParameterSpec[],
  groups: readonly ParameterGroup[],
  options: OptimizerOptions,
): OptimizerModel {
  const g = new GraphBuilder('optimizer_model');
  const optimizer = OPTIMIZERS[options.name];
  const states = optimizer.states(options);
  const learningRates = g.input('learning_rate', 'float32', [groups.length]);
  const step = g.input('step', 'float32', []);
  const rates = groups.map((_, i) => g.squeeze(g.slice(learningRates, [i], [i + 1], [0]), [0]));
  const values = parameters.map(({ name, dims }) => g.input(name, 'float32', dims));
  const gradients = clipped(
    g,
    parameters.map(({ name, dims }) => g.input(`${name}_grad`, 'float32', dims)),
    options.max_norm,
  );
  const state: OptimizerModel['state'][number][] = [];
  parameters.forEach(({ name, dims }, i) => {
    const names = states.map((kind) => ({ kind, name: optimizerStateName(kind, name) }));
    const group = groups.findIndex(({ parameters }) => parameters.includes(name));
    const update = optimizer.update({
      g,
      parameter: values[i] as Value,
      gradient: gradients[i] as Value,
      state: Object.fromEntries(names.map((entry) => [entry.kind, g.input(entry.name, 'float32', dims)])),
      learningRate: rates[group] as Value,
      step,
      weightDecay: groups[group]?.weight_decay ?? defaultDecay(dims, options),
      options,
    });
    g.output(update.parameter, `${name}_new`);
    for (const entry of names) {
      g.output(update.state[entry.kind] as Value, `${entry.name}_new`);
      state.push({ name: entry.name, dims });
    }
  });
  return { model: g.build(), state };
}

function defaultDecay(dims: readonly number[], options: OptimizerOptions): number {
  return options.no_decay_on_norm_and_bias && dims.length === 1 ? 0 : options.weight_decay;
}

/** Scales all gradients by min(1, max_norm / (norm + 1e-6)), as `torch.nn.utils.clip_grad_norm_`. */
function clipped(
  g: GraphBuilder,
  gradients: readonly Value[],
  maxNorm: number | undefined,
): readonly Value[] {
  if (maxNorm === undefined) return gradients;
  const squares = gradients.map((gradient) => g.reduceSumSquare(gradient, undefined, false));
  const norm = g.sqrt(g.sum(squares));
  g.output(norm, 'grad_norm');
  const share = g.div(g.scalar(maxNorm), g.add(norm, g.scalar(1e-6)));
  const factor = g.min(share, g.scalar(1));
  return gradients.map((gradient) => g.mul(gradient, factor));
}
