/** Activation functions that a network hands to its layers. */
import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';

/** A function of each element. */
export type Activation = (g: GraphBuilder, x: Value) => Value;

/** `torch.nn.ReLU`. */
export const relu: Activation = (g, x) => g.relu(x);

/** `torch.nn.Sigmoid`. */
export const sigmoid: Activation = (g, x) => g.sigmoid(x);

/** `torch.nn.SiLU`: x · sigmoid(x). */
export const silu: Activation = (g, x) => g.mul(x, g.sigmoid(x));

/** `torch.nn.Hardsigmoid`: x / 6 + 1 / 2 within 0 and 1. */
export const hardSigmoid: Activation = (g, x) => g.hardSigmoid(x);

/** `torch.nn.Hardswish`: x · hardsigmoid(x). */
export const hardSwish: Activation = (g, x) => g.hardSwish(x);
