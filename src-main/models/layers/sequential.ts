/** Layers one after the other. */
import type { Value } from '../../onnx/graph-builder.ts';
import { conv2d, type Conv2dOptions } from './conv2d.ts';
import { dropoutLayer } from './dropout.ts';
import { linear } from './linear.ts';
import type { Network } from './network.ts';
import { maxPool2d, type Pool2dOptions } from './pool2d.ts';

/** A layer with its options, still without a place in a network. */
export type Layer = (net: Network, x: Value, name: string) => Value;

/** `torch.nn.Sequential`: names each layer by its place, such as `features.3`; also those without parameters. */
export function sequential(net: Network, x: Value, name: string, layers: readonly Layer[]): Value {
  return layers.reduce((y, layer, place) => layer(net, y, `${name}.${place}`), x);
}

/** {@link conv2d} as a {@link Layer}. */
export function convLayer(options: Conv2dOptions): Layer {
  return (net, x, name) => conv2d(net, x, name, options);
}

/** {@link linear} as a {@link Layer}. */
export function linearLayer(outFeatures: number): Layer {
  return (net, x, name) => linear(net, x, name, outFeatures);
}

/** {@link maxPool2d} as a {@link Layer}. */
export function maxPoolLayer(options: Pool2dOptions): Layer {
  return (net, x, name) => maxPool2d(net, x, name, options);
}

/** {@link dropoutLayer} as a {@link Layer}. */
export function droppingLayer(p: number): Layer {
  return (net, x) => dropoutLayer(net, x, p);
}

/** ReLU as a {@link Layer}. */
export const reluLayer: Layer = (net, x, name) => net.g.scope(name, () => net.g.relu(x));
