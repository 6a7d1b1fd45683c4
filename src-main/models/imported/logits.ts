/** Which value of a file holds the logits. */
import { LabError } from '../../../src-shared/errors.ts';
import type { PlainGraph } from '../../onnx/import/plain-graph.ts';
import type { Model } from '../../onnx/types.ts';
import { findHead, type ClassifierHead } from './classifier-head.ts';
import { refused } from './refused.ts';

/** Where a file's classes come out. */
export interface Logits {
  readonly output: string;
  readonly graph: PlainGraph;
  readonly head: ClassifierHead;
}

/** How many candidates an error lists. */
const LISTED = 8;

/** Each output is followed back, so a file with more of them must say which one it is. */
const MOST_OUTPUTS = 64;

/**
 * Finds the output that a classifying layer leads to, or checks the value that the user named.
 *
 * @param graphOf reads the graph up to a value
 * @throws LabError `MODEL_FILE` with the candidates
 */
export function findLogits(
  model: Model,
  asked: string | undefined,
  graphOf: (output: string) => PlainGraph,
): Logits {
  if (asked !== undefined) return askedLogits(model, asked, graphOf);
  const outputs = model.graph.outputs.map(({ name }) => name);
  if (outputs.length > MOST_OUTPUTS) refused(`it has ${outputs.length} outputs`, 'Choose one with --logits.');
  const found = outputs.flatMap((output) => headAt(output, graphOf, outputs.length > 1));
  const only = found.length > 1 ? found.filter(({ output }) => output === 'logits') : found;
  const [first] = only;
  if (first && only.length === 1) return first;
  if (found.length > 1) {
    const names = found.map(({ output }) => `"${output}"`).join(', ');
    return refused(
      `${found.length} of its outputs could be the logits: ${names}`,
      'Choose one with --logits.',
    );
  }
  return refused(
    `no fully connected layer or 1×1 convolution leads to its output${outputs.length > 1 ? 's' : ''} ${quoted(outputs)}`,
    candidatesHint(model, graphOf),
  );
}

function askedLogits(model: Model, asked: string, graphOf: (output: string) => PlainGraph): Logits {
  const exists = model.graph.nodes.some(({ outputs }) => outputs.includes(asked));
  if (!exists) return refused(`it has no value "${asked}" (--logits)`, candidatesHint(model, graphOf));
  const [found] = headAt(asked, graphOf, false);
  if (found) return found;
  return refused(
    `no fully connected layer or 1×1 convolution leads to the value "${asked}" (--logits)`,
    candidatesHint(model, graphOf),
  );
}

/** @param tolerant whether what cannot be read is no candidate rather than an error */
function headAt(output: string, graphOf: (output: string) => PlainGraph, tolerant: boolean): Logits[] {
  try {
    const graph = graphOf(output);
    const head = findHead(graph);
    return head ? [{ output, graph, head }] : [];
  } catch (error) {
    if (tolerant && error instanceof LabError) return [];
    throw error;
  }
}

/** Values nearest to the end that a classifying layer gives. */
function candidatesHint(model: Model, graphOf: (output: string) => PlainGraph): string | undefined {
  const names = model.graph.nodes
    .filter(({ opType }) => ['Gemm', 'MatMul', 'Add', 'Conv'].includes(opType))
    .slice(-LISTED)
    .map(({ outputs }) => outputs[0] ?? '')
    .filter((name) => headAt(name, graphOf, true).length > 0);
  return names.length === 0 ? undefined : `Values that could be logits (--logits): ${quoted(names)}.`;
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
