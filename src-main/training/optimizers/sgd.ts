/** Stochastic gradient descent with PyTorch's momentum (https://pytorch.org/docs/stable/generated/torch.optim.SGD.html). */
import type { Value } from '../../onnx/graph-builder.ts';
import type { Optimizer, UpdateContext } from './optimizer.ts';

/**
 * g ← g + λ p;  b ← μ b + (1 − τ) g, but b ← g in the first step;  d = g + μ b with Nesterov, else b;  p ← p − η d.
 */
export const sgd: Optimizer = {
  states: ({ momentum }) => (momentum === 0 ? [] : ['momentum_buffer']),
  update(context) {
    const { g, parameter, options, weightDecay } = context;
    const gradient =
      weightDecay === 0 ? context.gradient : g.add(context.gradient, g.mul(parameter, g.scalar(weightDecay)));
    if (options.momentum === 0) return { parameter: descend(context, gradient), state: {} };
    const buffer = g.add(
      g.mul(previousBuffer(context), g.scalar(options.momentum)),
      damped(context, gradient),
    );
    const direction = options.nesterov ? g.add(gradient, g.mul(buffer, g.scalar(options.momentum))) : buffer;
    return { parameter: descend(context, direction), state: { momentum_buffer: buffer } };
  },
};

function descend({ g, parameter, learningRate }: UpdateContext, direction: Value): Value {
  return g.sub(parameter, g.mul(direction, learningRate));
}

function previousBuffer({ state }: UpdateContext): Value {
  return state['momentum_buffer'] as Value;
}

/** (1 − τ) g, but g in the first step: the buffer is still zero there. */
function damped({ g, step, options }: UpdateContext, gradient: Value): Value {
  if (options.dampening === 0) return gradient;
  const first = g.equal(step, g.scalar(1));
  return g.mul(gradient, g.where(first, g.scalar(1), g.scalar(1 - options.dampening)));
}
