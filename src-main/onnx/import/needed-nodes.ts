/** Which nodes of a graph some of its values need. */
import { LabError } from '../../../src-shared/errors.ts';
import type { Node } from '../types.ts';

/**
 * The nodes that values depend on, in the graph's order.
 *
 * @throws LabError `ONNX_INVALID_GRAPH` when two nodes make a value of the same name
 */
export function neededNodes(nodes: readonly Node[], values: readonly string[]): Node[] {
  const makers = new Map<string, Node>();
  for (const node of nodes) {
    for (const name of node.outputs.filter((name) => name !== '')) {
      if (makers.has(name)) throw definedTwice(name, `Node "${node.name}" (${node.opType})`);
      makers.set(name, node);
    }
  }
  const needed = new Set<Node>();
  const open = [...values];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const maker = makers.get(name);
    if (name === '' || maker === undefined || needed.has(maker)) continue;
    needed.add(maker);
    open.push(...maker.inputs);
  }
  return nodes.filter((node) => needed.has(node));
}

/** The error for a second definition of a value. `by` begins a sentence. */
export function definedTwice(name: string, by: string): LabError {
  return new LabError('ONNX_INVALID_GRAPH', `${by} defines "${name}", which is defined already.`);
}
