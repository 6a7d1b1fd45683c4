/** The menu bar. */
import type { MenuItemConstructorOptions } from 'electron';
import type { Texts } from './texts.ts';

/** What the items do that Electron has no role for. */
export interface MenuActions {
  importFolder(): void;
  importFiles(): void;
  openLab(): void;
  showLab(): void;
  palette(): void;
  onnxRuntime(): void;
}

/** What the menus depend on. */
export interface MenuOptions {
  readonly texts: Texts;
  readonly actions: MenuActions;
  readonly mac: boolean;
  /** Whether there are developer tools. */
  readonly development: boolean;
}

type Item = MenuItemConstructorOptions;
const SEPARATOR: Item = { type: 'separator' };

/** The menu bar as Electron takes it. */
export function menuTemplate(options: MenuOptions): Item[] {
  const { mac } = options;
  return [
    ...(mac ? [appMenu(options)] : []),
    fileMenu(options),
    editMenu(options),
    viewMenu(options),
    windowMenu(options),
    helpMenu(options),
  ];
}

/** The program's own menu, which only macOS has. */
function appMenu({ texts }: MenuOptions): Item {
  return {
    label: 'Vitrine',
    submenu: [
      { role: 'about', label: texts.about },
      SEPARATOR,
      { role: 'hide', label: texts.hide },
      { role: 'hideOthers', label: texts.hideOthers },
      { role: 'unhide', label: texts.showAll },
      SEPARATOR,
      { role: 'quit', label: texts.quit },
    ],
  };
}

function fileMenu({ texts, actions, mac }: MenuOptions): Item {
  return {
    label: texts.file,
    submenu: [
      { label: texts.importFolder, accelerator: 'CmdOrCtrl+O', click: () => actions.importFolder() },
      { label: texts.importFiles, accelerator: 'CmdOrCtrl+Shift+O', click: () => actions.importFiles() },
      SEPARATOR,
      { label: texts.openLab, click: () => actions.openLab() },
      { label: texts.showLab, click: () => actions.showLab() },
      SEPARATOR,
      mac ? { role: 'close', label: texts.close } : { role: 'quit', label: texts.quit },
    ],
  };
}

function editMenu({ texts }: MenuOptions): Item {
  return {
    label: texts.edit,
    submenu: [
      { role: 'undo', label: texts.undo },
      { role: 'redo', label: texts.redo },
      SEPARATOR,
      { role: 'cut', label: texts.cut },
      { role: 'copy', label: texts.copy },
      { role: 'paste', label: texts.paste },
      { role: 'selectAll', label: texts.selectAll },
    ],
  };
}

function viewMenu({ texts, actions, development }: MenuOptions): Item {
  return {
    label: texts.view,
    submenu: [
      { label: texts.palette, accelerator: 'CmdOrCtrl+K', click: () => actions.palette() },
      SEPARATOR,
      { role: 'resetZoom', label: texts.actualSize },
      { role: 'zoomIn', label: texts.zoomIn },
      { role: 'zoomOut', label: texts.zoomOut },
      { role: 'togglefullscreen', label: texts.fullScreen },
      SEPARATOR,
      { role: 'reload', label: texts.reload },
      ...(development ? [{ role: 'toggleDevTools', label: texts.devTools } as const] : []),
    ],
  };
}

function windowMenu({ texts, mac }: MenuOptions): Item {
  return {
    role: 'windowMenu',
    label: texts.window,
    submenu: [
      { role: 'minimize', label: texts.minimize },
      ...(mac
        ? [{ role: 'zoom', label: texts.zoom } as const, { role: 'front', label: texts.front } as const]
        : [{ role: 'close', label: texts.close } as const]),
    ],
  };
}

function helpMenu({ texts, actions, mac }: MenuOptions): Item {
  return {
    role: 'help',
    label: texts.help,
    submenu: [
      { label: texts.onnxRuntime, click: () => actions.onnxRuntime() },
      ...(mac ? [] : [SEPARATOR, { role: 'about', label: texts.about } as const]),
    ],
  };
}
