/** Convolutions over images [N, C, H, W]. */
import type { convolution as schemas } from '../../../src-main/onnx/ops/convolution.ts';
import type { Kernel } from './kernel.ts';
import { at, count, fill, indices, positionOf } from './values.ts';
import { isInside, outputSize, source, windowOf } from './window.ts';

const conv: Kernel = (node) => {
  const [x, w, bias] = [node.x(0), node.x(1), node.inputs[2]];
  const [samples, channels, ...image] = x.dims as [number, number, ...number[]];
  const [filters, perGroup, ...kernel] = w.dims as [number, number, ...number[]];
  const group = node.int('group', 1);
  if (perGroup * group !== channels) node.fail(`has ${channels} channels and weights [${w.dims.join(', ')}]`);
  const window = windowOf(node, kernel);
  const taps = indices(kernel);
  const area = count(image);
  return [
    fill(x.dtype, [samples, filters, ...outputSize(image, window)], ([n, m, ...place]) => {
      const firstChannel = Math.floor(m! / (filters / group)) * perGroup;
      let sum = bias ? bias.data[m!]! : 0;
      for (const tap of taps) {
        const spot = source(window, place, tap);
        if (!isInside(spot, image)) continue;
        const pixel = positionOf(x.dims, [n!, firstChannel, ...spot]);
        const weight = positionOf(w.dims, [m!, 0, ...tap]);
        for (let c = 0; c < perGroup; c++) {
          sum += x.data[pixel + c * area]! * w.data[weight + c * taps.length]!;
        }
      }
      return sum;
    }),
  ];
};

/** Every input element adds its multiple of the kernel to the output. */
const convTranspose: Kernel = (node) => {
  const [x, w, bias] = [node.x(0), node.x(1), node.inputs[2]];
  const [samples, channels, ...image] = x.dims as [number, number, ...number[]];
  const [, perGroup, ...kernel] = w.dims as [number, number, ...number[]];
  const group = node.int('group', 1);
  if (node.ints('output_shape') || node.string('auto_pad', 'NOTSET') !== 'NOTSET')
    node.fail('states its output shape');
  const window = windowOf(node, kernel);
  const extra = node.ints('output_padding') ?? image.map(() => 0);
  const size = image.map((length, axis) => {
    const reach = (kernel[axis]! - 1) * window.dilations[axis]! + 1;
    return (
      (length - 1) * window.strides[axis]! + reach + extra[axis]! - window.before[axis]! - window.after[axis]!
    );
  });
  const dims = [samples, perGroup * group, ...size];
  const y = fill(x.dtype, dims, ([, m]) => (bias ? bias.data[m!]! : 0));
  for (const [n, c, ...place] of indices(x.dims)) {
    const value = at(x, [n!, c!, ...place]);
    const firstFilter = Math.floor(c! / (channels / group)) * perGroup;
    for (const tap of indices(kernel)) {
      const spot = source(window, place, tap);
      if (!isInside(spot, size)) continue;
      for (let m = 0; m < perGroup; m++) {
        const target = positionOf(dims, [n!, firstFilter + m, ...spot]);
        y.data[target] = y.data[target]! + value * at(w, [c!, m, ...tap]);
      }
    }
  }
  return [y];
};

export const convolution: Readonly<Record<keyof typeof schemas, Kernel>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
};
