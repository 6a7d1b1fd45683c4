/** The desktop program: one window on one lab. */
import { app, Menu, MessageChannelMain, powerSaveBlocker, shell } from 'electron';
import type { BrowserWindow, IpcMainEvent } from 'electron';
import path from 'node:path';
import { CHANNELS, type Language, type MenuCommand } from '../../../src-shared/desktop.ts';
import type { LabErrorJson } from '../../../src-shared/errors.ts';
import { defaultLabFolder } from '../default-lab.ts';
import { Dialogs } from './dialogs.ts';
import { openLink } from './guards.ts';
import { LabHost } from './lab-host.ts';
import type { PictureAnswer } from './lab-messages.ts';
import { menuTemplate } from './menu.ts';
import { isLabFolder } from './opened-paths.ts';
import { SettingsFile } from './settings.ts';
import { languageOf, textsIn, type Texts } from './texts.ts';
import { openWindow } from './window.ts';

/** Everything that lives as long as the program. Made when the app is ready. */
export class DesktopShell {
  readonly dialogs = new Dialogs(
    // A dialog of a window that is not shown would not be, either.
    () => (this.#window?.isVisible() === true ? this.#window : undefined),
    () => this.#texts,
  );
  readonly #settings = new SettingsFile(path.join(app.getPath('userData'), 'settings.json'));
  /** For the page, until it has asked for its connection. */
  readonly #waiting: MenuCommand[] = [];
  #texts: Texts = textsIn(this.#settings.current.language ?? languageOf(app.getPreferredSystemLanguages()));
  #lab: LabHost | undefined;
  #window: BrowserWindow | undefined;
  #pageListens = false;
  #running = 0;
  /** While jobs run, the system is kept from going to sleep. */
  #wakeful: number | undefined;
  #quitting: 'no' | 'asking' | 'closing the lab' | 'at last' = 'no';

  /** Opens the lab and the window, and in them what the program was started with. */
  start(paths: readonly string[]): void {
    this.#showMenu();
    const named = paths.find(isLabFolder);
    const given = process.env['VITRINE_LAB'] === undefined ? this.#settings.current.lab : undefined;
    if (named !== undefined) this.#settings.change({ lab: named });
    this.#openLab(named ?? given ?? defaultLabFolder());
    this.showWindow();
    this.#import(paths.filter((file) => file !== named));
  }

  /** Brings the window to the front; opens it where it was closed. */
  showWindow(): void {
    if (this.#window === undefined) {
      this.#pageListens = false;
      this.#window = this.#newWindow();
      return;
    }
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.focus();
  }

  /** Opens a lab among the paths, and lets the page import the others. */
  async open(paths: readonly string[]): Promise<void> {
    if (this.#ends) {
      // Whoever starts the program while it ends gets it again.
      app.relaunch();
      return;
    }
    this.showWindow();
    const folder = paths.find(isLabFolder);
    if (folder !== undefined) await this.switchLab(folder);
    this.#import(paths.filter((file) => file !== folder));
  }

  picture(address: string): Promise<PictureAnswer> {
    const missing: LabErrorJson = { code: 'INTERNAL', message: 'No lab is open.' };
    return this.#lab?.picture(address) ?? Promise.resolve({ error: missing });
  }

  /** Gives a page its port to the lab. */
  connect(event: IpcMainEvent): void {
    const { port1, port2 } = new MessageChannelMain();
    this.#lab?.connect(port1);
    event.senderFrame?.postMessage(CHANNELS.port, null, [port2]);
    this.#pageListens = true;
    for (const command of this.#waiting.splice(0)) this.#tellPage(command);
  }

  setLanguage(language: Language): void {
    this.#settings.change({ language });
    this.#texts = textsIn(language);
    this.#showMenu();
  }

  /** Closes the lab of now, unless the user would rather wait for its jobs, and opens another. */
  async switchLab(folder: string): Promise<void> {
    const { switchQuestion, quitDetail, openNow, keepWorking } = this.#texts;
    if (folder === this.#lab?.folder) return;
    if (!(await this.#mayEndJobs(switchQuestion, quitDetail, openNow, keepWorking))) return;
    await this.#lab?.close();
    this.#settings.change({ lab: folder });
    this.#openLab(folder);
    this.#window?.reload();
  }

  /** Whether the program may end now. If not, it closes the lab, asking first if jobs run, and then quits. */
  mayQuit(): boolean {
    if (this.#quitting === 'no') void this.#quit();
    return this.#quitting === 'at last';
  }

  /** Quits without asking; when asked again, at once. */
  quitByForce(): void {
    if (this.#ends) {
      this.#lab?.kill();
      return;
    }
    this.#quitting = 'no';
    this.#jobs(0);
    app.quit();
  }

  get #ends(): boolean {
    return this.#quitting === 'closing the lab' || this.#quitting === 'at last';
  }

  async #quit(): Promise<void> {
    const { quitQuestion, quitDetail, quitNow, keepWorking } = this.#texts;
    this.#quitting = 'asking';
    const may = await this.#mayEndJobs(quitQuestion, quitDetail, quitNow, keepWorking);
    // A signal may have come meanwhile.
    if (this.#quitting !== 'asking') return;
    this.#quitting = may ? 'closing the lab' : 'no';
    if (!may) return;
    this.#window?.hide();
    await this.#lab?.close();
    this.#quitting = 'at last';
    app.quit();
  }

  async #mayEndJobs(message: string, detail: string, yes: string, no: string): Promise<boolean> {
    if (this.#running === 0) return true;
    return (await this.dialogs.choose({ type: 'question', message, detail, buttons: [yes, no] })) === 0;
  }

  #openLab(folder: string): void {
    this.#jobs(0);
    this.#lab = new LabHost(folder, {
      onJobs: (running) => this.#jobs(running),
      onFailed: (error) => void this.#labFailed(error),
      onCrashed: (how) => void this.#labCrashed(how),
    });
  }

  async #labFailed({ message, hint }: LabErrorJson): Promise<void> {
    const { failed, tryAgain, otherLab, quitNow } = this.#texts;
    const folder = this.#lab?.folder ?? '';
    this.#lab?.kill();
    const detail = hint === undefined ? message : `${message}\n${hint}`;
    const buttons = [tryAgain, otherLab, quitNow];
    const answer = await this.dialogs.choose({ type: 'error', message: failed, detail, buttons });
    if (answer === 2) {
      this.quitByForce();
      return;
    }
    const other = answer === 1 ? await this.dialogs.pickFolder(this.#texts.pickLab) : null;
    if (other !== null) this.#settings.change({ lab: other });
    this.#openLab(other ?? folder);
    this.#window?.reload();
  }

  async #labCrashed(how: string): Promise<void> {
    const { crashed, crashedDetail, restart, quitNow } = this.#texts;
    const folder = this.#lab?.folder ?? '';
    this.#lab = undefined;
    this.#jobs(0);
    const detail = `${crashedDetail} (${how})`;
    const buttons = [restart, quitNow];
    const answer = await this.dialogs.choose({ type: 'error', message: crashed, detail, buttons });
    if (answer === 1) {
      this.quitByForce();
      return;
    }
    this.#openLab(folder);
    this.#window?.reload();
  }

  #newWindow(): BrowserWindow {
    const window = openWindow();
    window.on('close', (event) => {
      // On macOS a program goes on without a window.
      if (process.platform === 'darwin' || this.#quitting === 'at last') return;
      event.preventDefault();
      app.quit();
    });
    window.once('closed', () => (this.#window = undefined));
    window.webContents.on('render-process-gone', (_event, { reason }) => {
      if (reason !== 'clean-exit') void this.#pageGone();
    });
    return window;
  }

  async #pageGone(): Promise<void> {
    const { pageGone, pageGoneDetail, reload, quitNow } = this.#texts;
    const options = { message: pageGone, detail: pageGoneDetail, buttons: [reload, quitNow] };
    const answer = await this.dialogs.choose({ type: 'error', ...options });
    if (answer === 0) this.#window?.reload();
    else app.quit();
  }

  #jobs(running: number): void {
    this.#running = running;
    if (running > 0) this.#wakeful ??= powerSaveBlocker.start('prevent-app-suspension');
    else if (this.#wakeful !== undefined) {
      powerSaveBlocker.stop(this.#wakeful);
      this.#wakeful = undefined;
    }
  }

  #import(paths: readonly string[]): void {
    if (paths.length > 0) this.#tellPage({ command: 'import', paths });
  }

  #tellPage(command: MenuCommand): void {
    if (this.#pageListens) this.#window?.webContents.send(CHANNELS.menu, command);
    else this.#waiting.push(command);
  }

  #showMenu(): void {
    const template = menuTemplate({
      texts: this.#texts,
      mac: process.platform === 'darwin',
      development: !app.isPackaged,
      actions: {
        importFolder: () =>
          void this.dialogs.pickFolder().then((folder) => this.#import(folder === null ? [] : [folder])),
        importFiles: () => void this.dialogs.pickFiles().then((files) => this.#import(files)),
        openLab: () => void this.#pickLab(),
        showLab: () => void shell.openPath(this.#lab?.folder ?? ''),
        palette: () => this.#tellPage({ command: 'palette' }),
        onnxRuntime: () => openLink('https://onnxruntime.ai/'),
      },
    });
    Menu.setApplicationMenu(Menu.buildFromTemplate(template));
  }

  async #pickLab(): Promise<void> {
    const folder = await this.dialogs.pickFolder(this.#texts.pickLab);
    if (folder !== null) await this.switchLab(folder);
  }
}
