/** Convolutions over images `[N, C, H, W]` (any number of spatial axes). */
import { formatShape, multiplyDims } from '../dims.ts';
import type { Dim, Shape } from '../types.ts';
import type { InferContext, OpSchema } from './schema.ts';
import { imageOf, outputSizes, WINDOW_ATTRIBUTES, windowOf, type Window } from './window.ts';

function checkBias(c: InferContext, filters: Dim): void {
  if (!c.has(2)) return;
  c.sameType(2);
  c.expectShape(2, [filters]);
}

function kernelOf(c: InferContext, weight: Shape): readonly number[] {
  const kernel = weight
    .slice(2)
    .map((size) => (typeof size === 'number' ? size : c.fail('input 1', 'known sizes', formatShape(weight))));
  const stated = c.ints('kernel_shape') ?? kernel;
  if (stated.join() !== kernel.join()) {
    c.fail('attribute "kernel_shape"', `[${kernel.join(', ')}], as input 1`, `[${stated.join(', ')}]`);
  }
  return kernel;
}

/** Sizes of a transposed convolution's images: those whose convolution has the input's size. */
function transposedSizes(c: InferContext, spatial: Shape, window: Window): Dim[] {
  const extra = c.ints('output_padding') ?? spatial.map(() => 0);
  if (extra.length !== spatial.length) {
    c.fail('attribute "output_padding"', `${spatial.length} sizes`, `[${extra.join(', ')}]`);
  }
  return spatial.map((size, i): Dim => {
    if (typeof size !== 'number') return '';
    const reach = (window.dilations[i] ?? 1) * ((window.kernel[i] ?? 1) - 1) + 1;
    const cut = (window.pads[i] ?? 0) + (window.pads[i + spatial.length] ?? 0);
    const result = (window.strides[i] ?? 1) * (size - 1) + (extra[i] ?? 0) + reach - cut;
    return result > 0 ? result : c.fail('attribute "pads"', 'pads that leave something', String(result));
  });
}

export const convolution = {
  Conv: {
    inputs: [2, 3],
    outputs: [1, 1],
    elements: 'float',
    attributes: { ...WINDOW_ATTRIBUTES, group: 'int' },
    infer(c) {
      const { batch, channels, spatial } = imageOf(c);
      const weight = c.shapeOf(1, spatial.length + 2, 'weights [M, C / group, kH, kW]');
      const group = c.int('group', 1);
      const [filters = '', perGroup = ''] = weight;
      if (typeof channels === 'number' && typeof perGroup === 'number' && channels !== perGroup * group) {
        const where = group === 1 ? '' : ` in ${group} groups`;
        c.fail('input 1', `weights for ${channels} channels${where}`, formatShape(weight));
      }
      if (group < 1 || (typeof filters === 'number' && filters % group !== 0)) {
        c.fail('attribute "group"', `a divisor of the ${filters} filters`, String(group));
      }
      c.sameType(1);
      checkBias(c, filters);
      const window = windowOf(c, spatial, kernelOf(c, weight));
      return [
        { dtype: c.input(0).dtype, shape: [batch, filters, ...outputSizes(c, spatial, window, false)] },
      ];
    },
  },
  ConvTranspose: {
    inputs: [2, 3],
    outputs: [1, 1],
    elements: 'float',
    // Neither `output_shape` nor `auto_pad` that follows sizes: the gradients of convolutions need none.
    attributes: { ...WINDOW_ATTRIBUTES, group: 'int', output_padding: 'ints' },
    infer(c) {
      const { batch, channels, spatial } = imageOf(c);
      const weight = c.shapeOf(1, spatial.length + 2, 'weights [C, M / group, kH, kW]');
      const [inner = '', perGroup = ''] = weight;
      if (typeof channels === 'number' && typeof inner === 'number' && channels !== inner) {
        c.fail('input 1', `weights for ${channels} channels`, formatShape(weight));
      }
      const group = c.int('group', 1);
      if (group < 1 || (typeof inner === 'number' && inner % group !== 0)) {
        c.fail('attribute "group"', `a divisor of the ${inner} channels`, String(group));
      }
      const filters = multiplyDims([perGroup, group]);
      c.sameType(1);
      checkBias(c, filters);
      const mode = c.string('auto_pad', 'NOTSET');
      if (mode.startsWith('SAME')) c.fail('attribute "auto_pad"', 'NOTSET or VALID', mode);
      const sizes = transposedSizes(c, spatial, windowOf(c, spatial, kernelOf(c, weight)));
      return [{ dtype: c.input(0).dtype, shape: [batch, filters, ...sizes] }];
    },
  },
} satisfies Record<string, OpSchema>;
