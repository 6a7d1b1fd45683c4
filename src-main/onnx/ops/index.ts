/** Every op the lab can build, check and infer. To add one: its schema in a family file, and nothing else. */
import { activation } from './activation.ts';
import { convolution } from './convolution.ts';
import { elementwise } from './elementwise.ts';
import { layout } from './layout.ts';
import { linear } from './linear.ts';
import { normalization } from './normalization.ts';
import { pooling } from './pooling.ts';
import { reductions } from './reduction.ts';
import type { OpSchema } from './schema.ts';

export const OPS = {
  ...activation,
  ...convolution,
  ...elementwise,
  ...layout,
  ...linear,
  ...normalization,
  ...pooling,
  ...reductions,
} as const;

/** The name of an op the lab knows. */
export type OpType = keyof typeof OPS;

/** The schema of an op, or `undefined` for one the lab does not know. */
export function schemaOf(opType: string): OpSchema | undefined {
  return Object.hasOwn(OPS, opType) ? OPS[opType as OpType] : undefined;
}
