/** Every panel, in the order of the list beside them. To add one: its folder and a line below. */
import { ChartColumnBig, Dices, Download, Images, Layers, ScanSearch, Tags, TrendingUp } from '@lucide/vue';
import type { Component } from 'vue';

/** A panel of the page. */
export interface Panel {
  /** Its address, and its name among the texts: `panel.<name>`. */
  readonly name: 'library' | 'label' | 'batches' | 'augment' | 'train' | 'evaluate' | 'predict' | 'export';
  readonly icon: Component;
  /** Loaded when it is shown first. */
  readonly load: () => Promise<{ readonly default: Component }>;
}

export const PANELS: readonly Panel[] = [
  { name: 'library', icon: Images, load: () => import('./library/LibraryPanel.vue') },
  { name: 'label', icon: Tags, load: () => import('./label/LabelPanel.vue') },
  { name: 'augment', icon: Dices, load: () => import('./augment/AugmentPanel.vue') },
  { name: 'batches', icon: Layers, load: () => import('./batches/BatchesPanel.vue') },
  { name: 'train', icon: TrendingUp, load: () => import('./train/TrainPanel.vue') },
  { name: 'evaluate', icon: ChartColumnBig, load: () => import('./evaluate/EvaluatePanel.vue') },
  { name: 'predict', icon: ScanSearch, load: () => import('./predict/PredictPanel.vue') },
  { name: 'export', icon: Download, load: () => import('./export/ExportPanel.vue') },
];
