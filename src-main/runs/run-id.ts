/** Names of runs: sortable by time, readable, and unlikely to meet twice. */
import { randomBytes } from 'node:crypto';

/** An id such as `20261122-0514-dogs-3f9a`: UTC date and time, the data set, and four digits of chance. */
export function newRunId(dataset: string, now: Date = new Date()): string {
  const [date = '', time = ''] = now.toISOString().split('T');
  const stamp = `${date.replaceAll('-', '')}-${time.slice(0, 5).replace(':', '')}`;
  const name = dataset
    .normalize('NFC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-+|-+$/g, '');
  // Cut by code point: half a surrogate pair is no file name.
  const short = [...name].slice(0, 24).join('') || 'run';
  return `${stamp}-${short}-${randomBytes(2).toString('hex')}`;
}
