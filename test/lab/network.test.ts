import { expect, it } from 'vitest';
import { findNetwork } from '../../src-main/lab/network.ts';
import { labErrorFrom } from '../helpers/lab-errors.ts';

it.each(['resnet18', 'mine.json'])('restores no batch normalisation in %s', async (model) => {
  expect(await labErrorFrom(findNetwork(model, { logits: null, restoreBatchNorm: true }))).toEqual({
    code: 'INVALID_ARGUMENT',
    message: `--restore-batch-norm is given for the network ${model}, which is no .onnx file: nothing has been folded in it.`,
    hint: 'Leave --restore-batch-norm out.',
  });
});
