/** Which parameters are trained, and the groups that share a learning rate and a weight decay. */
import { LabError } from '../../src-shared/errors.ts';
import { matchesName } from '../base/name-pattern.ts';
import type { Model } from '../onnx/types.ts';
import type { ParameterGroup } from './optimizer-model.ts';

/** Settings of the parameters whose names fit a pattern. The first rule that a name fits counts. */
export interface ParamGroupRule {
  readonly pattern: string;
  /** Their learning rate. */
  readonly lr?: number | undefined;
  /** Their share of the learning rate that they would have without a rule. */
  readonly lr_factor?: number | undefined;
  readonly weight_decay?: number | undefined;
  /** They are not trained; BatchNorm layers among them keep their statistics. */
  readonly freeze?: boolean | undefined;
}

/** The learning rates that a group's own derives from. */
export interface BaseRates {
  readonly lr: number;
  /** Null for `lr`. */
  readonly backboneLr: number | null;
}

/** A group, and what its learning rate derives from. */
export interface RatedGroup extends ParameterGroup, Pick<ParamGroupRule, 'lr' | 'lr_factor'> {
  readonly part: 'backbone' | 'head';
}

/** The rule for a parameter. */
export function ruleOf(rules: readonly ParamGroupRule[], name: string): ParamGroupRule | undefined {
  return rules.find(({ pattern }) => matchesName(pattern, name));
}

/**
 * Trained parameters by group: first those without a rule, then rule by rule, each time backbone before head. A group
 * is called `backbone` or `head`, followed by its rule's pattern.
 *
 * @throws LabError `INVALID_ARGUMENT` when nothing is trained
 */
export function groupsOf(
  trained: readonly string[],
  isHead: (name: string) => boolean,
  rules: readonly ParamGroupRule[],
): RatedGroup[] {
  const groups = [undefined, ...rules].flatMap((rule) =>
    (['backbone', 'head'] as const).map((part): RatedGroup => {
      const { lr, lr_factor, weight_decay } = rule ?? {};
      const isMember = (name: string): boolean =>
        ruleOf(rules, name) === rule && isHead(name) === (part === 'head');
      return {
        name: rule === undefined ? part : `${part} ${rule.pattern}`,
        part,
        parameters: trained.filter(isMember),
        ...{ lr, lr_factor, weight_decay },
      };
    }),
  );
  const filled = groups.filter(({ parameters }) => parameters.length > 0);
  if (filled.length > 0) return filled;
  throw new LabError('INVALID_ARGUMENT', 'The parameter groups freeze all there is to train.', {
    hint: 'Freeze fewer layers, or train more of the network with --mode full.',
  });
}

/** The learning rate that a group begins with. */
export function baseRate(group: RatedGroup, { lr, backboneLr }: BaseRates): number {
  const own = group.part === 'head' ? lr : (backboneLr ?? lr);
  return group.lr ?? own * (group.lr_factor ?? 1);
}

const METADATA_KEY = 'parameter_groups';

/** The optimizer's graph with its groups written in, in the order of its learning rates. */
export function withGroups(optimizer: Model, groups: readonly RatedGroup[]): Model {
  return { ...optimizer, metadata: { ...optimizer.metadata, [METADATA_KEY]: JSON.stringify(groups) } };
}

/** The groups of an optimizer's graph. */
export function readGroups({ metadata }: Model): RatedGroup[] {
  return JSON.parse(metadata[METADATA_KEY]!) as RatedGroup[];
}
