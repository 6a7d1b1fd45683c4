/** Electron's main process: it owns windows and nothing else. */
import { fileURLToPath } from 'node:url';
import { app, BrowserWindow } from 'electron';

const PRELOAD = fileURLToPath(new URL('../preload/preload.cjs', import.meta.url));
const PAGE = fileURLToPath(new URL('../renderer/index.html', import.meta.url));

async function openWindow(): Promise<void> {
  const window = new BrowserWindow({
    width: 1280,
    height: 820,
    show: false,
    webPreferences: { preload: PRELOAD, sandbox: true, contextIsolation: true, nodeIntegration: false },
  });
  window.once('ready-to-show', () => window.show());
  window.webContents.setWindowOpenHandler(() => ({ action: 'deny' }));
  window.webContents.on('will-navigate', (event) => event.preventDefault());
  const developmentPage = process.env['ELECTRON_RENDERER_URL'];
  if (!app.isPackaged && developmentPage !== undefined) await window.loadURL(developmentPage);
  else await window.loadFile(PAGE);
}

app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit();
});

app.on('activate', () => {
  if (BrowserWindow.getAllWindows().length === 0) void openWindow();
});

await app.whenReady();
await openWindow();
