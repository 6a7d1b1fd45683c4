/**
 * Stands in for the module `electron` in a main process that Node runs. It keeps what Electron insists on (what
 * comes before the app is ready and what after, what can be prevented, who is told), really forks processes and
 * really runs the preload, and draws nothing.
 */
import { EventEmitter } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ConfiguredApp } from '../launch.ts';
import { Page } from './page.ts';
import { Port } from './ports.ts';
import { forked, UtilityProcess } from './utility-process.ts';

const configured = JSON.parse(process.env['STAND_IN_APP']!) as ConfiguredApp;

/** What was called, in order. */
const calls: { readonly name: string; readonly values: readonly unknown[] }[] = [];
const record = (name: string, ...values: unknown[]): void => void calls.push({ name, values });

function preventable(details: object = {}) {
  const event = {
    ...details,
    defaultPrevented: false,
    preventDefault: () => (event.defaultPrevented = true),
  };
  return event;
}

let isReady = false;
const { promise: ready, resolve } = Promise.withResolvers<undefined>();
/** The app's code has run. */
export function becomeReady(): void {
  isReady = true;
  resolve(undefined);
}
function needReady(what: string, wanted = true): void {
  if (isReady !== wanted) throw new Error(`${what} belongs ${wanted ? 'after' : 'before'} the ready event.`);
}

class App extends EventEmitter {
  readonly isPackaged = configured.packaged;
  readonly #paths: Record<string, string> = { appData: configured.folder, userData: configured.folder };
  whenReady = () => ready;
  getAppPath = () => configured.appPath;
  getPath = (name: string) => this.#paths[name];
  getPreferredSystemLanguages = () => configured.languages;
  relaunch = () => record('app.relaunch');
  enableSandbox(): void {
    needReady('app.enableSandbox', false);
    record('app.enableSandbox');
  }
  setPath(name: string, value: string): void {
    needReady('app.setPath', false);
    if (!existsSync(value)) throw new Error(`app.setPath: ${value} does not exist.`);
    this.#paths[name] = value;
  }
  requestSingleInstanceLock(data: unknown): boolean {
    record('app.requestSingleInstanceLock', data);
    return configured.firstInstance;
  }
  quit(): void {
    const event = preventable();
    this.emit('before-quit', event);
    if (event.defaultPrevented) return;
    for (const window of [...BrowserWindow.windows]) window.close();
    if (BrowserWindow.windows.size === 0) process.exit(0);
  }
}
export const app = new App();

class WebFrame {
  readonly #contents: WebContents;
  constructor(contents: WebContents) {
    this.#contents = contents;
  }
  get url(): string {
    return this.#contents.getURL();
  }
  postMessage(channel: string, message: unknown, ports: readonly Port[]): void {
    this.#contents.page?.receive(channel, [message], ports);
  }
}

class WebContents extends EventEmitter {
  readonly mainFrame = new WebFrame(this);
  page: Page | undefined;
  openHandler: ((details: { url: string }) => { action: string }) | undefined;
  readonly #preload: string;
  #url = '';
  constructor(preload: string) {
    super();
    this.#preload = preload;
    app.emit('web-contents-created', {}, this);
  }
  getURL = () => this.#url;
  setWindowOpenHandler(handler: (details: { url: string }) => { action: string }): void {
    this.openHandler = handler;
  }
  send(channel: string, ...values: unknown[]): void {
    this.page?.receive(channel, structuredClone(values));
  }
  async load(url: string): Promise<void> {
    this.page?.unload();
    this.page = undefined;
    const response = await protocol.request(url);
    if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
    this.#url = url;
    this.page = new Page(this.#preload, 'vitrine://app', {
      send: (channel, ...values) => ipcMain.emit(channel, this.event(), ...values),
      invoke: (channel, ...values) => ipcMain.invoke(channel, this.event(), ...values),
    });
  }
  event(senderFrame: unknown = this.mainFrame) {
    return { sender: this, senderFrame };
  }
}

export class BrowserWindow extends EventEmitter {
  static readonly windows = new Set<BrowserWindow>();
  readonly options: Electron.BrowserWindowConstructorOptions;
  readonly webContents: WebContents;
  visible: boolean;
  minimized = false;
  loads = 0;
  constructor(options: Electron.BrowserWindowConstructorOptions) {
    super();
    needReady('BrowserWindow');
    this.options = options;
    this.visible = options.show !== false;
    this.webContents = new WebContents(options.webPreferences!.preload!);
    BrowserWindow.windows.add(this);
  }
  async loadURL(url: string): Promise<void> {
    await this.webContents.load(url);
    this.loads++;
    this.emit('ready-to-show');
  }
  reload = () => void this.loadURL(this.webContents.getURL());
  show = () => (this.visible = true);
  hide = () => (this.visible = false);
  focus = () => record('window.focus');
  isVisible = () => this.visible;
  isMinimized = () => this.minimized;
  restore = () => (this.minimized = false);
  close(): void {
    const event = preventable();
    this.emit('close', event);
    if (event.defaultPrevented) return;
    BrowserWindow.windows.delete(this);
    this.webContents.page?.unload();
    this.emit('closed');
    if (BrowserWindow.windows.size === 0) app.emit('window-all-closed');
  }
}

class IpcMain extends EventEmitter {
  readonly #handlers = new Map<string, (event: unknown, ...values: unknown[]) => unknown>();
  handle(channel: string, handler: (event: unknown, ...values: unknown[]) => unknown): void {
    if (this.#handlers.has(channel)) throw new Error(`There is a handler for ${channel} already.`);
    this.#handlers.set(channel, handler);
  }
  async invoke(channel: string, event: unknown, ...values: unknown[]): Promise<unknown> {
    return structuredClone(await this.#handlers.get(channel)!(event, ...structuredClone(values)));
  }
}
export const ipcMain = new IpcMain();

class Protocol {
  #handler: ((request: Request) => Promise<Response>) | undefined;
  registerSchemesAsPrivileged(schemes: unknown): void {
    needReady('protocol.registerSchemesAsPrivileged', false);
    record('protocol.registerSchemesAsPrivileged', schemes);
  }
  handle(scheme: string, handler: (request: Request) => Promise<Response>): void {
    needReady('protocol.handle');
    record('protocol.handle', scheme);
    this.#handler = handler;
  }
  async request(url: string, method = 'GET'): Promise<Response> {
    return this.#handler!({ url, method } as Request);
  }
}
export const protocol = new Protocol();

/** Handlers that the session was given. */
const guards: Record<string, (...values: never[]) => unknown> = {};
const guard =
  (name: string) =>
  (...values: unknown[]): void =>
    void (guards[name] = values.at(-1) as (...values: never[]) => unknown);
export const session = {
  defaultSession: {
    setPermissionRequestHandler: guard('permissionRequest'),
    setPermissionCheckHandler: guard('permissionCheck'),
    setDevicePermissionHandler: guard('device'),
    webRequest: {
      onBeforeRequest(filter: { urls: string[] }, handler: (...values: never[]) => unknown): void {
        record('webRequest.onBeforeRequest', filter.urls);
        guards['request'] = handler;
      },
    },
  },
};

/** Answers of dialogs to come, and dialogs that wait for one. */
const answers: unknown[] = [];
const open: ((answer: unknown) => void)[] = [];
function ask(name: string) {
  return (...values: unknown[]): Promise<unknown> => {
    record(name, values.at(-1));
    return answers.length > 0
      ? Promise.resolve(answers.shift())
      : new Promise((resolve) => open.push(resolve));
  };
}
export const dialog = {
  showOpenDialog: ask('dialog.open'),
  showSaveDialog: ask('dialog.save'),
  showMessageBox: ask('dialog.message'),
};

export const Menu = {
  template: [] as Electron.MenuItemConstructorOptions[],
  buildFromTemplate: (template: Electron.MenuItemConstructorOptions[]) => template,
  setApplicationMenu(template: Electron.MenuItemConstructorOptions[]): void {
    Menu.template = template;
  },
};

export const shell = {
  openExternal: (url: string) => Promise.resolve(record('shell.openExternal', url)),
  openPath: (file: string) => Promise.resolve(record('shell.openPath', file)),
  showItemInFolder: (file: string) => record('shell.showItemInFolder', file),
};

export const nativeTheme = { shouldUseDarkColors: true };

export const powerSaveBlocker = {
  start(type: string): number {
    record('powerSaveBlocker.start', type);
    return 7;
  },
  stop: (id: number) => record('powerSaveBlocker.stop', id),
};

export class MessageChannelMain {
  readonly port1: Port;
  readonly port2: Port;
  constructor() {
    [this.port1, this.port2] = Port.pair();
  }
}

export const utilityProcess = {
  fork(modulePath: string, args: readonly string[] = [], options: object = {}): UtilityProcess {
    needReady('utilityProcess.fork');
    // Electron tells of a missing file by an exit; a test should hear of it at once.
    readFileSync(path.resolve(modulePath));
    return new UtilityProcess(modulePath, args, options);
  },
};

/** What a test's code is given to work with, see `evaluate` in launch.ts. */
export const standIn = {
  ...{ app, BrowserWindow, ipcMain, protocol, Menu, shell, calls, guards, answers, forked, preventable },
  get window(): BrowserWindow {
    return [...BrowserWindow.windows][0]!;
  },
  /** The page, when it is loaded. */
  async page(): Promise<Page> {
    while (standIn.window?.webContents.page === undefined)
      await new Promise((resolve) => setTimeout(resolve, 10));
    return standIn.window.webContents.page;
  },
  /** Answers the dialog that is open, or the next one that opens. */
  async reply(answer: unknown): Promise<void> {
    await standIn.until(() => open.length > 0);
    open.shift()!(answer);
  },
  /** Waits until something holds. */
  async until(holds: () => unknown): Promise<void> {
    while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
  },
};

/** See {@link standIn}. */
export type StandIn = typeof standIn;

interface Evaluation {
  readonly id: number;
  readonly source: string;
  readonly value: unknown;
}

process.on('message', (message) => {
  const { id, source, value } = message as Evaluation;
  // The test's own code, sent by the test itself.
  const run = new Function(`return (${source})`)() as (given: StandIn, value: unknown) => unknown;
  // The lone window of the program is there from the start.
  void (configured.firstInstance ? standIn.page() : ready)
    .then(() => run(standIn, value))
    .then(
      (result) => process.send?.({ id, result }),
      (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.stack : String(error) }),
    );
});
// A test that ends ends its app.
process.on('disconnect', () => process.exit(1));
