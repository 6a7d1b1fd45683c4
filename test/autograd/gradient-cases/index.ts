/** Gradient checks for every op that has a gradient: an op without cases does not compile. */
import type { OpType } from '../../../src-main/onnx/ops/index.ts';
import type { GradientCase } from '../../helpers/gradient-check.ts';
import { convolutionCases } from './convolution.ts';
import { elementwiseCases } from './elementwise.ts';
import { layoutCases } from './layout.ts';
import { linearCases } from './linear.ts';
import { reductionCases } from './reduction.ts';
import type { NotDifferentiated } from './not-differentiated.ts';

export const GRADIENT_CASES: Readonly<Record<Exclude<OpType, NotDifferentiated>, readonly GradientCase[]>> = {
  ...convolutionCases,
  ...elementwiseCases,
  ...layoutCases,
  ...linearCases,
  ...reductionCases,
};
