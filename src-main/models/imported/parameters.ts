/** Which constants of a file have been learnt, and what they are called. */
import type { PlainGraph } from '../../onnx/import/plain-graph.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import type { Node } from '../../onnx/types.ts';

/** What a learnt constant is to its layer. */
export type Role = 'weight' | 'bias' | 'running_mean' | 'running_var';

/** A learnt constant. */
export interface LearntTensor {
  readonly name: string;
  readonly role: Role;
  readonly tensor: Tensor;
}

/** Inputs that are learnt wherever their constants come from. */
const LAYERS: Readonly<Record<string, readonly (Role | undefined)[]>> = {
  Conv: [undefined, 'weight', 'bias'],
  ConvTranspose: [undefined, 'weight', 'bias'],
  Gemm: ['weight', 'weight', 'bias'],
  MatMul: ['weight', 'weight'],
  BatchNormalization: [undefined, 'weight', 'bias', 'running_mean', 'running_var'],
  InstanceNormalization: [undefined, 'weight', 'bias'],
  LayerNormalization: [undefined, 'weight', 'bias'],
  GroupNormalization: [undefined, 'weight', 'bias'],
  PRelu: [undefined, 'weight'],
};

/** Inputs that are learnt if the file stores them as tensors of more than one element. */
const OPERANDS: Readonly<Record<string, readonly (Role | undefined)[]>> = {
  Add: ['bias', 'bias'],
  Sub: ['bias', 'bias'],
  Mul: ['weight', 'weight'],
  Div: ['weight', 'weight'],
  Gather: ['weight'],
};

/** Ops behind which a constant is still itself: its role is its reader's. */
const MOVES = ['Transpose', 'Reshape', 'Unsqueeze', 'Squeeze', 'Flatten', 'Expand', 'Slice'];

/** Names that the lab's graphs and optimizers use for themselves, and endings that they add. */
const RESERVED =
  /^(images|input|grad_norm|features|labels|logits|loss|step|learning_rate|random_\w+|mix\w*|constant.*|.*(_new|_grad|\.exp_avg|\.exp_avg_sq|\.momentum_buffer))$/;

/**
 * Finds what a graph has learnt, by the names of its constants and in its order.
 *
 * @param except constants that are none, such as those of the pixels' normalisation
 */
export function learntTensors(
  graph: PlainGraph,
  except: ReadonlySet<string>,
  taken: readonly string[],
): Map<string, LearntTensor> {
  const readers = new Map(
    graph.nodes.flatMap((node) => node.inputs.map((name): [string, Node] => [name, node])),
  );
  const learnt = new Map<string, LearntTensor>();
  const names = new Set(taken);
  for (const node of graph.nodes) {
    node.inputs.forEach((constant, index) => {
      const tensor = graph.constants.get(constant);
      if (tensor?.dtype !== 'float32' || learnt.has(constant) || except.has(constant)) return;
      const [role, owner] = roleOf(graph, node, index, readers) ?? [];
      if (role === undefined || owner === undefined) return;
      const name = unique(parameterName(constant, owner, role), names);
      names.add(name);
      learnt.set(constant, { name, role, tensor });
    });
  }
  return learnt;
}

function roleOf(
  graph: PlainGraph,
  node: Node,
  index: number,
  readers: ReadonlyMap<string, Node>,
): [Role, Node] | undefined {
  let [reader, value, at] = [node, node.inputs[index] ?? '', index];
  const constant = value;
  const tensor = graph.constants.get(constant);
  while (at === 0 && MOVES.includes(reader.opType)) {
    value = reader.outputs[0] ?? '';
    const next = readers.get(value);
    if (next === undefined) return undefined;
    [reader, at] = [next, next.inputs.indexOf(value)];
  }
  const role = LAYERS[reader.opType]?.[at];
  if (role) return isUnlearntNorm(graph, reader) ? undefined : [role, reader];
  const stored = graph.stored.has(constant) && tensor !== undefined && tensor.data.length > 1;
  if (!stored || isMask(tensor)) return undefined;
  const operand = reader.opType === 'Concat' ? 'weight' : OPERANDS[reader.opType]?.[at];
  return operand && [operand, reader];
}

/** PyTorch writes group normalisation as an instance normalisation by 1 and 0, with its parameters behind it. */
function isUnlearntNorm(graph: PlainGraph, { opType, inputs }: Node): boolean {
  if (opType !== 'InstanceNormalization') return false;
  const all = (name: string | undefined, wanted: number): boolean =>
    (graph.constants.get(name ?? '')?.data as Float32Array | undefined)?.every((value) => value === wanted) ??
    false;
  return all(inputs[1], 1) && all(inputs[2], 0);
}

/** Attention masks hold 0 and a large negative number. */
function isMask({ data }: Tensor): boolean {
  const values = data as Float32Array;
  return values.some((value) => value <= -100) && values.every((value) => value === 0 || value <= -100);
}

/** A constant's own name where it is one of a parameter (`layer1.0.conv1.weight`), else its layer's. */
export function parameterName(constant: string, owner: Node, role: Role): string {
  const own = /^[A-Za-z_]\w*(\.\w+)*$/.test(constant) && /[a-z]/.test(constant[0] ?? '');
  if (own && !/^(const|onnx|val)_/.test(constant) && !RESERVED.test(constant)) return constant;
  return `${moduleName(owner)}.${role}`;
}

/**
 * A node's name as the name of a module: `/layer1/layer1.0/conv1/Conv` is `layer1.0.conv1`, and Keras's
 * `model/conv1_conv/Conv2D` is `model.conv1_conv`.
 */
export function moduleName({ name, opType, outputs }: Node): string {
  const parts: string[] = [];
  for (const part of (name || outputs[0] || opType).split(/[/:]/)) {
    const clean = part.replaceAll(/[^\w.]/g, '_').replace(/^\.+|\.+$/g, '');
    if (clean === '' || clean.startsWith('StatefulPartitionedCall')) continue;
    // A part that repeats the one before, with a number, is that module's child.
    if (parts.length > 0 && clean.startsWith(`${parts.at(-1) as string}.`)) parts.pop();
    parts.push(clean);
  }
  if (parts.length > 1 && /^[A-Z]/.test(parts.at(-1) ?? '')) parts.pop();
  const joined = parts.join('.');
  return joined === '' || RESERVED.test(joined) ? `${joined}_${opType}` : joined;
}

function unique(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name) && !RESERVED.test(name)) return name;
  let number = 2;
  while (taken.has(`${name}_${number}`)) number += 1;
  return `${name}_${number}`;
}
