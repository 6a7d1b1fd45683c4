/** Files beside the main process's own bundle; Electron never runs the sources. */
import { fileURLToPath } from 'node:url';

const beside = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** The lab process, see lab-process.ts. */
export const LAB_ENTRY = beside('./lab.js');

/** The compute process, see runs/compute.ts. */
export const COMPUTE_ENTRY = beside('./compute.js');

/** The icon of windows; build/electron-builder.config.js puts it beside the archive. */
export function iconFile(packaged: boolean): string {
  return beside(packaged ? '../../../icons/512x512.png' : '../../resources/icons/512x512.png');
}

/** See preload.ts. */
export const PRELOAD = beside('../preload/preload.cjs');
