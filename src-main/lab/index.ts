/** What a shell needs of the lab: one to open, and its procedures to call or to serve. */
import { createRouterClient } from '@orpc/server';
import type { LabClient } from '../../src-shared/contract/index.ts';
import { router } from './handlers.ts';
import type { Lab } from './lab.ts';
import { ALL_PATHS } from './path-access.ts';

export { router } from './handlers.ts';
export { followTrainings } from './follow-trainings.ts';
export { Lab, type LabOptions } from './lab.ts';
export { ALL_PATHS, pathsBelow, type PathAccess } from './path-access.ts';
export { servePicture, type PictureReply } from './pictures/index.ts';
export { nodeHost } from '../runs/node-host.ts';
export { scheduleRates } from './schedule.ts';
export type { ComputeExit, ComputeProcess, ProcessHost } from '../runs/process-host.ts';

/** A lab's procedures in the same process. */
export function createLabClient(lab: Lab): LabClient {
  return createRouterClient(router, { context: { lab, paths: ALL_PATHS } });
}
