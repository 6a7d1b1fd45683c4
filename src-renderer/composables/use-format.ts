/** Numbers, sizes and times as the page's language writes them. */
import { computed } from 'vue';
import { useI18n } from 'vue-i18n';

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Formats for the current language; every function may be called in a template. */
export function useFormat() {
  const { locale, t } = useI18n();
  const plain = computed(() => new Intl.NumberFormat(locale.value));
  const date = computed(
    () => new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'short' }),
  );

  /** A number with at most so many digits after the point. */
  function number(value: number, digits = 0): string {
    return new Intl.NumberFormat(locale.value, { maximumFractionDigits: digits }).format(value);
  }

  /** A share from 0 to 1. */
  function percent(value: number, digits = 1): string {
    const options = {
      style: 'percent',
      minimumFractionDigits: digits,
      maximumFractionDigits: digits,
    } as const;
    return new Intl.NumberFormat(locale.value, options).format(value);
  }

  /** Bytes, in steps of 1000. */
  function bytes(value: number): string {
    const step = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)));
    const options = { style: 'unit', unit: UNITS[step]!, maximumFractionDigits: step === 0 ? 0 : 1 } as const;
    return new Intl.NumberFormat(locale.value, options).format(value / 1000 ** step);
  }

  /** Seconds, as a person would say them. */
  function duration(seconds: number): string {
    if (seconds < 1) return t('time.underASecond');
    if (seconds < 100) return t('time.seconds', { n: Math.round(seconds) });
    if (seconds < 6000) return t('time.minutes', { n: Math.round(seconds / 60) });
    return t('time.hours', { n: number(seconds / 3600, 1) });
  }

  return {
    number,
    percent,
    bytes,
    duration,
    count: (value: number): string => plain.value.format(value),
    when: (iso: string): string => date.value.format(new Date(iso)),
  };
}
