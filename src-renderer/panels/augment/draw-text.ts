/** What an augmentation drew, in words. */
import { useI18n } from 'vue-i18n';
import { useFormat } from '../../composables/use-format.ts';
import type { BatchPreview } from '../../stores/feed.ts';

type Draw = BatchPreview['items'][number]['draws'][number];

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Words for draws in the current language. */
export function useDrawText() {
  const { t, te } = useI18n();
  const format = useFormat();
  const number = (value: unknown): string => format.number(value as number, 2);

  /** An augmentation's name. */
  function title(name: string): string {
    return te(`augment.names.${name}`) ? t(`augment.names.${name}`) : name;
  }

  /** What was done to the picture; undefined when it was left alone. */
  function changed({ name, draw }: Draw): string | undefined {
    if (draw === null) return undefined;
    const box = draw['box'] as Box;
    switch (name) {
      case 'random-resized-crop':
        return t('augment.draw.crop', { ...box });
      case 'pad-random-crop':
        return t('augment.draw.window', { left: box.left, top: box.top });
      case 'horizontal-flip':
        return draw['flip'] === true ? t('augment.draw.mirrored') : undefined;
      case 'vertical-flip':
        return draw['flip'] === true ? t('augment.draw.upsideDown') : undefined;
      case 'random-rotation':
        return t('augment.draw.turned', { angle: number(draw['angle']) });
      case 'random-affine': {
        const [x, y] = draw['translate'] as [number, number];
        const values = {
          angle: number(draw['angle']),
          x: number(x),
          y: number(y),
          scale: number(draw['scale']),
        };
        return t('augment.draw.affine', values);
      }
      case 'color-jitter':
        return steps(draw['steps'] as readonly { adjust: string; factor: number }[]);
      case 'random-grayscale':
        return draw['gray'] === true ? t('augment.draw.grey') : undefined;
      case 'random-autocontrast':
        return draw['stretch'] === true ? t('augment.draw.stretched') : undefined;
      case 'gaussian-blur':
        return t('augment.draw.blurred', { sigma: number(draw['sigma']) });
      case 'random-erasing':
        return t('augment.draw.covered', { ...box });
      default:
        return JSON.stringify(draw);
    }
  }

  function steps(adjusted: readonly { adjust: string; factor: number }[]): string | undefined {
    const parts = adjusted.map(({ adjust, factor }) =>
      t(`augment.draw.${adjust}`, {
        factor: adjust === 'hue' ? format.number(factor * 360) : number(factor),
      }),
    );
    return parts.length === 0 ? undefined : parts.join(', ');
  }

  /** All that was done to a picture, in its order. */
  function summary(draws: readonly Draw[]): string {
    const parts = draws.map(changed).filter((part) => part !== undefined);
    return parts.length === 0 ? t('augment.draw.nothing') : parts.join(' · ');
  }

  return { title, changed, summary };
}
