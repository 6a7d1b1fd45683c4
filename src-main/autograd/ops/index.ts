/** The gradient of every op. An op of `onnx/ops` that is missing here does not compile. */
import type { OpType } from '../../onnx/ops/index.ts';
import type { GradientRule } from '../rule.ts';
import { activation } from './activation.ts';
import { convolution } from './convolution.ts';
import { elementwise } from './elementwise.ts';
import { layout } from './layout.ts';
import { linear } from './linear.ts';
import { normalization } from './normalization.ts';
import { pooling } from './pooling.ts';
import { reductions } from './reduction.ts';

export const GRADIENTS: Readonly<Record<OpType, GradientRule>> = {
  ...activation,
  ...convolution,
  ...elementwise,
  ...layout,
  ...linear,
  ...normalization,
  ...pooling,
  ...reductions,
};

/** The ops whose every output can be differentiated; of the others only the first can. */
export const SEVERAL_OUTPUTS: ReadonlySet<string> = new Set<OpType>(['Split']);
