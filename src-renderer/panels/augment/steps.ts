/** Lists of augmentations, as they are edited. */
import type { Augmentation, AugmentationInfo } from '../../stores/feed.ts';

/** Values that a new step begins with: where it would do nothing, or needs one. */
const BEGINNINGS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'pad-random-crop': { padding: 8 },
  'random-affine': { degrees: 10 },
  'random-rotation': { degrees: 15 },
  'color-jitter': { brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.05 },
  'gaussian-blur': { kernel_size: 5 },
};

/** Whether an augmentation mixes whole batches; those come last. */
export function isOfBatches(name: string): boolean {
  return name === 'mixup' || name === 'cutmix';
}

/** The list with one step more. */
export function withStep(
  steps: readonly Augmentation[],
  { name, parameters }: AugmentationInfo,
): Augmentation[] {
  const defaults = parameters.flatMap((parameter) =>
    parameter.default === undefined ? [] : [[parameter.name, parameter.default] as const],
  );
  const step = { ...Object.fromEntries(defaults), ...BEGINNINGS[name], name };
  if (isOfBatches(name)) return [...steps, step];
  const singles = steps.filter((each) => !isOfBatches(each.name));
  return [...singles, step, ...steps.filter((each) => isOfBatches(each.name))];
}

/** The list with a step at another place. */
export function movedStep(steps: readonly Augmentation[], from: number, to: number): Augmentation[] {
  const moved = steps.toSpliced(from, 1);
  return moved.toSpliced(to, 0, steps[from]!);
}

/** The list as it is kept: crops without a size follow the image size. */
export function withoutSizes(steps: readonly Augmentation[]): Augmentation[] {
  return steps.map(({ size: _, ...step }) => step as Augmentation);
}

/** How a parameter is written. */
export type FieldKind =
  { readonly kind: 'number' | 'text' } | { readonly kind: 'words'; readonly words: string[] };

/** By the values that a parameter accepts, in the lab's words. */
export function fieldKind(expected: string): FieldKind {
  if (expected.startsWith('one of '))
    return { kind: 'words', words: expected.slice('one of '.length).split(', ') };
  const alone = /^an? (odd )?(whole )?number/.test(expected) && !/ or | two | three /.test(expected);
  return { kind: alone ? 'number' : 'text' };
}

/** A value as text: `0.5, 1`. */
export function written(value: unknown): string {
  if (Array.isArray(value)) return value.map(written).join(', ');
  if (typeof value === 'number') return String(Number(value.toPrecision(4)));
  return typeof value === 'string' ? value : '';
}

/** What a text stands for: a number, several, a word; undefined for nothing. */
export function readValue(text: string): unknown {
  const parts = text
    .split(/[,，;]/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const values = parts.map((part) => (Number.isFinite(Number(part)) ? Number(part) : part));
  return values.length > 1 ? values : values[0];
}
