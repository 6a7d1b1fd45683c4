/** Initial values of parameters, as `torch.nn.init` draws them (the distributions; the generator is ours). */
import type { CounterRandom } from '../base/random.ts';
import { elementCount, float32, type FloatTensor } from '../onnx/tensor.ts';

/** Draws a parameter of the given dimensions. */
export type Initializer = (dims: readonly number[], random: CounterRandom) => FloatTensor;

/** Which number of connections sets the scale: that of a unit's inputs or of its outputs. */
export type FanMode = 'fan_in' | 'fan_out';

/** What comes after the layer, as `torch.nn.init.calculate_gain` names it. */
export type Nonlinearity = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leaky_relu' | 'selu';

/** Options of the Kaiming initialisers, named and defaulted as PyTorch's. */
export interface KaimingOptions {
  /** Slope of `leaky_relu` below zero; 0. */
  readonly a?: number;
  /** `fan_in`. */
  readonly mode?: FanMode;
  /** `leaky_relu`. */
  readonly nonlinearity?: Nonlinearity;
}

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
  return uniformBetween(-bound, bound);
}

/** Uniform in [low, high): `uniform_`. */
export function uniformBetween(low: number, high: number): Initializer {
  return (dims, random) => filled(dims, () => random.between(low, high));
}

/** `normal_`. */
export function normal(mean: number, std: number): Initializer {
  return (dims, random) => filled(dims, () => mean + std * random.normal());
}

/** `trunc_normal_`: normal within [low, high], which holds the mean. */
export function truncatedNormal(mean: number, std: number, low: number, high: number): Initializer {
  const inside = (value: number): boolean => value >= low && value <= high;
  if (high - low < std)
    return (dims, random) => filled(dims, () => peakOfNormal(mean, std, low, high, random));
  return (dims, random) =>
    filled(dims, () => {
      let value = mean + std * random.normal();
      while (!inside(value)) value = mean + std * random.normal();
      return value;
    });
}

/** For a range narrower than the deviation, where most normal numbers would lie outside: rejected uniform ones. */
function peakOfNormal(mean: number, std: number, low: number, high: number, random: CounterRandom): number {
  for (;;) {
    const value = random.between(low, high);
    if (random.uniform() < Math.exp(-0.5 * ((value - mean) / std) ** 2)) return value;
  }
}

/** `kaiming_normal_` (K. He et al., Delving Deep into Rectifiers, 2015): normal with deviation gain / √fan. */
export function kaimingNormal(options: KaimingOptions = {}): Initializer {
  return (dims, random) => normal(0, kaimingDeviation(dims, options))(dims, random);
}

/** `kaiming_uniform_`: uniform with bound √3 · gain / √fan. */
export function kaimingUniformOf(options: KaimingOptions = {}): Initializer {
  return (dims, random) => uniform(Math.sqrt(3) * kaimingDeviation(dims, options))(dims, random);
}

/** `xavier_normal_` (X. Glorot and Y. Bengio, 2010): normal with deviation gain · √(2 / (fan_in + fan_out)). */
export function xavierNormal(gain = 1): Initializer {
  return (dims, random) => normal(0, xavierDeviation(dims, gain))(dims, random);
}

/** `xavier_uniform_`: uniform with bound gain · √(6 / (fan_in + fan_out)). */
export function xavierUniform(gain = 1): Initializer {
  return (dims, random) => uniform(Math.sqrt(3) * xavierDeviation(dims, gain))(dims, random);
}

/** As torchvision initialises ResNet's convolutions: `kaiming_normal_(mode='fan_out', nonlinearity='relu')`. */
export const kaimingNormalFanOut: Initializer = kaimingNormal({ mode: 'fan_out', nonlinearity: 'relu' });

/** PyTorch's default for the weights of convolutions and linear layers: `kaiming_uniform_(a=√5)`, a bound of 1 / √fan_in. */
export const kaimingUniform: Initializer = (dims, random) =>
  uniform(1 / Math.sqrt(fans(dims).fanIn))(dims, random);

function kaimingDeviation(
  dims: readonly number[],
  { a = 0, mode = 'fan_in', nonlinearity = 'leaky_relu' }: KaimingOptions,
): number {
  const { fanIn, fanOut } = fans(dims);
  return gainOf(nonlinearity, a) / Math.sqrt(mode === 'fan_in' ? fanIn : fanOut);
}

function xavierDeviation(dims: readonly number[], gain: number): number {
  const { fanIn, fanOut } = fans(dims);
  return gain * Math.sqrt(2 / (fanIn + fanOut));
}

/** `torch.nn.init.calculate_gain`. */
function gainOf(nonlinearity: Nonlinearity, slope: number): number {
  switch (nonlinearity) {
    case 'linear':
    case 'sigmoid':
      return 1;
    case 'tanh':
      return 5 / 3;
    case 'relu':
      return Math.SQRT2;
    case 'leaky_relu':
      return Math.sqrt(2 / (1 + slope ** 2));
    case 'selu':
      return 3 / 4;
  }
}

function filled(dims: readonly number[], draw: () => number): FloatTensor {
  const data = new Float32Array(elementCount(dims));
  for (let i = 0; i < data.length; i++) data[i] = draw();
  return float32(dims, data);
}
