/** Activation functions. */
import { formatShape } from '../dims.ts';
import { floatUnary, unary } from './elementwise.ts';
import { broadcastShapes, type OpSchema } from './schema.ts';

const softmax: OpSchema = {
  ...floatUnary,
  attributes: { axis: 'int' },
  infer(c) {
    c.axis(c.int('axis', -1), c.input(0).shape.length);
    return [c.input(0)];
  },
};

const withAlpha: OpSchema = { ...floatUnary, attributes: { alpha: 'float' } };

const GELU_FORMS = ['none', 'tanh'];

export const activation = {
  Relu: { ...unary, elements: 'signed' },
  LeakyRelu: withAlpha,
  ThresholdedRelu: withAlpha,
  PRelu: {
    inputs: [2, 2],
    outputs: [1, 1],
    elements: 'number',
    infer(c) {
      c.sameType(1);
      const { shape } = c.input(0);
      const slope = c.input(1).shape;
      const all = slope.length <= shape.length ? broadcastShapes(shape, slope) : undefined;
      if (all?.some((dim, i) => shape[i] === 1 && dim !== 1) !== false) {
        c.fail('input 1', `a shape that broadcasts to ${formatShape(shape)}`, formatShape(slope));
      }
      return [c.input(0)];
    },
  },
  Elu: withAlpha,
  Celu: withAlpha,
  Selu: { ...floatUnary, attributes: { alpha: 'float', gamma: 'float' } },
  Sigmoid: floatUnary,
  HardSigmoid: { ...floatUnary, attributes: { alpha: 'float', beta: 'float' } },
  HardSwish: floatUnary,
  Tanh: floatUnary,
  Softplus: floatUnary,
  Softsign: floatUnary,
  Mish: floatUnary,
  Gelu: {
    ...floatUnary,
    attributes: { approximate: 'string' },
    infer(c) {
      const form = c.string('approximate', 'none');
      if (!GELU_FORMS.includes(form)) c.fail('attribute "approximate"', GELU_FORMS.join(' or '), form);
      return [c.input(0)];
    },
  },
  Softmax: softmax,
  LogSoftmax: softmax,
} satisfies Record<string, OpSchema>;
