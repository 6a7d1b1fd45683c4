/** Which tensors of a file belong to which parameters of a network. */
import { LabError } from '../../../src-shared/errors.ts';
import type { FloatTensor, Tensor } from '../../onnx/tensor.ts';
import { toFloat32 } from './to-float32.ts';

/** A parameter or buffer that a network has. */
export interface ExpectedTensor {
  readonly name: string;
  readonly dims: readonly number[];
}

/** A parameter whose shape in the file is another one. */
export interface ShapeMismatch {
  readonly name: string;
  readonly expected: readonly number[];
  readonly found: readonly number[];
}

/** What of a file goes into a network, and what does not. */
export interface WeightsMatch {
  /** To load, by parameter name. */
  readonly tensors: Map<string, FloatTensor>;
  /** Whether the head comes from the file; otherwise it has to be initialised. */
  readonly headLoaded: boolean;
  /** Parameters of the head that the file lacks. */
  readonly missing: string[];
  /** Tensors of the file beside the network's head that the network does not have. */
  readonly unexpected: string[];
  /** Parameters of the head with another shape in the file: it was made for other classes. */
  readonly mismatched: ShapeMismatch[];
}

/** BatchNorm's count of batches, which PyTorch stores and only an averaging momentum uses. */
const COUNTER = /(^|\.)num_batches_tracked$/;

/** Names listed of each kind before the rest is counted. */
const LISTED = 10;

/**
 * Matches a file's tensors with a network's parameters. A head that does not fit in every part is left out as a
 * whole; that is no error.
 *
 * @param options.head names of the head's parameters.
 * @throws LabError WEIGHTS_MISMATCH naming each parameter outside the head that is missing, has another shape, or
 * that the network does not have.
 */
export function matchWeights(
  expected: readonly ExpectedTensor[],
  found: ReadonlyMap<string, Tensor>,
  { head }: { readonly head: readonly string[] },
): WeightsMatch {
  const missing = expected.filter(({ name }) => !found.has(name)).map(({ name }) => name);
  const mismatched = expected.flatMap((parameter) => compare(parameter, found.get(parameter.name)));
  const unexpected = unknownNames(expected, found);
  const inHead = (name: string) => head.includes(name);
  const besideHead = (name: string) => head.some((parameter) => name.startsWith(moduleOf(parameter)));
  throwIfAny(
    missing.filter((name) => !inHead(name)),
    mismatched.filter(({ name }) => !inHead(name)),
    unexpected.filter((name) => !besideHead(name)),
  );
  const headLoaded = missing.length === 0 && mismatched.length === 0;
  const loaded = expected.filter(({ name }) => headLoaded || !inHead(name));
  const tensors = new Map(loaded.map(({ name }) => [name, toFloat32(found.get(name)!)]));
  return { tensors, headLoaded, missing, unexpected, mismatched };
}

function compare({ name, dims }: ExpectedTensor, found: Tensor | undefined): ShapeMismatch[] {
  if (found === undefined || found.dims.join() === dims.join()) return [];
  return [{ name, expected: dims, found: found.dims }];
}

function unknownNames(expected: readonly ExpectedTensor[], found: ReadonlyMap<string, Tensor>): string[] {
  const known = new Set(expected.map(({ name }) => name));
  return [...found.keys()].filter((name) => !known.has(name) && !COUNTER.test(name));
}

/** The module of a parameter with a full stop: `fc.` of `fc.weight`. */
function moduleOf(parameter: string): string {
  return parameter.slice(0, parameter.lastIndexOf('.') + 1);
}

function throwIfAny(missing: string[], mismatched: ShapeMismatch[], unexpected: string[]): void {
  const shapes = mismatched.map(
    ({ name, expected, found }) => `${name} (expected [${expected.join(', ')}], found [${found.join(', ')}])`,
  );
  const problems = [
    ...section('missing', missing),
    ...section('of another shape', shapes),
    ...section('not of this network', unexpected),
  ];
  if (problems.length === 0) return;
  throw new LabError('WEIGHTS_MISMATCH', `The weights do not fit the network: ${problems.join('; ')}.`, {
    hint: 'Choose the model that these weights were made for, or other weights.',
  });
}

function section(title: string, items: readonly string[]): string[] {
  if (items.length === 0) return [];
  const rest = items.length > LISTED ? ` and ${items.length - LISTED} more` : '';
  return [`${title}: ${items.slice(0, LISTED).join(', ')}${rest}`];
}
