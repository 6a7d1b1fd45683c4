import { describe, expect, test } from 'vitest';
import { LabError } from '../../../src-shared/errors.ts';
import { CounterRandom } from '../../../src-main/base/random.ts';
import {
  AUGMENTATIONS,
  type SampleSpec,
  augment,
  augmentationSchema,
  findAugmentation,
  sampleSpecs,
} from '../../../src-main/data/augmentations/index.ts';
import { AUGMENTATION_PRESETS, augmentationPreset } from '../../../src-main/data/augmentations/presets.ts';
import { randomResizedCrop } from '../../../src-main/data/augmentations/random-resized-crop.ts';
import type { Box, Pixels } from '../../../src-main/data/pixels.ts';
import { goldenPicture } from '../goldens.ts';

type Name = (typeof AUGMENTATIONS)[number]['name'];

/** Parameters under which every augmentation changes something now and then. */
const SPECS: Readonly<Record<Name, SampleSpec>> = {
  'random-resized-crop': parse({ name: 'random-resized-crop', size: 9 }),
  'pad-random-crop': parse({ name: 'pad-random-crop', size: 9, padding: 2 }),
  'horizontal-flip': parse({ name: 'horizontal-flip' }),
  'color-jitter': parse({
    name: 'color-jitter',
    brightness: 0.4,
    contrast: [0.5, 2],
    saturation: 0.4,
    hue: 0.2,
  }),
  'random-grayscale': parse({ name: 'random-grayscale', p: 0.4 }),
  'vertical-flip': parse({ name: 'vertical-flip' }),
  'random-affine': parse({
    ...{ name: 'random-affine', degrees: 30, translate: [0.2, 0.1], scale: [0.8, 1.5] },
    ...{ shear: [-20, 10, 0, 15], interpolation: 'bilinear', fill: [9, 8, 7] },
  }),
  'random-rotation': parse({ name: 'random-rotation', degrees: [-20, 70] }),
  'random-autocontrast': parse({ name: 'random-autocontrast' }),
  'gaussian-blur': parse({ name: 'gaussian-blur', kernel_size: 3 }),
  'random-erasing': parse({ name: 'random-erasing', value: 'random' }),
};

function parse(spec: unknown): SampleSpec {
  return sampleSpecs([augmentationSchema.parse(spec)])[0]!;
}

/** The picture with less contrast, so that stretching it shows. */
function drab({ width, height, data }: Pixels): Pixels {
  return { width, height, data: data.map((level) => 40 + level / 2) };
}

const SIZE = { width: 18, height: 13 };
const DRAWS = 4000;

function draws(spec: SampleSpec, size = SIZE): unknown[] {
  const augmentation = findAugmentation(spec);
  return Array.from({ length: DRAWS }, (_, draw) =>
    augmentation.sample(spec, new CounterRandom('test', draw), size),
  );
}

describe.each(AUGMENTATIONS.map(({ name }) => name))('%s', (name) => {
  const spec = SPECS[name];
  const augmentation = findAugmentation(spec);

  test('is found by its name, with a schema of that name', () => {
    expect(augmentation.name).toBe(name);
    expect(augmentation.schema.parse(spec)).toEqual(spec);
  });

  test('same seed, same draw and pixels; another seed gives others; the source stays as it was', () => {
    const source = drab(goldenPicture());
    const outcome = (seed: number): unknown => augment(source, [spec], { seed, epoch: 1, key: 7 }).pixels;
    expect(outcome(0)).toEqual(outcome(0));
    const distinct = new Set(Array.from({ length: 20 }, (_, seed) => JSON.stringify(outcome(seed))));
    expect(distinct.size).toBeGreaterThan(1);
    expect(source).toEqual(drab(goldenPicture()));
  });

  test('spec and draw survive JSON', () => {
    expect(parse(JSON.parse(JSON.stringify(spec)))).toEqual(spec);
    const draw = augmentation.sample(spec, new CounterRandom('json'), SIZE);
    const copy: unknown = JSON.parse(JSON.stringify(draw));
    expect(copy).toEqual(draw);
    expect(augmentation.apply(goldenPicture(), copy)).toEqual(augmentation.apply(goldenPicture(), draw));
  });

  test('unknown parameters are refused', () => {
    expect(augmentationSchema.safeParse({ ...spec, strength: 1 }).success).toBe(false);
  });
});

interface JitterDraw {
  readonly steps: readonly { readonly adjust: string; readonly factor: number }[];
}

describe('draws', () => {
  test('random resized crops keep to their ranges and reach the ends', () => {
    const size = { width: 500, height: 375 };
    const spec = parse({ name: 'random-resized-crop', size: 64, scale: [0.25, 0.75], ratio: [0.8, 1.25] });
    const boxes = draws(spec, size).map((draw) => (draw as { box: Box }).box);
    const areas = boxes.map(({ width, height }) => (width * height) / (500 * 375));
    const ratios = boxes.map(({ width, height }) => width / height);
    // Sides are rounded to whole pixels: half a pixel of 216, the shortest, is 0.25 % of a side.
    expect(Math.min(...areas)).toBeGreaterThan(0.25 * 0.995);
    expect(Math.max(...areas)).toBeLessThan(0.75 * 1.005);
    expect(Math.min(...ratios)).toBeGreaterThan(0.8 * 0.995);
    expect(Math.max(...ratios)).toBeLessThan(1.25 * 1.005);
    // Of 4,000 uniform draws the outermost 2 % on either side is hit with near certainty.
    expect(Math.min(...areas)).toBeLessThan(0.26);
    expect(Math.max(...areas)).toBeGreaterThan(0.74);
    expect(Math.min(...ratios)).toBeLessThan(0.81);
    expect(Math.max(...ratios)).toBeGreaterThan(1.235);
    // Uniform in area, and the logarithm of the ratio is symmetric: means within five standard errors, after
    // large, long crops (which do not fit and are drawn again) are allowed for.
    expect(mean(areas)).toBeGreaterThan(0.47);
    expect(mean(areas)).toBeLessThan(0.51);
    expect(Math.abs(mean(ratios.map(Math.log)))).toBeLessThan(0.02);
    expect(boxes.some(({ left }) => left === 0) && boxes.some(({ top }) => top === 0)).toBe(true);
    for (const { left, top, width, height } of boxes) {
      expect(left >= 0 && top >= 0 && left + width <= 500 && top + height <= 375).toBe(true);
    }
  });

  test('a picture too long for any ratio gets its centre', () => {
    const spec = randomResizedCrop.schema.parse({ name: 'random-resized-crop', size: 8, scale: [0.9, 1] });
    const box = (size: { width: number; height: number }): Box =>
      randomResizedCrop.sample(spec, new CounterRandom(1), size).box;
    expect(box({ width: 100, height: 9 })).toEqual({ left: 44, top: 0, width: 12, height: 9 });
    expect(box({ width: 9, height: 100 })).toEqual({ left: 0, top: 44, width: 9, height: 12 });
    expect(box({ width: 1, height: 1 })).toEqual({ left: 0, top: 0, width: 1, height: 1 });
  });

  test('padded crops take every offset about equally often', () => {
    const found = draws(parse({ name: 'pad-random-crop', size: 13, padding: 2 }), { width: 13, height: 13 });
    const counts = new Map<number, number>();
    for (const { box } of found as { box: Box }[]) counts.set(box.left, (counts.get(box.left) ?? 0) + 1);
    expect([...counts.keys()].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    // 800 expected of 4,000, five standard deviations are 126.
    for (const count of counts.values()) expect(Math.abs(count - 800)).toBeLessThan(126);
  });

  test.each([
    ['horizontal-flip', 'flip', 0.5],
    ['horizontal-flip', 'flip', 0.1],
    ['vertical-flip', 'flip', 0.3],
    ['random-grayscale', 'gray', 0.2],
    ['random-autocontrast', 'stretch', 0.6],
  ] as const)('%s happens with its probability (%s, p = %d)', (name, field, p) => {
    const found = draws(parse({ name, p })) as Record<string, boolean>[];
    const share = found.filter((draw) => draw[field]).length / DRAWS;
    // Five standard deviations of a share of 4,000.
    expect(Math.abs(share - p)).toBeLessThan(5 * Math.sqrt((p * (1 - p)) / DRAWS));
  });

  test('p = 0 never flips, p = 1 always', () => {
    const flips = (p: number): Set<boolean> =>
      new Set((draws(parse({ name: 'horizontal-flip', p })) as { flip: boolean }[]).map(({ flip }) => flip));
    expect(flips(0)).toEqual(new Set([false]));
    expect(flips(1)).toEqual(new Set([true]));
  });

  test('colour jitter draws factors from its ranges, in all 24 orders', () => {
    const found = draws(SPECS['color-jitter']) as JitterDraw[];
    const orders = new Set(found.map(({ steps }) => steps.map(({ adjust }) => adjust).join()));
    expect(orders.size).toBe(24);
    const ranges = { brightness: [0.6, 1.4], contrast: [0.5, 2], saturation: [0.6, 1.4], hue: [-0.2, 0.2] };
    for (const [adjust, [low, high]] of Object.entries(ranges)) {
      const factors = found.map(({ steps }) => steps.find((step) => step.adjust === adjust)!.factor);
      expect(Math.min(...factors)).toBeGreaterThanOrEqual(low!);
      expect(Math.max(...factors)).toBeLessThanOrEqual(high!);
      // A uniform mean: five standard errors of 4,000 draws are 2.3 % of the range.
      expect(Math.abs(mean(factors) - (low! + high!) / 2)).toBeLessThan(0.023 * (high! - low!));
    }
  });

  test('a strength above 1 keeps factors from going negative, and strength 0 leaves a step out', () => {
    const found = draws(parse({ name: 'color-jitter', brightness: 3 })) as JitterDraw[];
    expect(found.every(({ steps }) => steps.length === 1 && steps[0]!.adjust === 'brightness')).toBe(true);
    expect(Math.min(...found.map(({ steps }) => steps[0]!.factor))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...found.map(({ steps }) => steps[0]!.factor))).toBeGreaterThan(3.9);
  });

  test('an augmentation keeps its draws when another follows it', () => {
    const flip = SPECS['horizontal-flip'];
    const key = { seed: 3, epoch: 2, key: 11 };
    const flipped = augment(goldenPicture(), [flip], key);
    const followed = augment(goldenPicture(), [flip, parse({ name: 'random-grayscale', p: 0 })], key);
    expect(followed.pixels).toEqual(flipped.pixels);
    expect(followed.draws).toEqual([
      ...flipped.draws,
      { name: 'random-grayscale', draw: expect.anything() as unknown },
    ]);
  });

  test('a padded crop larger than the picture is refused', () => {
    const spec = parse({ name: 'pad-random-crop', size: 32, padding: 2 });
    expect(() => augment(goldenPicture(), [spec], { seed: 0, epoch: 0, key: 0 })).toThrow(
      new LabError(
        'INVALID_ARGUMENT',
        'Augmentation pad-random-crop: a crop of 32 × 32 does not fit a picture of 18 × 13 padded by 2.',
        { hint: 'Choose a smaller size or a larger padding.' },
      ),
    );
  });
});

describe('parameters', () => {
  test("defaults are torchvision's", () => {
    expect(parse({ name: 'random-resized-crop', size: 224 })).toEqual({
      name: 'random-resized-crop',
      size: 224,
      scale: [0.08, 1],
      ratio: [3 / 4, 4 / 3],
      interpolation: 'bilinear',
    });
    expect(parse({ name: 'pad-random-crop', size: 32 })).toEqual({
      name: 'pad-random-crop',
      size: 32,
      padding: 0,
      fill: 0,
      padding_mode: 'constant',
    });
    expect(parse({ name: 'horizontal-flip' })).toEqual({ name: 'horizontal-flip', p: 0.5 });
    expect(parse({ name: 'vertical-flip' })).toEqual({ name: 'vertical-flip', p: 0.5 });
    expect(parse({ name: 'random-grayscale' })).toEqual({ name: 'random-grayscale', p: 0.1 });
    expect(parse({ name: 'random-autocontrast' })).toEqual({ name: 'random-autocontrast', p: 0.5 });
    expect(parse({ name: 'random-affine', degrees: 5 })).toEqual({
      ...{ name: 'random-affine', degrees: 5, translate: null, scale: null, shear: null },
      ...{ interpolation: 'nearest', fill: 0 },
    });
    expect(parse({ name: 'random-rotation', degrees: 5 })).toEqual({
      ...{ name: 'random-rotation', degrees: 5, interpolation: 'nearest', fill: 0 },
    });
    expect(parse({ name: 'gaussian-blur', kernel_size: 5 })).toEqual({
      ...{ name: 'gaussian-blur', kernel_size: 5, sigma: [0.1, 2] },
    });
    expect(parse({ name: 'random-erasing' })).toEqual({
      ...{ name: 'random-erasing', p: 0.5, scale: [0.02, 0.33], ratio: [0.3, 3.3], value: 0 },
    });
    expect(parse({ name: 'color-jitter' })).toEqual({
      name: 'color-jitter',
      brightness: 0,
      contrast: 0,
      saturation: 0,
      hue: 0,
    });
  });

  test.each([
    { name: 'horizontal-flip', p: 1.1 },
    { name: 'random-grayscale', p: -0.1 },
    { name: 'random-resized-crop', size: 8, scale: [0.9, 0.5] },
    { name: 'random-resized-crop', size: 8, scale: [0, 1] },
    { name: 'random-resized-crop', size: 8, ratio: [-1, 1] },
    { name: 'pad-random-crop', size: 8, padding: -1 },
    { name: 'color-jitter', brightness: -1 },
    { name: 'color-jitter', hue: 0.6 },
    { name: 'color-jitter', hue: [0.2, -0.2] },
    { name: 'pad-random-crop', size: 8, padding_mode: 'wrap' },
    { name: 'pad-random-crop', size: 8, fill: 256 },
    { name: 'random-affine' },
    { name: 'random-affine', degrees: -1 },
    { name: 'random-affine', degrees: [2, 1] },
    { name: 'random-affine', degrees: 0, translate: [0, 1.1] },
    { name: 'random-affine', degrees: 0, scale: [0, 1] },
    { name: 'random-affine', degrees: 0, shear: [1, 2, 4, 3] },
    { name: 'random-affine', degrees: 0, interpolation: 'bicubic' },
    { name: 'random-rotation', degrees: 5, fill: [1, 2] },
    { name: 'random-erasing', value: 'noise' },
    { name: 'random-erasing', value: 0.5 },
    { name: 'pad-random-crop', size: 1e6, padding: 1e6 },
    { name: 'gaussian-blur', kernel_size: 4 },
    { name: 'gaussian-blur', kernel_size: 257 },
    { name: 'gaussian-blur', kernel_size: 3, sigma: 0 },
    { name: 'mixup', alpha: 0 },
    { name: 'cutmix', p: 2 },
    { name: 'posterize' },
  ])('%j is refused', (spec) => {
    expect(augmentationSchema.safeParse(spec).success).toBe(false);
  });

  test.each(AUGMENTATION_PRESETS)('the preset %s parses and survives JSON', (preset) => {
    const specs = augmentationPreset(preset, 96);
    expect((JSON.parse(JSON.stringify(specs)) as unknown[]).map(parse)).toEqual(specs);
    expect(specs.length === 0).toBe(preset === 'none');
  });
});

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
