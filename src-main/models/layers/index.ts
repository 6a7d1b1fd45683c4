/** Layers: each declares its parameters under PyTorch's names and adds its ops to the graph. */
export { batchNorm2d } from './batch-norm.ts';
export { conv2d, type Conv2dOptions } from './conv2d.ts';
export { dropoutLayer } from './dropout.ts';
export { normalizedImages, type Normalization } from './input.ts';
export { linear } from './linear.ts';
export { Network, type NetworkOptions, type ParameterSpec } from './network.ts';
