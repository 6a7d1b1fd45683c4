/** Normalisation inside a network: constants that the pixels are shifted and scaled by before anything else. */
import { broadcastShapes } from '../../onnx/ops/schema.ts';
import type { PlainGraph } from '../../onnx/import/plain-graph.ts';
import type { Tensor } from '../../onnx/tensor.ts';
import type { Node } from '../../onnx/types.ts';
import type { Normalization } from '../layers/index.ts';

/** What a graph does with its pixels at first. */
export interface PixelScale {
  /** scale · x + shift, by channel. */
  readonly scale: readonly number[];
  readonly shift: readonly number[];
  /** The constants it takes for that: none of them is a parameter. */
  readonly constants: ReadonlySet<string>;
}

/** Nobody normalises in more. */
const MOST_STEPS = 16;

/** Follows the pixels through the nodes that only scale or shift them. */
export function findPixelScale(graph: PlainGraph, input: string): PixelScale {
  let [scale, shift] = [
    [1, 1, 1],
    [0, 0, 0],
  ];
  const constants = new Set<string>();
  let value = input;
  for (let steps = 0; steps < MOST_STEPS; steps++) {
    const readers = graph.nodes.filter((node) => node.inputs.includes(value));
    const [node] = readers;
    if (node === undefined || readers.length > 1) break;
    if (node.opType !== 'Transpose') {
      const operand = operandOf(graph, node, value);
      const step = operand && stepOf(node.opType, operand.values);
      if (operand === undefined || step === undefined) break;
      scale = scale.map((factor, i) => factor * (step.scale[i] ?? 1));
      shift = shift.map((offset, i) => offset * (step.scale[i] ?? 1) + (step.shift[i] ?? 0));
      constants.add(operand.name);
    }
    value = node.outputs[0] ?? '';
  }
  return { scale, shift, constants };
}

/** The constant that a node joins the pixels with, one number for each channel. */
function operandOf(
  graph: PlainGraph,
  node: Node,
  value: string,
): { name: string; values: number[] } | undefined {
  const name = node.inputs.find((input) => input !== value) ?? '';
  const tensor = graph.constants.get(name);
  const shape = graph.types.get(value)?.shape ?? [];
  const ordered = node.inputs[0] === value || node.opType === 'Add' || node.opType === 'Mul';
  if (tensor === undefined || tensor.data.length > 3 || !ordered || node.inputs.length !== 2)
    return undefined;
  const axis = shape.indexOf(3);
  const wide = broadcastShapes(
    shape.map((dim, i) => (i === axis ? dim : 1)),
    tensor.dims,
  );
  const values = Array.from(tensor.data as Float32Array, Number);
  const byChannel = values.length === 3 && wide?.length === 4 && wide[axis] === 3 && onlyThere(wide, axis);
  if (values.length !== 1 && !byChannel) return undefined;
  return { name, values: values.length === 1 ? repeated(tensor) : values };
}

function onlyThere(shape: readonly (number | string)[], axis: number): boolean {
  return shape.every((dim, i) => i === axis || dim === 1);
}

function repeated({ data }: Tensor): number[] {
  return [0, 1, 2].map(() => Number(data[0]));
}

function stepOf(opType: string, values: readonly number[]): Pick<PixelScale, 'scale' | 'shift'> | undefined {
  const [ones, zeros] = [values.map(() => 1), values.map(() => 0)];
  switch (opType) {
    case 'Add':
      return { scale: ones, shift: values };
    case 'Sub':
      return { scale: ones, shift: values.map((value) => -value) };
    case 'Mul':
      return { scale: values, shift: zeros };
    case 'Div':
      return { scale: values.map((value) => 1 / value), shift: zeros };
    default:
      return undefined;
  }
}

/** Pixels in 0–1 as they are. */
const UNIT: Normalization = { mean: [0, 0, 0], std: [1, 1, 1] };
/** Pixels in 0–255: (x / 255) / (1 / 255). */
const BYTES: Normalization = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] };

/**
 * The pixels that a network with its normalisation inside wants: 0–255 when it divides by dozens or subtracts
 * more than a picture in 0–1 holds.
 *
 * @returns `undefined` when there is no normalisation inside
 */
export function insideNormalization(
  { scale, shift, constants }: PixelScale,
  bytes: boolean,
): Normalization | undefined {
  if (bytes) return BYTES;
  if (constants.size === 0) return undefined;
  const small = scale.every((factor) => Math.abs(factor) < 0.05);
  const far = shift.some((offset, i) => Math.abs(offset / (scale[i] ?? 1)) > 1.5);
  return small || far ? BYTES : UNIT;
}
