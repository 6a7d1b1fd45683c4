/** The system's dialogs, over the window where there is one. */
import { dialog, type BrowserWindow, type MessageBoxOptions, type OpenDialogOptions } from 'electron';
import type { Texts } from './texts.ts';

/** Asks things of the user. Each answers as when it was closed if there is nothing to answer with. */
export class Dialogs {
  readonly #window: () => BrowserWindow | undefined;
  readonly #texts: () => Texts;

  constructor(window: () => BrowserWindow | undefined, texts: () => Texts) {
    this.#window = window;
    this.#texts = texts;
  }

  async pickFolder(title = this.#texts().pickFolder): Promise<string | null> {
    const [folder] = await this.#open({ title, properties: ['openDirectory', 'createDirectory'] });
    return folder ?? null;
  }

  pickFiles(extensions: readonly string[] = []): Promise<string[]> {
    const { pickFiles, allFiles } = this.#texts();
    const wanted = { name: extensions.map((ending) => `*.${ending}`).join(' '), extensions: [...extensions] };
    const filters = [...(extensions.length > 0 ? [wanted] : []), { name: allFiles, extensions: ['*'] }];
    return this.#open({ title: pickFiles, properties: ['openFile', 'multiSelections'], filters });
  }

  async saveFile(defaultPath: string): Promise<string | null> {
    const options = { title: this.#texts().saveFile, defaultPath };
    const window = this.#window();
    const { canceled, filePath } = await (window === undefined
      ? dialog.showSaveDialog(options)
      : dialog.showSaveDialog(window, options));
    return canceled || filePath === '' ? null : filePath;
  }

  /** Asks to choose among buttons; answers with the number of one, the last when closed. */
  async choose(options: MessageBoxOptions & { readonly buttons: string[] }): Promise<number> {
    const all = { defaultId: 0, cancelId: options.buttons.length - 1, noLink: true, ...options };
    const window = this.#window();
    const { response } = await (window === undefined
      ? dialog.showMessageBox(all)
      : dialog.showMessageBox(window, all));
    return response;
  }

  async #open(options: OpenDialogOptions): Promise<string[]> {
    const window = this.#window();
    const { canceled, filePaths } = await (window === undefined
      ? dialog.showOpenDialog(options)
      : dialog.showOpenDialog(window, options));
    return canceled ? [] : filePaths;
  }
}
