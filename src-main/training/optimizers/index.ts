/** Every optimizer. To add one: its file, its name in `OptimizerOptions`, and a line here. */
import { adam, adamw } from './adam.ts';
import type { Optimizer, OptimizerOptions } from './optimizer.ts';
import { sgd } from './sgd.ts';

export const OPTIMIZERS: Readonly<Record<OptimizerOptions['name'], Optimizer>> = { sgd, adam, adamw };

export { optimizerDefaults, type OptimizerOptions } from './optimizer.ts';
