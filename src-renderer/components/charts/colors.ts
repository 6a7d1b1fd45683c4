/** The palette's colours as charts need them: values, not names. */
import { onBeforeUnmount, onMounted, ref } from 'vue';

/** Colours of a chart. */
export interface ChartColors {
  readonly series: readonly string[];
  readonly text: string;
  readonly line: string;
  readonly surface: string;
  readonly accent: string;
}

/** The colours of the current appearance, followed when it changes. */
export function useChartColors() {
  const colors = ref<ChartColors>(read());
  const update = (): void => {
    colors.value = read();
  };
  const observer = new MutationObserver(update);
  const system = matchMedia('(prefers-color-scheme: dark)');
  onMounted(() => {
    observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    system.addEventListener('change', update);
  });
  onBeforeUnmount(() => {
    observer.disconnect();
    system.removeEventListener('change', update);
  });
  return colors;
}

function read(): ChartColors {
  const probe = document.createElement('span');
  document.body.append(probe);
  // A computed colour is a value even where the token is light-dark(…).
  const value = (name: string): string => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
  const colors = {
    series: [1, 2, 3, 4, 5, 6].map((at) => value(`--series-${at}`)),
    text: value('--text-2'),
    line: value('--line'),
    surface: value('--surface'),
    accent: value('--accent'),
  };
  probe.remove();
  return colors;
}
