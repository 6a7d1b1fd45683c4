/** Initial values of parameters, as `torch.nn.init` draws them (the distributions; the generator is ours). */
import type { CounterRandom } from '../base/random.ts';
import { elementCount, float32, type FloatTensor } from '../onnx/tensor.ts';

/** Draws a parameter of the given dimensions. */
export type Initializer = (dims: readonly number[], random: CounterRandom) => FloatTensor;

/** Inputs and outputs of one unit: of a weight `[out, in, …]`, times the size of its kernel. */
export function fans(dims: readonly number[]): { fanIn: number; fanOut: number } {
  const [out = 1, input = 1, ...kernel] = dims;
  const area = elementCount(kernel);
  return { fanIn: input * area, fanOut: out * area };
}

/** Every element the same. */
export function constant(value: number): Initializer {
  return (dims) => float32(dims, new Float32Array(elementCount(dims)).fill(value));
}

/** Uniform in [−bound, bound). */
export function uniform(bound: number): Initializer {
  return (dims, random) => filled(dims, () => random.between(-bound, bound));
}

/**
 * Normal with deviation √2 / √fan_out: `kaiming_normal_(mode='fan_out', nonlinearity='relu')`
 * (K. He et al., Delving Deep into Rectifiers, 2015), as torchvision initialises ResNet's convolutions.
 */
export const kaimingNormalFanOut: Initializer = (dims, random) => {
  const deviation = Math.sqrt(2 / fans(dims).fanOut);
  return filled(dims, () => deviation * random.normal());
};

/** Uniform with bound 1 / √fan_in: what PyTorch's `kaiming_uniform_(a=√5)` comes to, its default for weights. */
export const kaimingUniform: Initializer = (dims, random) =>
  uniform(1 / Math.sqrt(fans(dims).fanIn))(dims, random);

function filled(dims: readonly number[], draw: () => number): FloatTensor {
  const data = new Float32Array(elementCount(dims));
  for (let i = 0; i < data.length; i++) data[i] = draw();
  return float32(dims, data);
}
