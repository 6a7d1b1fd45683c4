/**
 * Adam with coupled weight decay, and AdamW with decoupled
 * (https://pytorch.org/docs/stable/generated/torch.optim.Adam.html, …/torch.optim.AdamW.html).
 */
import type { GraphBuilder, Value } from '../../onnx/graph-builder.ts';
import type { Optimizer, Update, UpdateContext } from './optimizer.ts';

const states = (): readonly string[] => ['exp_avg', 'exp_avg_sq'];

/** g ← g + λ p, then the update. */
export const adam: Optimizer = {
  states,
  update(context) {
    const { g, parameter, gradient, weightDecay } = context;
    if (weightDecay === 0) return moments(context, parameter, gradient);
    return moments(context, parameter, g.add(gradient, g.mul(parameter, g.scalar(weightDecay))));
  },
};

/** p ← p (1 − η λ), then the update. */
export const adamw: Optimizer = {
  states,
  update(context) {
    const { g, parameter, gradient, learningRate, weightDecay } = context;
    if (weightDecay === 0) return moments(context, parameter, gradient);
    const kept = g.sub(g.scalar(1), g.mul(learningRate, g.scalar(weightDecay)));
    return moments(context, g.mul(parameter, kept), gradient);
  },
};

/** m ← β₁ m + (1 − β₁) g;  v ← β₂ v + (1 − β₂) g²;  p ← p − η / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε). */
function moments(context: UpdateContext, parameter: Value, gradient: Value): Update {
  const { g, state, step, learningRate, options } = context;
  const [beta1, beta2] = options.betas;
  const exp_avg = blend(g, state['exp_avg'] as Value, gradient, beta1);
  const exp_avg_sq = blend(g, state['exp_avg_sq'] as Value, g.mul(gradient, gradient), beta2);
  const stepSize = g.div(learningRate, biasCorrection(g, beta1, step));
  const deviation = g.div(g.sqrt(exp_avg_sq), g.sqrt(biasCorrection(g, beta2, step)));
  const change = g.mul(g.div(exp_avg, g.add(deviation, g.scalar(options.eps))), stepSize);
  return { parameter: g.sub(parameter, change), state: { exp_avg, exp_avg_sq } };
}

/** β a + (1 − β) b */
function blend(g: GraphBuilder, a: Value, b: Value, beta: number): Value {
  return g.add(g.mul(a, g.scalar(beta)), g.mul(b, g.scalar(1 - beta)));
}

/**
 * 1 − βᵗ as −2 T / (1 − T) with T = tanh(t ln β / 2): in float32 the difference itself would lose four digits while
 * βᵗ is close to 1.
 */
function biasCorrection(g: GraphBuilder, beta: number, step: Value): Value {
  if (beta === 0) return g.scalar(1);
  const half = g.tanh(g.mul(step, g.scalar(Math.log(beta) / 2)));
  return g.div(g.mul(half, g.scalar(-2)), g.sub(g.scalar(1), half));
}
