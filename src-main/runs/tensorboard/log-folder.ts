/** The folder that TensorBoard reads: one run's event files, told apart by their names. */
import { mkdir, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { LabError } from '../../../src-shared/errors.ts';
import { writeError } from '../../base/atomic-file.ts';

/** Whether the training wrote the file as it went, or an export did afterwards. */
export type Writer = 'training' | 'export';

/** An event file of the run. */
export interface OwnFile {
  readonly path: string;
  readonly writer: Writer;
}

/** A folder that holds nothing but event files of one run. */
export interface LogFolder {
  readonly own: readonly OwnFile[];
  /** Where a new file goes: TensorBoard reads files in the order of their names, and this one's comes last. */
  next(writer: Writer): string;
}

/** TensorBoard takes a file for an event file when its name holds this. */
const EVENTS = 'tfevents';

/** `events.out.tfevents.<seconds>.<host>.<pid>.<writer>.<run>.vitrine` */
const OURS = /^events\.out\.tfevents\.(\d+)\..+\.\d+\.(training|export)\.([^.]+)\.vitrine$/;

/**
 * Looks at a folder that event files of a run shall go to.
 *
 * @param run null for one that has not been made yet, which no file can belong to
 * @throws LabError `OUTPUT_UNWRITABLE` when it is no folder or holds the events of something else
 */
export async function findLogFolder(folder: string, run: string | null): Promise<LogFolder> {
  const names = (await readNames(folder)).filter((name) => name.includes(EVENTS)).sort();
  const found = names.map((name) => ({ name, match: OURS.exec(name) }));
  for (const { name, match } of found)
    if (match === null || match[3] !== run) throw occupied(folder, name, match);
  const latest = Math.max(0, ...found.map(({ match }) => Number(match![1])));
  const seconds = Math.max(Math.floor(Date.now() / 1000), latest + 1);
  return {
    own: found.map(({ name, match }) => ({ path: path.join(folder, name), writer: match![2] as Writer })),
    next: (writer) =>
      path.join(
        folder,
        `events.out.tfevents.${seconds}.${hostname()}.${process.pid}.${writer}.${run}.vitrine`,
      ),
  };
}

/** Makes the folder where there is none. @throws LabError `OUTPUT_UNWRITABLE`, `DISK_FULL` */
export async function makeLogFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw writeError(folder, error);
  }
}

async function readNames(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    if (code !== 'ENOTDIR') throw writeError(folder, error);
    throw refused(folder, 'it, or what it lies in, is a file', error);
  }
}

/** The error of a folder that events are not written to. @param why such as `it is a file` */
export function refused(folder: string, why: string, cause?: unknown): LabError {
  return new LabError('OUTPUT_UNWRITABLE', `Writing TensorBoard's events to ${folder}: ${why}.`, {
    hint: 'Give every run a folder of its own, such as logs/first; TensorBoard compares all that lie in logs.',
    cause,
  });
}

function occupied(folder: string, name: string, match: RegExpExecArray | null): LabError {
  const whose = match === null ? `events of something else, ${name}` : `the events of the run ${match[3]}`;
  return refused(folder, `it holds ${whose}`);
}
