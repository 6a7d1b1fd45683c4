/** The window. */
import { app, BrowserWindow, nativeTheme } from 'electron';
import { iconFile, PRELOAD } from './bundle-files.ts';
import { PAGE_ORIGIN } from './page-protocol.ts';

/** What shows before the page has drawn anything: its `--bg`. */
const BACKGROUND = { light: '#f5f6f3', dark: '#111514' };

/** Opens a window where the last one was, and begins to load the page. It shows itself once it has something to show. */
export function openWindow(): BrowserWindow {
  const window = new BrowserWindow({
    // Under this name Electron keeps its place, size and state, and moves it onto a display that is there.
    name: 'lab',
    windowStatePersistence: true,
    width: 1280,
    height: 820,
    minWidth: 960,
    minHeight: 600,
    title: 'Vitrine',
    show: false,
    // Elsewhere the window has the program's.
    ...(process.platform === 'linux' && { icon: iconFile(app.isPackaged) }),
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload: PRELOAD,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      devTools: !app.isPackaged,
      // Its dictionaries come from the network.
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  void window.loadURL(`${PAGE_ORIGIN}/`);
  return window;
}
