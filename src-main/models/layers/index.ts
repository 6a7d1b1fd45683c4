/** Layers: each declares its parameters under PyTorch's names and adds its ops to the graph. */
export { batchNorm2d, normalizedBatch } from './batch-norm.ts';
export { conv2d, type Conv2dOptions } from './conv2d.ts';
export { dropout2dLayer, dropoutLayer } from './dropout.ts';
export { normalizedImages, type Normalization } from './input.ts';
export { linear } from './linear.ts';
export { localResponseNorm, type LocalResponseNormOptions } from './local-response-norm.ts';
export { Network, type NetworkOptions, type ParameterSpec } from './network.ts';
export { avgPool2d, maxPool2d, type Pool2dOptions } from './pool2d.ts';
export { squeezeExcitation } from './squeeze-excitation.ts';
