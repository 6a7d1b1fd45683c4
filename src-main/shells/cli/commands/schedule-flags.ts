/** The flags of a learning rate's course, which `train` and `schedule` share. */
import type { scheduleFields } from '../../../../src-shared/contract/schedule-fields.ts';
import { toNumber, toNumbers } from '../flags.ts';
import { toTable } from '../rule-flags.ts';
import type { SettingFlag } from '../setting-flags.ts';

/** In the order of the help. */
export const SCHEDULE_FLAGS: Readonly<Record<keyof typeof scheduleFields, SettingFlag>> = {
  schedule: {
    flags: '--schedule <name>',
    description:
      'constant, piecewise, step, multi-step, cosine, one-cycle, reduce-on-plateau or loss-rise (default: piecewise with --lr-table, else cosine)',
  },
  lrTable: {
    flags: '--lr-table <epoch:rate,…>',
    description: 'learning rates of piecewise, such as 0:1e-3,50:5e-4',
    parse: toTable,
  },
  stepSize: {
    flags: '--step-size <epochs>',
    description: 'epochs between the steps of step',
    parse: toNumber,
  },
  gamma: {
    flags: '--gamma <factor>',
    description: 'factor of each step of step and multi-step',
    parse: toNumber,
  },
  milestones: {
    flags: '--milestones <a,b,…>',
    description: 'epochs of the steps of multi-step',
    parse: toNumbers,
  },
  etaMin: {
    flags: '--eta-min <share>',
    description: 'share of the learning rate that cosine ends at',
    parse: toNumber,
  },
  maxLr: { flags: '--max-lr <rate>', description: 'peak of one-cycle (default: --lr)', parse: toNumber },
  pctStart: {
    flags: '--pct-start <share>',
    description: 'share of the steps in which one-cycle rises',
    parse: toNumber,
  },
  annealStrategy: { flags: '--anneal-strategy <name>', description: 'of one-cycle: cos or linear' },
  divFactor: {
    flags: '--div-factor <factor>',
    description: 'one-cycle begins at its peak divided by this',
    parse: toNumber,
  },
  finalDivFactor: {
    flags: '--final-div-factor <factor>',
    description: 'one-cycle ends at its beginning divided by this',
    parse: toNumber,
  },
  threePhase: { flags: '--three-phase', description: 'one-cycle falls to its beginning first' },
  reduceOn: {
    flags: '--reduce-on <loss>',
    description:
      'validation, train or running (default: validation with reduce-on-plateau, running with loss-rise)',
  },
  reduceFactor: {
    flags: '--reduce-factor <factor>',
    description: 'default: 0.1 with reduce-on-plateau, 0.95 with loss-rise',
    parse: toNumber,
  },
  reducePatience: {
    flags: '--reduce-patience <epochs>',
    description: 'epochs without a better loss that reduce-on-plateau bears',
    parse: toNumber,
  },
  reduceThreshold: {
    flags: '--reduce-threshold <number>',
    description: 'what makes a loss better',
    parse: toNumber,
  },
  reduceThresholdMode: {
    flags: '--reduce-threshold-mode <mode>',
    description: 'rel (a share of the best loss) or abs',
  },
  reduceCooldown: {
    flags: '--reduce-cooldown <epochs>',
    description: 'epochs after a reduction that do not count',
    parse: toNumber,
  },
  reduceMinLr: {
    flags: '--reduce-min-lr <rate>',
    description: 'reduce-on-plateau goes no lower',
    parse: toNumber,
  },
  reduceEps: {
    flags: '--reduce-eps <number>',
    description: 'smaller reductions are not made',
    parse: toNumber,
  },
  warmupEpochs: {
    flags: '--warmup-epochs <count>',
    description: 'epochs in which the learning rate rises',
    parse: toNumber,
  },
  warmupStartFactor: {
    flags: '--warmup-start-factor <factor>',
    description: 'share that the warm-up begins at',
    parse: toNumber,
  },
};
