/** Settings in words. */
import { useI18n } from 'vue-i18n';
import { fileName } from '../../composables/file-name.ts';
import { useFormat } from '../../composables/use-format.ts';

/** Names and values of settings in the current language. */
export function useSettingText() {
  const { t, te } = useI18n();
  const format = useFormat();

  /** `dataset.train` is called `dataset_train` among the texts, where a point leads inside. */
  function name(setting: string): string {
    const key = `train.setting.${setting.replaceAll('.', '_')}`;
    return te(key) ? t(key) : setting;
  }

  function value(setting: string, given: unknown): string {
    if (given === null || given === undefined) return t('train.compare.unset');
    if (typeof given === 'boolean') return t(`train.form.values.${given ? 'yes' : 'no'}`);
    if (typeof given === 'number') return format.number(given, 8);
    if (typeof given === 'string') {
      const key = `train.value.${setting}.${given}`;
      if (te(key)) return t(key);
      // Hashes and paths: what tells them apart is enough.
      return /^[0-9a-f]{64}$/.test(given) ? given.slice(0, 10) : fileName(given);
    }
    return Array.isArray(given) ? listed(given) : JSON.stringify(given);
  }

  /** Named things by their names, numbers and words as they are, the rest as it is written. */
  function listed(items: readonly unknown[]): string {
    if (items.length === 0) return t('train.compare.unset');
    const parts = items.map((item) => {
      if (typeof item === 'number') return format.number(item, 6);
      if (typeof item === 'string') return item;
      const { name, ...rest } = (item ?? {}) as { name?: unknown };
      const values = Object.entries(rest).map(([key, inner]) => `${key} ${JSON.stringify(inner)}`);
      return [...(typeof name === 'string' ? [name] : []), ...values].join(' ');
    });
    return parts.join(', ');
  }

  return { name, value };
}
