/**
 * Writes docs/ops.md, the page that says which ops of ONNX the lab knows and which of them have a gradient:
 *
 *     npm run docs:ops
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as prettier from 'prettier';
import { GRADIENTS } from '../../src-main/autograd/ops/index.ts';
import { ZERO } from '../../src-main/autograd/rule.ts';
import { OPS, type OpType } from '../../src-main/onnx/ops/index.ts';
import { OPSET } from '../../src-main/onnx/types.ts';
import { CONVERTED, LIMITS, NOT_KNOWN, ONNX_OPS, type OnnxOp } from './onnx-ops.ts';

/** Where the page lies. */
export const OPS_PAGE = join(import.meta.dirname, '../../docs/ops.md');

/** The page, formatted as the project's other files are. */
export async function opsPage(): Promise<string> {
  const options = await prettier.resolveConfig(OPS_PAGE);
  return prettier.format(text(), { ...options, parser: 'markdown' });
}

function text(): string {
  const rows = ONNX_OPS.map((op) => [op, ...entry(op)]);
  const count = (word: string): number => rows.filter(([, gradient]) => gradient === word).length;
  return `# Ops

The lab writes and reads graphs in ONNX's operator set ${OPSET}, which has ${ONNX_OPS.length} ops. It knows ${Object.keys(OPS).length} of them:
it infers their types and shapes, and runs them. \`npm run docs:ops\` makes this page from the rules themselves.

- **yes** (${count('yes')}): the op has a gradient, which is checked against central differences and against onnxruntime.
  At kinks and ties it is PyTorch's.
- **zero** (${count('zero')}): the op jumps, or does not depend on the values of its inputs. What lies below it gets no
  gradient through it, and training goes on.
- **none** (${count('none')}): the op can be run but not be differentiated. Where a trained parameter lies below such a node,
  training stops before it begins, with an error that names the node (\`GRADIENT_UNSUPPORTED\`). Below a frozen layer
  the node does no harm: freeze the layers up to it.
- **not known** (${count('not known')}): a graph that holds the op is refused when it is read, with an error that names the node
  (\`ONNX_UNSUPPORTED\`). So are ops of other domains, such as \`com.microsoft\`: export without the optimizations
  of a runtime.
- **converted** (${count('converted')}): the op becomes another when a file is read.

Gradients are those of float32 and float64 values. Of an op with several outputs the first is differentiated, of
Split every one.

| op | gradient | |
| --- | --- | --- |
${rows.map((row) => `| ${row.join(' | ')} |`).join('\n')}
`;
}

function entry(op: OnnxOp): [gradient: string, remark: string] {
  if (isConverted(op)) return ['converted', CONVERTED[op]];
  if (!isKnown(op)) return ['not known', NOT_KNOWN[op]];
  const rule = GRADIENTS[op];
  if (rule === ZERO) return ['zero', ''];
  return typeof rule === 'function' ? ['yes', LIMITS[op] ?? ''] : ['none', rule.unsupported];
}

function isConverted(op: OnnxOp): op is keyof typeof CONVERTED {
  return Object.hasOwn(CONVERTED, op);
}

function isKnown(op: OnnxOp): op is OnnxOp & OpType {
  return Object.hasOwn(OPS, op);
}

if (import.meta.main) writeFileSync(OPS_PAGE, await opsPage());
