/** Where batch normalisation may have been folded into a convolution, and the layers that are put back there. */
import type { Value } from '../../onnx/graph-builder.ts';
import type { PlainGraph } from '../../onnx/import/plain-graph.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import type { Node } from '../../onnx/types.ts';
import type { Network } from '../layers/index.ts';
import type { LearntTensor } from './parameters.ts';

/** BatchNorm layers that are put behind convolutions of a file. */
export interface RestoredNorms {
  /** Names of the layers, in the file's order; each has the parameters and buffers of {@link normNames}. */
  readonly names: readonly string[];
  /**
   * What the layers are to normalise, by their names: the convolutions' results `[N, C, H, W]` in the network as it
   * is in the file, without any restored layer, for images `[N, 3, S, S]`.
   */
  inputs(net: Network, images: Value): ReadonlyMap<string, Value>;
}

/** The tensors of a BatchNorm layer by PyTorch's names, each `[C]`. */
export function normNames(layer: string) {
  const name = (tensor: string): string => `${layer}.${tensor}`;
  return {
    ...{ weight: name('weight'), bias: name('bias') },
    ...{ mean: name('running_mean'), variance: name('running_var') },
  };
}

/**
 * The restored layers that some weights know nothing of: those of a network without them. They are to be measured.
 *
 * @returns undefined when there are none, or the weights hold some of them
 */
export function unmeasuredNorms(
  restored: RestoredNorms | undefined,
  weights: ReadonlyMap<string, Tensor>,
): RestoredNorms | undefined {
  const known = restored?.names.some((layer) =>
    Object.values(normNames(layer)).some((name) => weights.has(name)),
  );
  return known === true ? undefined : restored;
}

/** A network's state without that of restored layers. */
export function withoutNorms<Spec extends { readonly name: string }>(
  specs: readonly Spec[],
  norms: RestoredNorms | undefined,
): readonly Spec[] {
  const left = new Set(norms?.names.flatMap((layer) => Object.values(normNames(layer))));
  return specs.filter(({ name }) => !left.has(name));
}

/** Ops that read what a BatchNorm gives. Rearrangements are not among them: transformers' patches go there. */
const READERS: ReadonlySet<string> = new Set([
  ...['Relu', 'LeakyRelu', 'PRelu', 'Elu', 'Selu', 'Celu', 'Clip', 'Min', 'Max', 'Sigmoid', 'HardSigmoid'],
  ...['HardSwish', 'Mish', 'Gelu', 'Erf', 'Tanh', 'Softplus', 'Add', 'Sub', 'Mul', 'Div', 'Concat', 'Split'],
  ...['Conv', 'MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'ReduceMean'],
]);

/** Ops that leave one place of each channel. */
const TO_ONE_PLACE: ReadonlySet<string> = new Set(['GlobalAveragePool', 'GlobalMaxPool', 'ReduceMean']);

/**
 * The convolutions into which a BatchNorm may have been folded: of images, with a learnt weight and bias, and read
 * by activations, sums, products, other convolutions or pooling alone. One that works on pooled values, as in
 * squeeze-and-excitation, never had one.
 *
 * @param taken names of other parameters
 * @returns the layers' names by the convolutions' results
 */
export function foldableConvolutions(
  graph: PlainGraph,
  learnt: ReadonlyMap<string, LearntTensor>,
  taken: readonly string[],
): Map<string, string> {
  const names = new Set([...taken, ...[...learnt.values()].map(({ name }) => name)]);
  const pooled = pooledValues(graph);
  const readers = readersOf(graph);
  const isReadAsNorm = (value: string): boolean => {
    const ops = [...(readers.get(value) ?? [])];
    return value !== graph.output && ops.length > 0 && ops.every((opType) => READERS.has(opType));
  };
  const found = new Map<string, string>();
  for (const node of graph.nodes) {
    const [x = '', weight = '', bias = ''] = node.inputs;
    const [result = ''] = node.outputs;
    const kernel = learnt.get(weight);
    if (node.opType !== 'Conv' || kernel?.tensor.dims.length !== 4 || !learnt.has(bias)) continue;
    if (pooled.has(x) || !isReadAsNorm(result)) continue;
    const layer = freeName(`${kernel.name.replace('.weight', '')}.norm`, names);
    for (const name of Object.values(normNames(layer))) names.add(name);
    found.set(result, layer);
  }
  return found;
}

/** Kinds of the ops that read each value. */
function readersOf({ nodes }: PlainGraph): Map<string, Set<string>> {
  const readers = new Map<string, Set<string>>();
  for (const { opType, inputs } of nodes) {
    for (const name of inputs) readers.set(name, (readers.get(name) ?? new Set()).add(opType));
  }
  return readers;
}

/** Values of one place for each channel, and what is made of them alone. */
function pooledValues({ nodes, constants }: PlainGraph): Set<string> {
  const pooled = new Set<string>();
  const isPooled = ({ opType, inputs }: Node): boolean => {
    const values = inputs.filter((name) => name !== '' && !constants.has(name));
    return TO_ONE_PLACE.has(opType) || (values.length > 0 && values.every((name) => pooled.has(name)));
  };
  for (const node of nodes) if (isPooled(node)) for (const name of node.outputs) pooled.add(name);
  return pooled;
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  const isFree = (layer: string): boolean =>
    Object.values(normNames(layer)).every((name) => !taken.has(name));
  let layer = wanted;
  for (let number = 2; !isFree(layer); number++) layer = `${wanted}_${number}`;
  return layer;
}
