/** What writing a data set in some format takes. */
import type { PixelPipeline } from '../pipeline.ts';
import type { Split } from '../store/types.ts';

/** An image to write. */
export interface ExportRow {
  readonly path: string;
  /** Where its bytes lie. */
  readonly file: string;
  readonly sha256: string;
  readonly className: string;
  readonly split: Split | null;
}

/** What an exporter is given. */
export interface ExportPlan {
  /** In natural order of the paths; at least one. */
  readonly rows: readonly ExportRow[];
  /** In code-point order. */
  readonly classes: readonly string[];
  /** An empty folder. */
  readonly folder: string;
  /** For what is written as pixels of a fixed size. */
  readonly pipeline: PixelPipeline;
  /** Whether a list of images gets copies beside it. */
  readonly copy: boolean;
  readonly maxPixels?: number;
  /** Called after each image; throws when the export is cancelled. */
  readonly step: () => void;
}

/** One format. */
export interface Exporter {
  readonly name: ExporterName;
  /** @throws LabError `INVALID_ARGUMENT`, `SAMPLE_CHANGED`, those of `decodeImage` */
  write(plan: ExportPlan): Promise<void>;
}

/** Formats that are written. */
export const EXPORTER_NAMES = ['image-folder', 'csv', 'cifar'] as const;

/** One of {@link EXPORTER_NAMES}. */
export type ExporterName = (typeof EXPORTER_NAMES)[number];
