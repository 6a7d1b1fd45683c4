/** Files for taking away: where they go, and those that wait to be fetched. */
import { defineStore } from 'pinia';
import { desktop, useClient } from '../client/index.ts';
import type { LabClient } from '../../src-shared/contract/index.ts';

type Exporting = LabClient['exporting'];
type DatasetExport = Parameters<LabClient['datasets']['export']>[0];

/** A place for a file: a path, or null for the lab's exports, from where a browser fetches it. */
export type Place = string | null;

export const useExports = defineStore('exports', () => {
  /** Whether the system's dialogs ask where files go, and its file manager shows them. */
  const onDesktop = desktop !== undefined;
  const client = (): Exporting => useClient().exporting;

  /** Asks where a file goes. @returns undefined when the user gave up */
  async function place(name: string): Promise<Place | undefined> {
    if (desktop === undefined) return null;
    return (await desktop.saveFile(name)) ?? undefined;
  }

  /** Asks in which folder a new one goes. @returns undefined when the user gave up */
  async function folderPlace(name: string): Promise<Place | undefined> {
    if (desktop === undefined) return null;
    const folder = await desktop.pickFolder();
    return folder === null ? undefined : `${folder}/${name}`;
  }

  const reveal = async (path: string): Promise<void> => desktop?.revealFile(path);

  const list = () => client().list();
  const remove = (name: string) => client().remove({ name });
  const onnx = (input: Parameters<Exporting['onnx']>[0]) => client().onnx(input);
  const weights = (run: string, out: Place) => client().weights({ run, out });
  const card = (run: string) => client().card({ run });
  const saveCard = (run: string, out: Place) => client().saveCard({ run, out });
  const snippet = (input: Parameters<Exporting['snippet']>[0]) => client().snippet(input);
  const dataset = (input: DatasetExport) => useClient().datasets.export(input);

  return {
    ...{ onDesktop, place, folderPlace, reveal, list, remove },
    ...{ onnx, weights, card, saveCard, snippet, dataset },
  };
});

/** The address of a file among the lab's exports. */
export function downloadUrl(name: string): string {
  return `/downloads/${encodeURIComponent(name)}`;
}
