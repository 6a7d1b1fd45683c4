/** Methods for activation functions. */
import type { Value } from '../graph-assembly.ts';
import { ElementwiseBuilder } from './elementwise.ts';

/** And activation functions. */
export class ActivationBuilder extends ElementwiseBuilder {
  relu(x: Value): Value {
    return this.one('Relu', [x]);
  }

  /** `alpha` is the slope below 0. */
  leakyRelu(x: Value, alpha = 0.01): Value {
    return this.one('LeakyRelu', [x], { alpha });
  }

  /** x above `alpha`, else 0. */
  thresholdedRelu(x: Value, alpha: number): Value {
    return this.one('ThresholdedRelu', [x], { alpha });
  }

  /** `slope` broadcasts to x: `[C, 1, 1]` for a slope of each channel. */
  pRelu(x: Value, slope: Value): Value {
    return this.one('PRelu', [x, slope]);
  }

  elu(x: Value, alpha = 1): Value {
    return this.one('Elu', [x], { alpha });
  }

  celu(x: Value, alpha = 1): Value {
    return this.one('Celu', [x], { alpha });
  }

  selu(x: Value): Value {
    return this.one('Selu', [x]);
  }

  sigmoid(x: Value): Value {
    return this.one('Sigmoid', [x]);
  }

  /** clamp(alpha x + beta, 0, 1). PyTorch's alpha is 1/6, ONNX's default 0.2. */
  hardSigmoid(x: Value, alpha = 1 / 6, beta = 0.5): Value {
    return this.one('HardSigmoid', [x], { alpha, beta });
  }

  hardSwish(x: Value): Value {
    return this.one('HardSwish', [x]);
  }

  tanh(x: Value): Value {
    return this.one('Tanh', [x]);
  }

  softplus(x: Value): Value {
    return this.one('Softplus', [x]);
  }

  softsign(x: Value): Value {
    return this.one('Softsign', [x]);
  }

  mish(x: Value): Value {
    return this.one('Mish', [x]);
  }

  gelu(x: Value, approximate: 'none' | 'tanh' = 'none'): Value {
    return this.one('Gelu', [x], { approximate });
  }

  softmax(x: Value, axis = -1): Value {
    return this.one('Softmax', [x], { axis });
  }

  logSoftmax(x: Value, axis = -1): Value {
    return this.one('LogSoftmax', [x], { axis });
  }
}
