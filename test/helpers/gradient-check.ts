/**
 * Checks of gradient rules against numbers: central differences of the float64 reference, and the gradient graph
 * run by onnxruntime.
 *
 * A case is projected to the scalar L = Σ y dy with a random cotangent dy, whose gradient is compared element by
 * element. Each function returns what it found wrong, so that the checks themselves can be checked.
 */
import { backward, type GradientRules } from '../../src-main/autograd/backward.ts';
import { GraphBuilder, type Value } from '../../src-main/onnx/graph-builder.ts';
import { float32, type Tensor } from '../../src-main/onnx/tensor.ts';
import type { Model } from '../../src-main/onnx/types.ts';
import { runFloat64, type Feed64 } from './float64/run.ts';
import { count } from './float64/values.ts';
import { runOnnx } from './ort.ts';
import { hashes, uniform } from './seeded.ts';

/** An input of a case. */
export interface GradientInput {
  readonly dims: readonly number[];
  /** From a number in [-1, 1) to an element; the number itself unless told otherwise. */
  readonly map?: (u: number) => number;
  /** Elements 2 / count apart, for functions with kinks: no difference reaches across one. */
  readonly distinct?: boolean;
  /** The first size is the batch size: also checked while it is symbolic. */
  readonly batch?: boolean;
  /** Whether its gradient is asked for; yes unless told otherwise. */
  readonly wrt?: boolean;
}

/** A small graph whose gradient is checked. */
export interface GradientCase {
  readonly name: string;
  readonly inputs: readonly GradientInput[];
  /**
   * Linear in each element on its own, with coefficients that float32 holds exactly: on small integers the gradient
   * is checked without any tolerance.
   */
  readonly linear?: boolean;
  readonly build: (g: GraphBuilder, inputs: readonly Value[]) => Value;
}

/** How {@link gradientModel} builds a case. */
interface BuildOptions {
  /** Declare the batch sizes of the inputs as `N`. */
  readonly symbolic?: boolean;
  /** Another rule table than the built-in one. */
  readonly rules?: GradientRules | undefined;
  /** The inputs whose gradient is asked for; all that the case allows unless told otherwise. */
  readonly wrt?: readonly number[];
}

type Feeds = Map<string, { readonly dims: readonly number[]; readonly data: Float32Array }>;

/** Central differences in float64 err by about 1e-10 here; ε and other constants of graphs are rounded to float32. */
const NUMERIC_TOLERANCE = 1e-6;

/** A few hundred float32 operations, each right to 6e-8. */
const FLOAT32_TOLERANCE = 1e-5;

/**
 * Compares the gradient graph with central differences, both in float64, with known and with symbolic batch sizes,
 * and for all inputs together and each alone.
 *
 * @returns one line for each thing that is wrong
 */
export function numericMismatches(gradientCase: GradientCase, rules?: GradientRules): string[] {
  const { feeds, expected } = reference(gradientCase, seededFeeds(gradientCase), 1e-5);
  const variants: [string, BuildOptions][] = [['', { rules }]];
  if (gradientCase.inputs.some(({ batch }) => batch))
    variants.push(['symbolic: ', { rules, symbolic: true }]);
  const wrt = differentiated(gradientCase);
  if (wrt.length > 1) for (const index of wrt) variants.push([`x${index} alone: `, { rules, wrt: [index] }]);
  return variants.flatMap(([label, options]) => {
    const found = runFloat64(gradientModel(gradientCase, options), feeds64(feeds));
    const wanted = new Map((options.wrt ?? wrt).map((index) => [`dx${index}`, expected.get(`dx${index}`)!]));
    return mismatches(wanted, found, NUMERIC_TOLERANCE).map((line) => label + line);
  });
}

/** Compares outputs and gradients by onnxruntime in float32 with the float64 reference's. */
export async function runtimeMismatches(gradientCase: GradientCase): Promise<string[]> {
  const symbolic = gradientCase.inputs.some(({ batch }) => batch);
  const model = gradientModel(gradientCase, { symbolic });
  const y = runFloat64(forwardModel(gradientCase), feeds64(seededFeeds(gradientCase))).get('y')!;
  const feeds = withCotangent(gradientCase, seededFeeds(gradientCase), y.dims, (u) => u);
  const found = await runOnnx(model, tensors(feeds));
  return mismatches(runFloat64(model, feeds64(feeds)), found, FLOAT32_TOLERANCE);
}

/** Compares gradients by onnxruntime with differences over ±1 on small integers: equal, bit for bit. */
export async function exactMismatches(gradientCase: GradientCase, rules?: GradientRules): Promise<string[]> {
  const integers = (u: number): number => Math.round(u * 3);
  const { feeds, expected } = reference(gradientCase, seededFeeds(gradientCase, integers), 1, integers);
  const found = await runOnnx(gradientModel(gradientCase, { rules }), tensors(feeds));
  return mismatches(expected, found, 0);
}

/** The forward graph alone, with output `y`. */
export function forwardModel(gradientCase: GradientCase): Model {
  const g = new GraphBuilder('forward');
  g.output(gradientCase.build(g, declareInputs(g, gradientCase, false)), 'y');
  return g.build();
}

/** The graph with its gradient: inputs `x0`, … and `dy`, outputs `y` and `dx0`, … */
export function gradientModel(gradientCase: GradientCase, options: BuildOptions): Model {
  const g = new GraphBuilder('gradient');
  const inputs = declareInputs(g, gradientCase, options.symbolic ?? false);
  const y = gradientCase.build(g, inputs);
  const cotangent = g.input('dy', 'float32', y.shape);
  const wrt = (options.wrt ?? differentiated(gradientCase)).map((index) => inputs[index]!);
  const gradients = backward(g, y, wrt, { cotangent, ...(options.rules && { rules: options.rules }) });
  g.output(y, 'y');
  for (const [name, gradient] of gradients) g.output(gradient, `d${name}`);
  return g.build();
}

function declareInputs(g: GraphBuilder, { inputs }: GradientCase, symbolic: boolean): Value[] {
  return inputs.map(({ dims, batch }, i) =>
    g.input(`x${i}`, 'float32', symbolic && batch ? ['N', ...dims.slice(1)] : dims),
  );
}

function differentiated({ inputs }: GradientCase): number[] {
  return inputs.flatMap(({ wrt }, i) => (wrt === false ? [] : [i]));
}

/** Feeds with a cotangent, and dL/dx by central differences of width `step`. */
function reference(
  gradientCase: GradientCase,
  given: Feeds,
  step: number,
  cotangentMap = (u: number): number => u,
): { feeds: Feeds; expected: Map<string, Feed64> } {
  const model = forwardModel(gradientCase);
  const y = runFloat64(model, feeds64(given)).get('y')!;
  const feeds = withCotangent(gradientCase, given, y.dims, cotangentMap);
  const values = feeds64(feeds);
  const dy = values.get('dy')!.data;
  const loss = (): number =>
    runFloat64(model, values)
      .get('y')!
      .data.reduce((sum, element, i) => sum + element * dy[i]!, 0);
  const expected = new Map<string, Feed64>();
  for (const index of differentiated(gradientCase)) {
    const { dims, data } = values.get(`x${index}`)!;
    const gradient = data.map((element, i) => {
      data[i] = element + step;
      const above = loss();
      data[i] = element - step;
      const below = loss();
      data[i] = element;
      return (above - below) / (2 * step);
    });
    expected.set(`dx${index}`, { dims, data: gradient });
  }
  return { feeds, expected };
}

function seededFeeds({ name, inputs }: GradientCase, map?: (u: number) => number): Feeds {
  return new Map(
    inputs.map((input, i) => {
      const key = `${name}.x${i}`;
      const elements = input.distinct ? distinct(key, count(input.dims)) : uniform(key, count(input.dims));
      return [`x${i}`, { dims: input.dims, data: elements.map(map ?? input.map ?? ((u) => u)) }];
    }),
  );
}

function withCotangent(
  { name }: GradientCase,
  feeds: Feeds,
  dims: readonly number[],
  map: (u: number) => number,
): Feeds {
  return new Map([...feeds, ['dy', { dims, data: uniform(`${name}.dy`, count(dims)).map(map) }]]);
}

/** The middles of `length` equal parts of [-1, 1], shuffled. */
function distinct(key: string, length: number): Float32Array {
  const order = hashes(key, length);
  const places = [...order.keys()].sort((a, b) => order[a]! - order[b]!);
  return Float32Array.from(places, (place) => (2 * place + 1) / length - 1);
}

function feeds64(feeds: Feeds): Map<string, Feed64> {
  return new Map([...feeds].map(([name, { dims, data }]) => [name, { dims, data: Float64Array.from(data) }]));
}

function tensors(feeds: Feeds): Map<string, Tensor> {
  return new Map([...feeds].map(([name, { dims, data }]) => [name, float32(dims, data)]));
}

/** Compares every expected value with the found one, relative to the largest element or 1. */
function mismatches(
  expected: ReadonlyMap<string, Feed64>,
  found: ReadonlyMap<string, { readonly dims: readonly number[]; readonly data: ArrayLike<unknown> }>,
  tolerance: number,
): string[] {
  return [...expected].flatMap(([name, { dims, data }]) => {
    const other = found.get(name);
    if (other === undefined) return [`${name}: nothing`];
    if (other.dims.join() !== dims.join())
      return [`${name}: shape [${other.dims.join()}], not [${dims.join()}]`];
    const scale = data.reduce((largest, element) => Math.max(largest, Math.abs(element)), 1);
    const differences = data.map((element, i) => Math.abs(element - Number(other.data[i])));
    // Not "greater": a NaN is a mismatch too.
    const wrong = differences.findIndex((difference) => !(difference <= tolerance * scale));
    return wrong < 0 ? [] : [`${name}: element ${wrong} is ${String(other.data[wrong])}, not ${data[wrong]}`];
  });
}
