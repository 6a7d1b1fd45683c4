/** Every format a data set can be written in. */
import { cifarExporter } from './cifar.ts';
import { csvExporter } from './csv.ts';
import type { Exporter } from './exporter.ts';
import { imageFolderExporter } from './image-folder.ts';

export { CIFAR_SIZE } from './cifar.ts';
export {
  EXPORTER_NAMES,
  type Exporter,
  type ExporterName,
  type ExportPlan,
  type ExportRow,
} from './exporter.ts';

/** All exporters. */
export const EXPORTERS: readonly Exporter[] = [imageFolderExporter, csvExporter, cifarExporter];
