/** The ops without a gradient; a test holds this list against the rules. */
import type { OpType } from '../../../src-main/onnx/ops/index.ts';
import type { GradientCase } from '../../helpers/gradient-check.ts';

/** No gradient flows through these: they jump, or do not depend on their inputs' elements. */
export const ZERO_OPS = [
  'And',
  'ArgMax',
  'Ceil',
  'ConstantOfShape',
  'Equal',
  'Floor',
  'Greater',
  'GreaterOrEqual',
  'Less',
  'LessOrEqual',
  'Not',
  'Or',
  'Range',
  'Round',
  'Shape',
  'Sign',
  'Size',
  'Xor',
] as const satisfies readonly OpType[];

/** These refuse to be differentiated. */
export const UNSUPPORTED_OPS = [
  'BitShift',
  'BitwiseAnd',
  'BitwiseOr',
  'BitwiseXor',
  'Mod',
  'ReduceProd',
  'ScatterElements',
  'ScatterND',
] as const satisfies readonly OpType[];

/** An op without a gradient. */
export type NotDifferentiated = (typeof ZERO_OPS)[number] | (typeof UNSUPPORTED_OPS)[number];

/** The cases of a family of ops. */
export type FamilyCases<Schemas> = Readonly<
  Record<Exclude<keyof Schemas, NotDifferentiated>, readonly GradientCase[]>
>;
