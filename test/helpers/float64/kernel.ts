/** What the kernel of an op is, and what it sees of a node. */
import type { Node } from '../../../src-main/onnx/types.ts';
import type { Value64 } from './values.ts';

/** Computes a node's outputs. */
export type Kernel = (node: NodeView) => readonly Value64[];

/** A node with its inputs' values. */
export class NodeView {
  readonly node: Node;
  /** `undefined` for omitted optional inputs. */
  readonly inputs: readonly (Value64 | undefined)[];

  constructor(node: Node, inputs: readonly (Value64 | undefined)[]) {
    this.node = node;
    this.inputs = inputs;
  }

  /** An input that must be given. */
  x(index: number): Value64 {
    return this.inputs[index] ?? this.fail(`needs input ${index}`);
  }

  /** An input that lists whole numbers, such as axes, or `undefined`. */
  list(index: number): number[] | undefined {
    const value = this.inputs[index];
    return value && [...value.data];
  }

  int(name: string, fallback: number): number {
    const attribute = this.node.attributes[name];
    return attribute?.type === 'int' ? attribute.value : fallback;
  }

  float(name: string, fallback: number): number {
    const attribute = this.node.attributes[name];
    return attribute?.type === 'float' ? attribute.value : fallback;
  }

  ints(name: string): readonly number[] | undefined {
    const attribute = this.node.attributes[name];
    return attribute?.type === 'ints' ? attribute.value : undefined;
  }

  string(name: string, fallback: string): string {
    const attribute = this.node.attributes[name];
    return attribute?.type === 'string' ? attribute.value : fallback;
  }

  fail(what: string): never {
    throw new Error(`The float64 reference: node "${this.node.name}" (${this.node.opType}) ${what}.`);
  }
}

/** An axis counted from the front. */
export function frontAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
