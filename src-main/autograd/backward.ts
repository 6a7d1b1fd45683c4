/**
 * Reverse-mode differentiation of a graph: the only reverse walk.
 *
 * Appends the backward nodes to the graph's own builder, so that they read the forward values directly.
 * See A. G. Baydin et al., Automatic Differentiation in Machine Learning: a Survey, JMLR 18 (2018), section 3.2.
 */
import { LabError } from '../../src-shared/errors.ts';
import { formatShape, sameDim, UNKNOWN } from '../onnx/dims.ts';
import type { GraphBuilder, Value } from '../onnx/graph-builder.ts';
import type { OpType } from '../onnx/ops/index.ts';
import type { Dim, Node } from '../onnx/types.ts';
import { GRADIENTS, SEVERAL_OUTPUTS } from './ops/index.ts';
import { constantLike, isFloat, unsupported, ZERO, type GradientRule, type VjpContext } from './rule.ts';

/** A table of gradient rules, complete over the ops. */
export type GradientRules = Readonly<Record<OpType, GradientRule>>;

/** Options of {@link backward}. */
export interface BackwardOptions {
  /** dL/d(output), in the output's shape; 1 for a scalar output when left out. */
  readonly cotangent?: Value;
  /** Another rule table; the built-in one by default. */
  readonly rules?: GradientRules;
}

/**
 * Adds the gradient of `output` with respect to each value of `wrt`.
 *
 * No node is added for values that do not lie on a path from `wrt` to `output`: what is frozen costs nothing.
 *
 * @returns the gradients by the names of `wrt`, each in its value's shape; a value that `output` does not depend
 * on is missing
 * @throws LabError `GRADIENT_UNSUPPORTED` when an op on the way has no gradient, `GRADIENT_SHAPE` when a rule gives
 * a cotangent that does not fit its input
 */
export function backward(
  g: GraphBuilder,
  output: Value,
  wrt: readonly Value[],
  options: BackwardOptions = {},
): Map<string, Value> {
  const walk = new ReverseWalk(g, wrt, options.rules ?? GRADIENTS);
  walk.add(output.name, options.cotangent ?? constantLike(g, output, 1));
  g.scope('grad', () => {
    for (const node of [...g.nodes].reverse()) walk.visit(node);
  });
  return walk.gradients(wrt);
}

class ReverseWalk {
  readonly #g: GraphBuilder;
  readonly #rules: GradientRules;
  /** Values that change when a value of `wrt` does. */
  readonly #active: Set<string>;
  readonly #cotangents = new Map<string, Value[]>();

  constructor(g: GraphBuilder, wrt: readonly Value[], rules: GradientRules) {
    this.#g = g;
    this.#rules = rules;
    this.#active = activeValues(g, wrt, rules);
  }

  add(name: string, cotangent: Value): void {
    const list = this.#cotangents.get(name);
    if (list) list.push(cotangent);
    else this.#cotangents.set(name, [cotangent]);
  }

  visit(node: Node): void {
    const active = node.outputs.some((name) => this.#active.has(name));
    if (!active || !node.outputs.some((name) => this.#cotangents.has(name))) return;
    const rule = this.#rules[node.opType as OpType];
    if (rule === ZERO) return;
    if (typeof rule !== 'function') unsupported(node, rule.unsupported);
    const dys = node.outputs.map((name) => this.#total(name));
    if (!SEVERAL_OUTPUTS.has(node.opType) && dys.findLastIndex((dy) => dy !== undefined) > 0) {
      unsupported(node, 'only its first output can be differentiated');
    }
    this.#g.scope(node.name, () => {
      rule(this.#context(node, dys)).forEach((cotangent, i) => {
        const name = node.inputs[i];
        if (cotangent === undefined || !name || !this.#active.has(name)) return;
        this.add(name, this.#fit(cotangent, this.#g.value(name), node, i));
      });
    });
  }

  gradients(wrt: readonly Value[]): Map<string, Value> {
    return new Map(
      wrt.flatMap(({ name }): [string, Value][] => {
        const total = this.#total(name);
        return total === undefined ? [] : [[name, total]];
      }),
    );
  }

  #context(node: Node, dys: readonly (Value | undefined)[]): VjpContext {
    const g = this.#g;
    const inputs = node.inputs.map((name) => (name === '' ? undefined : g.value(name)));
    return {
      g,
      node,
      attributes: g.contextOf(node),
      inputs,
      outputs: node.outputs.map((name) => g.value(name)),
      dy: dys.find((dy) => dy !== undefined) as Value,
      dys,
      needs: (index) => this.#active.has(node.inputs[index] ?? ''),
      x: (index) => inputs[index] ?? unsupported(node, `its input ${index} is missing`),
    };
  }

  /** The sum of a value's cotangents, made once. */
  #total(name: string): Value | undefined {
    const list = this.#cotangents.get(name);
    if (list === undefined) return undefined;
    const [first, second, third] = list;
    if (first === undefined || second === undefined) return first;
    const total = third === undefined ? this.#g.add(first, second) : this.#g.sum(list);
    this.#cotangents.set(name, [total]);
    return total;
  }

  /** Sums a cotangent over the axes its input was broadcast along, and checks that it fits. */
  #fit(cotangent: Value, input: Value, node: Node, index: number): Value {
    const extra = cotangent.shape.length - input.shape.length;
    const fail = (): never => {
      throw new LabError(
        'GRADIENT_SHAPE',
        `The gradient of node "${node.name}" (${node.opType}), input ${index} "${input.name}": expected shape ` +
          `${formatShape(input.shape)} ${input.dtype}, found ${formatShape(cotangent.shape)} ${cotangent.dtype}.`,
      );
    };
    if (extra < 0 || cotangent.dtype !== input.dtype) fail();
    let fitted = cotangent;
    if (extra > 0) fitted = this.#g.reduceSum(fitted, range(extra), false);
    const stretched = input.shape.flatMap((dim, i) => (dim === 1 && fitted.shape[i] !== 1 ? [i] : []));
    if (stretched.length > 0) fitted = this.#g.reduceSum(fitted, stretched);
    if (!fitted.shape.every((dim, i) => mayEqual(dim, input.shape[i] ?? 0))) fail();
    // Rules below may ask for sizes that a rule above worked out while it runs.
    return fitted.shape.includes(UNKNOWN) ? this.#g.refine(fitted, input.shape) : fitted;
  }
}

function mayEqual(a: Dim, b: Dim): boolean {
  return sameDim(a, b) || a === '' || b === '' || (typeof a === 'string') !== (typeof b === 'string');
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function activeValues(g: GraphBuilder, wrt: readonly Value[], rules: GradientRules): Set<string> {
  const active = new Set(wrt.map(({ name }) => name));
  for (const node of g.nodes) {
    if (rules[node.opType as OpType] === ZERO || !node.inputs.some((name) => active.has(name))) continue;
    for (const name of node.outputs) if (isFloat(g.typeOf(name)?.dtype ?? 'bool')) active.add(name);
  }
  return active;
}
