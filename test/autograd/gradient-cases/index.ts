/** Gradient checks for every op that has a gradient: an op without cases does not compile. */
import type { OpType } from '../../../src-main/onnx/ops/index.ts';
import type { GradientCase } from '../../helpers/gradient-check.ts';
import { activationCases } from './activation.ts';
import { convolutionCases } from './convolution.ts';
import { elementwiseCases } from './elementwise.ts';
import { layoutCases } from './layout.ts';
import { linearCases } from './linear.ts';
import { normalizationCases } from './normalization.ts';
import { poolingCases } from './pooling.ts';
import { reductionCases } from './reduction.ts';
import type { NotDifferentiated } from './not-differentiated.ts';

export const GRADIENT_CASES: Readonly<Record<Exclude<OpType, NotDifferentiated>, readonly GradientCase[]>> = {
  ...activationCases,
  ...convolutionCases,
  ...elementwiseCases,
  ...layoutCases,
  ...linearCases,
  ...normalizationCases,
  ...poolingCases,
  ...reductionCases,
};
