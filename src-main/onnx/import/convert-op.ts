/**
 * Nodes of older and newer operator sets in the terms of the pinned one. The rules are those of ONNX's change log
 * (https://onnx.ai/onnx/repo-docs/Changelog.html).
 */
import { LabError } from '../../../src-shared/errors.ts';
import { floatOf, int, intOf, intsOf, stringOf } from '../attributes.ts';
import { formatShape } from '../dims.ts';
import type { ValueType } from '../ops/schema.ts';
import { float32, int64, scalar, type Tensor } from '../tensor.ts';
import type { Attributes, AttributeValue, Node } from '../types.ts';

/** What a conversion may look up and make. */
export interface ConvertContext {
  /** The operator set of the file. */
  readonly opset: number;
  typeOf(name: string): ValueType | undefined;
  constantOf(name: string): Tensor | undefined;
  /** Keeps a constant, and gives its name. */
  constant(tensor: Tensor): string;
  /** A name that no value of the file has. */
  fresh(): string;
}

/**
 * A dropout layer in one form for all operator sets: the ratio is an attribute, and there is no mask. It is no op
 * of the lab's graphs; what reads the file makes a layer of it.
 */
export const DROPOUT = 'Dropout';

type Conversion = (node: Node, c: ConvertContext) => readonly Node[];

/** The same computation in the pinned operator set. @throws LabError `ONNX_UNSUPPORTED` */
export function convertOp(node: Node, c: ConvertContext): readonly Node[] {
  const conversion = Object.hasOwn(CONVERSIONS, node.opType) ? CONVERSIONS[node.opType] : undefined;
  return conversion && node.domain === '' ? conversion(node, c) : [node];
}

function refuse(node: Node, reason: string): never {
  throw new LabError('ONNX_UNSUPPORTED', `Node "${node.name}" (${node.opType}): ${reason}.`);
}

function without(attributes: Attributes, ...names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}

function numberOf(node: Node, name: string): number | undefined {
  return intOf(node, name) ?? floatOf(node, name);
}

/** Moves attributes to inputs, from `at` on; those that are left out leave the input out. */
function asInputs(node: Node, at: number, names: readonly string[], c: ConvertContext, wrap: Wrap): Node {
  const added = names.map((name) => {
    const attribute = node.attributes[name];
    return attribute === undefined ? '' : c.constant(wrap(attribute, node));
  });
  const inputs = [...node.inputs.slice(0, at), ...added];
  while (inputs.at(-1) === '') inputs.pop();
  return { ...node, inputs, attributes: without(node.attributes, ...names) };
}

type Wrap = (attribute: AttributeValue, node: Node) => Tensor;

const asInts: Wrap = (attribute, node) =>
  attribute.type === 'ints'
    ? int64(attribute.value)
    : refuse(node, 'its attributes are not lists of integers');

const asScalar: Wrap = (attribute, node) =>
  attribute.type === 'float' ? scalar(attribute.value) : refuse(node, 'its attributes are not numbers');

/** Attributes that are inputs in the pinned operator set; a node that has them as inputs is left as it is. */
function attributesToInputs(at: number, names: readonly string[], wrap: Wrap): Conversion {
  return (node, c) =>
    names.some((name) => node.attributes[name] !== undefined) ? [asInputs(node, at, names, c, wrap)] : [node];
}

const axesToInput = attributesToInputs(1, ['axes'], asInts);

/** Only the normalised values: how they are had in training is decided by whoever trains. */
const batchNormalization: Conversion = (node) => {
  if (numberOf(node, 'spatial') === 0) refuse(node, 'it normalises every place apart (spatial = 0)');
  return [
    {
      ...node,
      inputs: node.inputs.slice(0, 5),
      outputs: node.outputs.slice(0, 1),
      attributes: without(node.attributes, 'spatial', 'is_test', 'consumed_inputs', 'training_mode'),
    },
  ];
};

const dropout: Conversion = (node, c) => {
  const input = node.inputs[1] ? c.constantOf(node.inputs[1]) : undefined;
  if (node.inputs[1] && input === undefined) refuse(node, 'its ratio is computed while it runs');
  const ratio = input ? Number(input.data[0]) : (numberOf(node, 'ratio') ?? 0.5);
  if (!(ratio >= 0 && ratio < 1)) refuse(node, `its ratio is ${ratio}; it must lie in 0 ≤ ratio < 1`);
  return [
    {
      ...node,
      inputs: node.inputs.slice(0, 1),
      outputs: node.outputs.slice(0, 1),
      attributes: { ratio: { type: 'float', value: ratio } },
    },
  ];
};

/** Before 13 the axes from `axis` (1 unless given) on were one axis. */
const softmax: Conversion = (node, c) => {
  if (c.opset >= 13) return [node];
  const shape = c.typeOf(node.inputs[0] ?? '')?.shape ?? [];
  const given = numberOf(node, 'axis') ?? 1;
  const axis = given < 0 ? given + shape.length : given;
  if (axis === shape.length - 1 || shape.slice(axis + 1).every((dim) => dim === 1)) {
    return [{ ...node, attributes: { axis: int(axis) } }];
  }
  const inner = shape.slice(1);
  if (axis !== 1 || !inner.every((dim) => typeof dim === 'number')) {
    return refuse(node, `it is taken over the axes from ${axis} of ${formatShape(shape)} together`);
  }
  const [flat, result] = [c.fresh(), c.fresh()];
  return [
    { ...node, opType: 'Flatten', outputs: [flat], attributes: { axis: int(1) } },
    { ...node, inputs: [flat], outputs: [result], attributes: { axis: int(1) } },
    { ...node, opType: 'Reshape', inputs: [result, c.constant(int64([0, ...inner]))], attributes: {} },
  ];
};

/** Before 13 the sizes were an attribute, and before 18 equal parts went without saying how many. */
const split: Conversion = (node, c) => {
  if (intsOf(node, 'split')) return [asInputs(node, 1, ['split'], c, asInts)];
  if (node.inputs[1] || node.attributes['num_outputs']) return [node];
  return [{ ...node, attributes: { ...node.attributes, num_outputs: int(node.outputs.length) } }];
};

/** Since 21 scale and bias are those of channels: instance normalization of groups, then the two by channel. */
const groupNormalization: Conversion = (node, c) => {
  if (c.opset < 21) return [node];
  const [x = '', scale = '', bias = ''] = node.inputs;
  const shape = c.typeOf(x)?.shape ?? [];
  const groups = numberOf(node, 'num_groups') ?? 1;
  const sizes = shape.slice(1);
  if (!sizes.every((dim) => typeof dim === 'number')) {
    return refuse(node, `it needs known sizes, and its input is ${formatShape(shape)}`);
  }
  const ones = c.constant(float32([groups], new Float32Array(groups).fill(1)));
  const zeros = c.constant(float32([groups], new Float32Array(groups)));
  const [grouped, normal, back] = [c.fresh(), c.fresh(), c.fresh()];
  const [wideScale, scaled, wideBias] = [c.fresh(), c.fresh(), c.fresh()];
  const make = (opType: string, inputs: string[], output: string, attributes: Attributes = {}): Node => ({
    ...node,
    opType,
    inputs,
    outputs: [output],
    attributes,
  });
  const spatial = c.constant(int64(sizes.slice(1).map((_, i) => i + 1)));
  return [
    make('Reshape', [x, c.constant(int64([0, groups, -1]))], grouped),
    make(
      'InstanceNormalization',
      [grouped, ones, zeros],
      normal,
      without(node.attributes, 'num_groups', 'stash_type'),
    ),
    make('Reshape', [normal, c.constant(int64([0, ...sizes]))], back),
    make('Unsqueeze', [scale, spatial], wideScale),
    make('Mul', [back, wideScale], scaled),
    make('Unsqueeze', [bias, spatial], wideBias),
    make('Add', [scaled, wideBias], node.outputs[0] ?? ''),
  ];
};

/** The constant that a Constant node gives, in any of its spellings. @throws LabError `ONNX_UNSUPPORTED` */
export function constantOfNode(node: Node): Tensor {
  const { value, value_float, value_floats, value_int, value_ints } = node.attributes;
  if (value?.type === 'tensor') return value.value;
  if (value_float?.type === 'float') return scalar(value_float.value);
  if (value_floats?.type === 'floats') return float32([value_floats.value.length], value_floats.value);
  if (value_int?.type === 'int') return int64(value_int.value);
  if (value_ints?.type === 'ints') return int64(value_ints.value);
  return refuse(
    node,
    `its value is of no kind that is read (${Object.keys(node.attributes).join(', ') || 'none'})`,
  );
}

const mean: Conversion = (node, c) => {
  const sum = c.fresh();
  return [
    { ...node, opType: 'Sum', outputs: [sum] },
    { ...node, opType: 'Mul', inputs: [sum, c.constant(scalar(1 / node.inputs.length))] },
  ];
};

/** Its default is opset 10's; before, `value` was 0 and pads an attribute. */
const pad: Conversion = (node, c) => {
  if (intsOf(node, 'pads') === undefined) return [node];
  const mode = stringOf(node, 'mode') ?? 'constant';
  const names = mode === 'constant' ? ['pads', 'value'] : ['pads'];
  const wrap: Wrap = (attribute, at) => (attribute.type === 'ints' ? asInts : asScalar)(attribute, at);
  const moved = asInputs(node, 1, names, c, wrap);
  return [{ ...moved, attributes: without(moved.attributes, 'value') }];
};

const averagePool: Conversion = (node) => {
  if (intsOf(node, 'dilations')?.every((size) => size === 1)) {
    return [{ ...node, attributes: without(node.attributes, 'dilations') }];
  }
  return [node];
};

const layerNormalization: Conversion = (node) => [{ ...node, outputs: node.outputs.slice(0, 1) }];

const CONVERSIONS: Readonly<Record<string, Conversion>> = {
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Clip: attributesToInputs(1, ['min', 'max'], asScalar),
  Dropout: dropout,
  GroupNormalization: groupNormalization,
  LayerNormalization: layerNormalization,
  LogSoftmax: softmax,
  Mean: mean,
  Pad: pad,
  ReduceL1: axesToInput,
  ReduceL2: axesToInput,
  ReduceMax: axesToInput,
  ReduceMean: axesToInput,
  ReduceMin: axesToInput,
  ReduceProd: axesToInput,
  ReduceSum: axesToInput,
  ReduceSumSquare: axesToInput,
  Slice: attributesToInputs(1, ['starts', 'ends', 'axes'], asInts),
  Softmax: softmax,
  Split: split,
  Squeeze: axesToInput,
  Unsqueeze: axesToInput,
};
