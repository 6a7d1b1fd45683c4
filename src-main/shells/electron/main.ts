/** Electron's main process: it owns the window, the menus and dialogs, and starts the processes that do the work. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { app, session } from 'electron';
import { DesktopShell } from './desktop-shell.ts';
import { guardNavigation, guardSession } from './guards.ts';
import { listenToPage } from './page-channels.ts';
import { registerPageScheme, servePage } from './page-protocol.ts';
import { pathsAmong } from './opened-paths.ts';

registerPageScheme();
app.enableSandbox();
// Apart from the lab's folder, which on macOS would otherwise be the same: both have a cache.
const ownFolder = path.join(app.getPath('appData'), 'vitrine-desktop');
mkdirSync(ownFolder, { recursive: true });
app.setPath('userData', ownFolder);
guardNavigation();

// `electron .` is given the app's folder, too.
const paths = pathsAmong(process.argv.slice(1), process.cwd()).filter((file) => file !== app.getAppPath());
// Not awaited: Electron is not ready before this module has ended.
if (app.requestSingleInstanceLock({ paths })) void run();
else app.quit();

async function run(): Promise<void> {
  // macOS tells the files it was asked to open before it is ready, and later.
  const opened = [...paths];
  let desktop: DesktopShell | undefined = undefined;
  app.on('open-file', (event, file) => {
    event.preventDefault();
    if (desktop === undefined) opened.push(file);
    else void desktop.open([file]);
  });
  app.on('second-instance', (_event, _argv, _folder, data) => void desktop?.open(pathsIn(data)));
  app.on('activate', () => desktop?.showWindow());
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  app.on('before-quit', (event) => {
    if (desktop?.mayQuit() === false) event.preventDefault();
  });

  await app.whenReady();
  const ready = new DesktopShell();
  guardSession(session.defaultSession);
  servePage((address) => ready.picture(address));
  listenToPage({
    dialogs: ready.dialogs,
    connect: (event) => ready.connect(event),
    setLanguage: (language) => ready.setLanguage(language),
  });
  ready.start(opened);
  desktop = ready;
  // Only now: until it is ready, Electron puts handlers of its own in place.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => ready.quitByForce());
  }
}

/** What a second instance sends, read as anything. */
function pathsIn(data: unknown): string[] {
  const sent = (data as { readonly paths?: unknown } | null)?.paths;
  return Array.isArray(sent) ? sent.filter((file) => typeof file === 'string') : [];
}
