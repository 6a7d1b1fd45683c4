/** Which operator sets are read. */
import { LabError } from '../../../src-shared/errors.ts';
import type { Model } from '../types.ts';

const OPSETS = { first: 7, last: 24 } as const;

/** The operator set of a file. @throws LabError `ONNX_UNSUPPORTED` for one that is not read */
export function opsetOf(model: Model): number {
  const opset = model.opsets[''];
  if (opset !== undefined && opset >= OPSETS.first && opset <= OPSETS.last) return opset;
  throw new LabError(
    'ONNX_UNSUPPORTED',
    `It is written in ${opset === undefined ? 'no operator set of ONNX' : `operator set ${opset}`}; ` +
      `those from ${OPSETS.first} to ${OPSETS.last} are read.`,
    { hint: 'Export the network with another opset_version, such as 17.' },
  );
}
