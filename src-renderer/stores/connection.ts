/** Whether the lab can be reached, and what changed in it: windows read again what they show. */
import { defineStore } from 'pinia';
import { reactive, ref } from 'vue';
import { useClient, type Connection, type ConnectionState } from '../client/index.ts';
import type { Change } from '../../src-shared/contract/changes.ts';

/** What can be asked for its revision: everything of a kind, or of one data set. */
export type Topic = 'datasets' | 'runs' | 'exports' | `samples:${string}` | `predictions:${string}`;

/** The connection's state, and a number for each topic that grows with every change of it. */
export const useConnection = defineStore('connection', () => {
  const state = ref<ConnectionState>('connecting');
  const revisions = reactive(new Map<Topic, number>());
  /** Grows whenever the connection is new: anything may have changed. */
  const connected = ref(0);
  const jobListeners = new Set<(id: string) => void>();

  /** The topic's revision; reading it in a computed value or a watcher follows the changes. */
  function revision(topic: Topic): number {
    return connected.value + (revisions.get(topic) ?? 0);
  }

  function bump(topic: Topic): void {
    revisions.set(topic, (revisions.get(topic) ?? 0) + 1);
  }

  function receive(change: Change): void {
    if (change.what === 'ready') connected.value++;
    else if (change.what === 'job') for (const listener of jobListeners) listener(change.id);
    else if ('dataset' in change) bump(`${change.what}:${change.dataset}`);
    else bump(change.what);
  }

  async function follow(): Promise<void> {
    try {
      for await (const change of await useClient().changes.watch()) receive(change);
    } catch {
      // The connection's own state tells; a new one begins a new stream.
    }
  }

  /** Follows the lab's changes over this connection, and again whenever it has been mended. */
  function begin(connection: Pick<Connection, 'onState'>): void {
    connection.onState((now) => {
      state.value = now;
      if (now === 'open') void follow();
    });
  }

  /** Calls the listener whenever a job begins, moves on or ends. */
  function onJob(listener: (id: string) => void): void {
    jobListeners.add(listener);
  }

  return { state, connected, revision, begin, onJob };
});
