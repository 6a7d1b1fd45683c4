/** Names for the nodes of a graph view: scopes with slashes, one for each part of the network. */
import type { Graph, Node } from '../../onnx/types.ts';

/** Every name is given once. */
export interface NodeNames {
  /** In the order of the graph's nodes. */
  readonly nodes: readonly string[];
  /** By value: the node that gives it, with `:i` after it for its output i. */
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Names all nodes, the graph's inputs and its constants.
 *
 * `layer1.0.conv1/Conv` becomes `layer1/0/conv1/Conv`. Ops that no layer has named (activations, sums, pooling)
 * go where their first input comes from: into the block around that layer, as far as the next layer lies in it
 * too if the op changes the shape, as the last pooling of a network does. Constants go to their first user.
 */
export function nodeNames(graph: Graph): NodeNames {
  const scopes = nodeScopes(graph);
  const unique = uniquely();
  const nodes = graph.nodes.map(({ name, opType }, index) =>
    unique(join(scopes[index]!, name.split('/').at(-1)! || opType)),
  );
  const values = new Map<string, string>();
  graph.nodes.forEach(({ outputs }, index) => {
    outputs.forEach((value, i) => values.set(value, i === 0 ? nodes[index]! : `${nodes[index]}:${i}`));
  });
  for (const { name } of graph.inputs) values.set(name, unique(slashed(name)));
  for (const name of graph.initializers.keys()) {
    if (values.has(name)) continue;
    const user = graph.nodes.findIndex(({ inputs }) => inputs.includes(name));
    values.set(name, unique(name.includes('.') ? slashed(name) : join(scopes[user] ?? '', name)));
  }
  return { nodes, values };
}

function nodeScopes({ nodes }: Graph): string[] {
  const producers = new Map(nodes.flatMap(({ outputs }, index) => outputs.map((value) => [value, index])));
  const own = nodes.map(ownScope);
  const scopes: string[] = [];
  /** The block that a node stands in: a layer's parent, or where an op without a layer was put. */
  const block = (index: number): string => (own[index] === '' ? scopes[index]! : parent(own[index]!));
  nodes.forEach(({ inputs, opType }, index) => {
    const producer = inputs.map((value) => producers.get(value)).find((found) => found !== undefined);
    if (own[index] !== '' || producer === undefined) {
      scopes.push(own[index]!);
      return;
    }
    const next = own.slice(index).find((scope) => scope !== '') ?? '';
    scopes.push(RESHAPING.test(opType) ? common(block(producer), parent(next)) : block(producer));
  });
  return scopes;
}

const RESHAPING = /Pool|Reduce|Flatten|Reshape|Squeeze|Concat|Gemm|MatMul/;

function ownScope({ name }: Node): string {
  return slashed(name.split('/').slice(0, -1).join('/'));
}

function slashed(name: string): string {
  return name
    .split(/[./]+/)
    .filter((part) => part !== '')
    .map((part) => part.replaceAll(/[:^\s]/g, '_'))
    .join('/');
}

function parent(scope: string): string {
  return scope.split('/').slice(0, -1).join('/');
}

function common(a: string, b: string): string {
  const parts = b.split('/');
  const differs = a.split('/').findIndex((part, i) => part !== parts[i]);
  return differs === -1 ? a : a.split('/').slice(0, differs).join('/');
}

function join(scope: string, name: string): string {
  const clean = slashed(name) || 'value';
  return scope === '' ? clean : `${scope}/${clean}`;
}

/** Adds a number to names that were given before. */
function uniquely(): (name: string) => string {
  const given = new Set<string>();
  return (name) => {
    let free = name;
    for (let count = 1; given.has(free); count++) free = `${name}_${count}`;
    given.add(free);
    return free;
  };
}
