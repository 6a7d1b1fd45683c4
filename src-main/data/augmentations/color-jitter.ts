import { z } from 'zod';
import type { CounterRandom } from '../../base/random.ts';
import type { Pixels } from '../pixels.ts';
import { defineAugmentation } from './augmentation.ts';
import { adjustBrightness, adjustContrast, adjustHue, adjustSaturation } from './color.ts';
import { range } from './parameters.ts';

const strength = z
  .union([z.number().min(0), range(z.number().min(0))])
  .describe('a number or two ascending numbers of at least 0')
  .default(0);
const hueShift = z
  .union([z.number().min(0).max(0.5), range(z.number().min(-0.5).max(0.5))])
  .describe('a number from 0 to 0.5 or two ascending numbers from −0.5 to 0.5')
  .default(0);

/**
 * torchvision's `ColorJitter`. A number s stands for the range [max(0, 1 − s), 1 + s] of factors, for `hue`
 * the range [−s, s] of turns of the colour wheel; a pair is the range itself.
 */
export const colorJitterSchema = z.strictObject({
  name: z.literal('color-jitter'),
  brightness: strength,
  contrast: strength,
  saturation: strength,
  hue: hueShift,
});

type Spec = z.output<typeof colorJitterSchema>;

const ADJUST = {
  brightness: adjustBrightness,
  contrast: adjustContrast,
  saturation: adjustSaturation,
  hue: adjustHue,
} as const;

type Adjustment = keyof typeof ADJUST;

/** The order in which torchvision numbers the four, and thus what a permutation of 0…3 means. */
const NUMBERED: readonly Adjustment[] = ['brightness', 'contrast', 'saturation', 'hue'];

/** Adjustments in the order of their application. */
interface Draw {
  readonly steps: readonly { readonly adjust: Adjustment; readonly factor: number }[];
}

/** Changes brightness, contrast, saturation and hue by random factors, in random order. */
export const colorJitter = defineAugmentation<'color-jitter', Spec, Draw>({
  name: 'color-jitter',
  schema: colorJitterSchema,
  sample(spec, random) {
    const order = random.permutation(NUMBERED.length);
    const factors = NUMBERED.map((adjust) => sampleFactor(spec, adjust, random));
    return {
      steps: [...order].flatMap((index) => {
        const factor = factors[index];
        return factor === undefined ? [] : [{ adjust: NUMBERED[index]!, factor }];
      }),
    };
  },
  apply: (pixels, { steps }): Pixels =>
    steps.reduce((image, { adjust, factor }) => ADJUST[adjust](image, factor), pixels),
});

/** A factor from the range, or nothing when the range holds only the factor that changes nothing. */
function sampleFactor(spec: Spec, adjust: Adjustment, random: CounterRandom): number | undefined {
  const neutral = adjust === 'hue' ? 0 : 1;
  const given = spec[adjust];
  const lowest = adjust === 'hue' ? -0.5 : 0;
  const [low, high] =
    typeof given === 'number' ? [Math.max(lowest, neutral - given), neutral + given] : given;
  return low === neutral && high === neutral ? undefined : random.between(low, high);
}
