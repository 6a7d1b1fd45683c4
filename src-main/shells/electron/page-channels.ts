/** What a page may ask of the main process. Whoever is not the page, in a window's main frame, is refused. */
import { ipcMain, shell, type IpcMainEvent, type IpcMainInvokeEvent } from 'electron';
import path from 'node:path';
import { CHANNELS, type Language } from '../../../src-shared/desktop.ts';
import type { Dialogs } from './dialogs.ts';
import { isPage } from './guards.ts';
import { isLanguage } from './settings.ts';

/** What the answers depend on. */
export interface PageRequests {
  readonly dialogs: Dialogs;
  /** The page asks for a connection to the lab; `event` leads back to it. */
  connect(event: IpcMainEvent): void;
  setLanguage(language: Language): void;
}

type Channel = keyof typeof CHANNELS;

/** Listens on every channel. */
export function listenToPage({ dialogs, connect, setLanguage }: PageRequests): void {
  ipcMain.on(CHANNELS.connect, (event) => {
    if (comesFromPage(event)) connect(event);
  });
  handle('pickFolder', () => dialogs.pickFolder());
  handle('pickFiles', (extensions) => dialogs.pickFiles(endings(extensions)));
  // A name alone: where it goes, the user says.
  handle('saveFile', (name) => dialogs.saveFile(path.basename(text(name))));
  handle('revealFile', (file) => shell.showItemInFolder(path.resolve(text(file))));
  handle('setLanguage', (language) => {
    if (isLanguage(language)) setLanguage(language);
  });
}

/** All channels take one value at most, which is read as anything. */
function handle(channel: Channel, answer: (given: unknown) => unknown): void {
  ipcMain.handle(CHANNELS[channel], (event, given: unknown) => {
    if (comesFromPage(event)) return answer(given);
    throw new Error(`${CHANNELS[channel]}: only the page may ask for this.`);
  });
}

function comesFromPage({ sender, senderFrame }: IpcMainEvent | IpcMainInvokeEvent): boolean {
  return senderFrame !== null && senderFrame === sender.mainFrame && isPage(senderFrame.url);
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new TypeError(`Expected a text, got ${typeof value}.`);
}

function endings(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text).filter((ending) => /^[\w-]{1,20}$/.test(ending)) : [];
}
