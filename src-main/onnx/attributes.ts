/** Attributes of nodes, read by name and made. */
import type { AttributeValue, Node } from './types.ts';

/** An integer; `undefined` where it is missing or of another type, as with all of these. */
export function intOf(node: Node, name: string): number | undefined {
  const attribute = node.attributes[name];
  return attribute?.type === 'int' ? attribute.value : undefined;
}

/** A float. */
export function floatOf(node: Node, name: string): number | undefined {
  const attribute = node.attributes[name];
  return attribute?.type === 'float' ? attribute.value : undefined;
}

/** A list of integers. */
export function intsOf(node: Node, name: string): readonly number[] | undefined {
  const attribute = node.attributes[name];
  return attribute?.type === 'ints' ? attribute.value : undefined;
}

/** A text. */
export function stringOf(node: Node, name: string): string | undefined {
  const attribute = node.attributes[name];
  return attribute?.type === 'string' ? attribute.value : undefined;
}

/** An attribute that is an integer. */
export function int(value: number): AttributeValue {
  return { type: 'int', value };
}

/** An attribute that is a list of integers. */
export function ints(value: readonly number[]): AttributeValue {
  return { type: 'ints', value };
}
