/** The augmentations of the next training, while they are edited. */
import { computed, ref, watch } from 'vue';
import type { useNextSettings } from '../../composables/use-next-settings.ts';
import { useTraining } from '../../stores/training.ts';
import type { Augmentation } from '../../stores/feed.ts';
import { withoutSizes } from './steps.ts';

/** Lists that the lab knows by a name. */
export const PRESETS = ['none', 'crop-flip', 'pad-crop-flip', 'pad-affine-color', 'color'] as const;

type Preset = (typeof PRESETS)[number];

/**
 * A list that the lab has not accepted yet is only a draft; one that it has made pictures of is what the next training
 * is given.
 */
export function useSteps(next: ReturnType<typeof useNextSettings>) {
  const training = useTraining();
  /** What is edited: a preset's name or a list. */
  const augment = ref<string | Augmentation[]>();
  /** The list that the lab made of it. */
  const known = ref<readonly Augmentation[]>([]);

  watch(
    () => next.settings.value?.augment,
    (kept) => {
      if (!isSame(kept, augment.value)) augment.value = kept as Augmentation[] | string;
    },
    { immediate: true },
  );

  const preset = computed<Preset | null>({
    get: () => PRESETS.find((name) => name === augment.value) ?? null,
    set: (name) => {
      if (name !== null) augment.value = name;
    },
  });
  const list = computed<readonly Augmentation[]>({
    get: () => (Array.isArray(augment.value) ? augment.value : known.value),
    set: (steps) => (augment.value = withoutSizes(steps)),
  });

  /** The lab has made pictures of it. */
  function accepted(asked: unknown, made: readonly Readonly<Record<string, unknown>>[]): void {
    const suggestion = next.suggestion.value;
    if (suggestion === undefined || !isSame(asked, augment.value)) return;
    known.value = made as readonly Augmentation[];
    // What is kept already is not kept again, which would make the same pictures once more.
    if (!isSame(asked, next.settings.value?.augment)) training.set(suggestion, { augment: augment.value! });
  }

  function setSeed(seed: number): void {
    const suggestion = next.suggestion.value;
    if (suggestion !== undefined && Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) {
      training.set(suggestion, { seed });
    }
  }

  return { augment, preset, list, accepted, setSeed };
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
