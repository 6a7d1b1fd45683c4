/** Runs sandboxed before the page and gives it, as `window.vitrine`, what only the desktop has. */
import { contextBridge, ipcRenderer, webUtils } from 'electron';
import {
  CHANNELS,
  CONNECT_MESSAGE,
  PORT_MESSAGE,
  type Desktop,
  type MenuCommand,
} from '../../../src-shared/desktop.ts';

let listener: ((command: MenuCommand) => void) | undefined;
const waiting: MenuCommand[] = [];

ipcRenderer.on(CHANNELS.menu, (_event, command: MenuCommand) => {
  if (listener === undefined) waiting.push(command);
  else listener(command);
});

const bridge: Desktop = {
  shell: 'electron',
  platform: process.platform,
  versions: { electron: process.versions.electron, chrome: process.versions.chrome },
  pathForFile: (file) => webUtils.getPathForFile(file),
  pickFolder: () => ipcRenderer.invoke(CHANNELS.pickFolder) as Promise<string | null>,
  pickFiles: (extensions) => ipcRenderer.invoke(CHANNELS.pickFiles, extensions) as Promise<string[]>,
  saveFile: (defaultName) => ipcRenderer.invoke(CHANNELS.saveFile, defaultName) as Promise<string | null>,
  revealFile: (path) => ipcRenderer.invoke(CHANNELS.revealFile, path) as Promise<void>,
  onMenu: (given) => {
    listener = given;
    for (const command of waiting.splice(0)) given(command);
    return () => {
      if (listener === given) listener = undefined;
    };
  },
  setLanguage: (language) => ipcRenderer.invoke(CHANNELS.setLanguage, language) as Promise<void>,
};

contextBridge.exposeInMainWorld('vitrine', bridge);

// contextBridge cannot hand a port over: the page asks by a message to itself and is answered by one.
window.addEventListener('message', ({ source, origin, data }: MessageEvent<unknown>) => {
  if (source !== window || origin !== location.origin) return;
  const asked = data as Partial<typeof CONNECT_MESSAGE> | null;
  if (asked?.vitrine === CONNECT_MESSAGE.vitrine) ipcRenderer.send(CHANNELS.connect);
});
ipcRenderer.on(CHANNELS.port, ({ ports }) => {
  window.postMessage(PORT_MESSAGE, location.origin, [...ports]);
});
