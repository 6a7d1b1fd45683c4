/**
 * Convolutions in onnxruntime's blocked layout, `[N, C / B, H, W, B]`, in which its CPU kernels need not unroll
 * images into matrices. onnxruntime moves convolutions there by itself where their weights are constants; weights
 * that are being trained are none, so their convolutions are moved here.
 */
import { int, intOf, ints, intsOf } from '../onnx/attributes.ts';
import type { Tensor } from '../onnx/tensor.ts';
import type { Attributes, Model, Node, ValueInfo } from '../onnx/types.ts';

/** The domain of the kernels; it is not part of ONNX. */
const DOMAIN = 'com.microsoft.nchwc';

/**
 * The model with every convolution, and every transposed one of stride 1, that fits the blocked layout between two
 * changes of layout. Others stay as they are, also those whose weights are no inputs of the graph.
 *
 * @param block channels in a block: the processor's, see `blockSize`
 */
export function withBlockedConvolutions(model: Model, block: number): Model {
  const rewrite = new Rewrite(model, block);
  for (const node of model.graph.nodes) rewrite.visit(node);
  const { nodes, initializers } = rewrite;
  return {
    ...model,
    opsets: { ...model.opsets, [DOMAIN]: 1 },
    graph: { ...model.graph, nodes, initializers },
  };
}

/** Sizes of a convolution's filters. */
interface Filters {
  /** Sizes of the weight as it is stored, without its spatial axes. */
  readonly rows: number;
  readonly columns: number;
  readonly kernel: readonly number[];
}

class Rewrite {
  readonly nodes: Node[] = [];
  readonly initializers: Map<string, Tensor>;
  readonly #block: number;
  readonly #inputs: ReadonlyMap<string, ValueInfo>;
  /** Values that have been made already, so that several convolutions share them. */
  readonly #made = new Set<string>();

  constructor({ graph }: Model, block: number) {
    this.#block = block;
    this.initializers = new Map(graph.initializers);
    this.#inputs = new Map(graph.inputs.map((info) => [info.name, info]));
  }

  visit(node: Node): void {
    const filters = this.#blockable(node);
    const pads = filters && padsOf(node, filters.kernel);
    if (pads === undefined) this.nodes.push(node);
    else this.#convolution(node, filters!, pads);
  }

  /** The filters of a convolution over images whose channels fill whole blocks on both sides. */
  #blockable(node: Node): Filters | undefined {
    const { opType, inputs } = node;
    if (opType !== 'Conv' && opType !== 'ConvTranspose') return undefined;
    const { dtype, shape = [] } = this.#inputs.get(inputs[1]!) ?? {};
    if (dtype !== 'float32' || shape.length !== 4 || (intOf(node, 'group') ?? 1) !== 1) return undefined;
    const [rows, columns, ...kernel] = shape as [number, number, number, number];
    return rows % this.#block === 0 && columns % this.#block === 0 ? { rows, columns, kernel } : undefined;
  }

  #convolution(node: Node, filters: Filters, pads: readonly number[]): void {
    const [x, w, bias] = node.inputs as [string, string, string?];
    const [y] = node.outputs as [string];
    const transposed = node.opType === 'ConvTranspose';
    const blockedFilters = transposed ? this.#turnedFilters(w, filters) : this.#blockedFilters(w, filters);
    const attributes: Attributes = {
      kernel_shape: ints(filters.kernel),
      strides: node.attributes['strides'] ?? ints([1, 1]),
      dilations: node.attributes['dilations'] ?? ints([1, 1]),
      pads: ints(pads),
      group: int(1),
    };
    const inputs = [this.#blockedImage(x), blockedFilters, ...(bias ? [bias] : [])];
    this.#add('Conv', inputs, `${y}/blocked`, attributes, DOMAIN);
    const channels = transposed ? filters.columns : filters.rows;
    this.#add('ReorderOutput', [`${y}/blocked`], y, { channels: int(channels) }, DOMAIN);
  }

  #blockedImage(x: string): string {
    return this.#once(`${x}/blocked-image`, (name) => this.#add('ReorderInput', [x], name, {}, DOMAIN));
  }

  /** `[M, C, kH, kW]` → `[M / B, C / B, kH, kW, B, B]`, within a block channels before filters. */
  #blockedFilters(w: string, { rows, columns, kernel }: Filters): string {
    const b = this.#block;
    return this.#once(`${w}/blocked`, (name) => {
      this.#reshape(w, `${name}/split`, [rows / b, b, columns / b, b, ...kernel]);
      this.#transpose(`${name}/split`, `${name}/turned`, [0, 2, 4, 5, 3, 1]);
      this.#reshape(`${name}/turned`, name, [rows, columns, ...kernel]);
    });
  }

  /** As {@link #blockedFilters}, with filters and channels exchanged and the kernel reversed. */
  #turnedFilters(w: string, { rows, columns, kernel }: Filters): string {
    const b = this.#block;
    const taps = kernel[0]! * kernel[1]!;
    return this.#once(`${w}/blocked-turned`, (name) => {
      this.#reshape(w, `${name}/split`, [rows / b, b, columns / b, b, taps]);
      this.#transpose(`${name}/split`, `${name}/turned`, [2, 0, 4, 1, 3]);
      const reversed = this.#ints(
        `${name}/taps`,
        Array.from({ length: taps }, (_, i) => taps - 1 - i),
      );
      this.#add('Gather', [`${name}/turned`, reversed], `${name}/reversed`, { axis: int(2) });
      this.#reshape(`${name}/reversed`, name, [columns, rows, ...kernel]);
    });
  }

  #once(name: string, make: (name: string) => void): string {
    if (!this.#made.has(name)) make(name);
    this.#made.add(name);
    return name;
  }

  #reshape(x: string, y: string, shape: readonly number[]): void {
    this.#add('Reshape', [x, this.#ints(`${y}/shape`, shape)], y);
  }

  #transpose(x: string, y: string, perm: readonly number[]): void {
    this.#add('Transpose', [x], y, { perm: ints(perm) });
  }

  #ints(name: string, values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    this.initializers.set(name, { dtype: 'int64', dims: [values.length], data });
    return name;
  }

  #add(
    opType: string,
    inputs: readonly string[],
    output: string,
    attributes: Attributes = {},
    domain = '',
  ): void {
    this.nodes.push({ name: `${output}/${opType}`, opType, domain, inputs, outputs: [output], attributes });
  }
}

/**
 * The padding of a convolution, and of the one that a transposed convolution of stride 1 is; undefined for what
 * has to stay as it is.
 */
function padsOf(node: Node, kernel: readonly number[]): readonly number[] | undefined {
  const { auto_pad, output_shape } = node.attributes;
  if (auto_pad !== undefined || output_shape !== undefined) return undefined;
  const pads = intsOf(node, 'pads') ?? [0, 0, 0, 0];
  if (node.opType === 'Conv') return pads;
  const dilations = intsOf(node, 'dilations') ?? [1, 1];
  const plain = (intsOf(node, 'strides') ?? []).every((stride) => stride === 1);
  const complete = (intsOf(node, 'output_padding') ?? []).every((size) => size === 0);
  const turned = pads.map((pad, i) => dilations[i % 2]! * (kernel[i % 2]! - 1) - pad);
  return plain && complete && turned.every((pad) => pad >= 0) ? turned : undefined;
}
