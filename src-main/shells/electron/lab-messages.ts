/** What the main process and the lab process say to each other. */
import type { LabErrorJson } from '../../../src-shared/errors.ts';
import type { ComputeExit, PictureReply } from '../../lab/index.ts';

/** An answer to a request for a picture; null for an address that names none. */
export type PictureAnswer = { readonly picture: PictureReply | null } | { readonly error: LabErrorJson };

/** To the lab process. */
export type ToLab =
  /** With a port to a page, which makes calls over it. */
  | { readonly type: 'connect' }
  | { readonly type: 'picture'; readonly id: number; readonly address: string }
  /** With a port to the compute process that the lab asked for. */
  | { readonly type: 'compute-port'; readonly id: number }
  | { readonly type: 'compute-exit'; readonly id: number; readonly exit: ComputeExit }
  /** Ends every job, a training with a checkpoint, and then the process. */
  | { readonly type: 'close' };

/** From the lab process. */
export type FromLab =
  /** The lab cannot be opened. */
  | { readonly type: 'failed'; readonly error: LabErrorJson }
  /** How many jobs are under way. */
  | { readonly type: 'jobs'; readonly running: number }
  | { readonly type: 'picture'; readonly id: number; readonly answer: PictureAnswer }
  | { readonly type: 'compute-fork'; readonly id: number }
  | { readonly type: 'compute-kill'; readonly id: number };
