/** Normalizations of activations. */
import { formatShape } from '../dims.ts';
import type { InferContext, OpSchema } from './schema.ts';

function channelsOf(c: InferContext): string | number {
  const { shape } = c.input(0);
  return shape[1] ?? c.fail('input 0', 'a batch [N, C, …]', formatShape(shape));
}

export const normalization = {
  BatchNormalization: {
    inputs: [5, 5],
    outputs: [1, 3],
    elements: 'float',
    attributes: { epsilon: 'float', momentum: 'float', training_mode: 'int' },
    infer(c) {
      const channels = channelsOf(c);
      for (let i = 1; i < 5; i++) c.expectShape(i, [channels]);
      const training = c.int('training_mode', 0) === 1;
      if (!training && c.node.outputs.length > 1) {
        c.fail('outputs', 'one, since training_mode is 0', String(c.node.outputs.length));
      }
      const statistic = { dtype: c.input(3).dtype, shape: [channels] };
      return [c.input(0), statistic, statistic].slice(0, c.node.outputs.length);
    },
  },
  /** A. Krizhevsky, I. Sutskever and G. Hinton, ImageNet Classification with Deep CNNs, 2012, section 3.3. */
  LRN: {
    inputs: [1, 1],
    outputs: [1, 1],
    elements: 'float',
    attributes: { alpha: 'float', beta: 'float', bias: 'float', size: 'int' },
    infer(c) {
      channelsOf(c);
      const size = c.requiredInt('size');
      // onnxruntime has no kernel for even sizes, whose window ONNX and PyTorch place differently.
      if (size < 1 || size % 2 === 0) c.fail('attribute "size"', 'an odd number of channels', String(size));
      return [c.input(0)];
    },
  },
  /** The optional outputs are the mean and the inverse standard deviation, with 1 for every axis folded. */
  LayerNormalization: {
    inputs: [2, 3],
    outputs: [1, 3],
    elements: 'float',
    attributes: { axis: 'int', epsilon: 'float', stash_type: 'int' },
    infer(c) {
      const { dtype, shape } = c.input(0);
      const axis = c.axis(c.int('axis', -1), shape.length);
      for (const i of [1, 2].filter((index) => c.has(index))) {
        c.sameType(i);
        c.expectShape(i, shape.slice(axis));
      }
      const statistic = { dtype, shape: shape.map((dim, i) => (i < axis ? dim : 1)) };
      return [c.input(0), statistic, statistic].slice(0, c.node.outputs.length);
    },
  },
  InstanceNormalization: {
    inputs: [3, 3],
    outputs: [1, 1],
    elements: 'float',
    attributes: { epsilon: 'float' },
    infer(c) {
      const channels = channelsOf(c);
      if (c.input(0).shape.length < 3) {
        c.fail('input 0', 'an image batch [N, C, …]', formatShape(c.input(0).shape));
      }
      for (const i of [1, 2]) {
        c.sameType(i);
        c.expectShape(i, [channels]);
      }
      return [c.input(0)];
    },
  },
  /** As the pinned operator set has it: one scale and one bias for each group, not for each channel. */
  GroupNormalization: {
    inputs: [3, 3],
    outputs: [1, 1],
    elements: 'float',
    attributes: { epsilon: 'float', num_groups: 'int' },
    infer(c) {
      const channels = channelsOf(c);
      const groups = c.requiredInt('num_groups');
      if (groups < 1 || (typeof channels === 'number' && channels % groups !== 0)) {
        c.fail('attribute "num_groups"', `a divisor of the ${channels} channels`, String(groups));
      }
      for (const i of [1, 2]) {
        c.sameType(i);
        c.expectShape(i, [groups]);
      }
      return [c.input(0)];
    },
  },
} satisfies Record<string, OpSchema>;
