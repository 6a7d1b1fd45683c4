/** What the desktop window offers its page besides the lab. The preload sets it up; in a browser it is absent. */

/** The languages of the menus and dialogs. */
export type Language = 'en' | 'zh-CN';

/** What the menus, or a second start of the program with paths, ask the page to do. */
export type MenuCommand =
  /** Show what these files and folders are, to be imported. */
  { readonly command: 'import'; readonly paths: readonly string[] } | { readonly command: 'palette' };

/** `window.vitrine` in the desktop window. Dialogs that are closed without a choice give null or nothing. */
export interface Desktop {
  readonly shell: 'electron';
  /** As Node names it, such as `linux`. */
  readonly platform: string;
  readonly versions: { readonly electron: string; readonly chrome: string };
  /** Where a dropped or chosen file or folder lies; empty for one that was made by a script. */
  pathForFile(file: File): string;
  pickFolder(): Promise<string | null>;
  /** @param extensions endings of files that can be chosen, without the dot; all unless given */
  pickFiles(extensions?: readonly string[]): Promise<string[]>;
  /** Asks where a new file is to be written. */
  saveFile(defaultName: string): Promise<string | null>;
  /** Shows a file in the system's file manager. */
  revealFile(path: string): Promise<void>;
  /** Hands on what was asked before anybody listened, too. Returns how to stop listening. */
  onMenu(listener: (command: MenuCommand) => void): () => void;
  /** The language of menus and dialogs, from now on. */
  setLanguage(language: Language): Promise<void>;
}

/** The page sends this to itself (`window.postMessage`) to be given a connection to the lab. */
export const CONNECT_MESSAGE = { vitrine: 'connect' } as const;

/** What the page then gets, with one `MessagePort`. */
export const PORT_MESSAGE = 'vitrine:port';

/** The channels between the preload and the main process. */
export const CHANNELS = {
  connect: 'vitrine:connect',
  port: 'vitrine:port',
  menu: 'vitrine:menu',
  pickFolder: 'vitrine:pick-folder',
  pickFiles: 'vitrine:pick-files',
  saveFile: 'vitrine:save-file',
  revealFile: 'vitrine:reveal-file',
  setLanguage: 'vitrine:set-language',
} as const;
