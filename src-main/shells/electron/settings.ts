/** What the desktop program remembers between starts, besides what Electron keeps of the window. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Language } from '../../../src-shared/desktop.ts';

/** What is remembered; all of it may be missing. */
export interface Settings {
  /** The folder of the lab that was open last. */
  readonly lab?: string;
  /** Chosen in the page. */
  readonly language?: Language;
}

/** Settings in a JSON file. */
export class SettingsFile {
  readonly #file: string;
  #settings: Settings;

  /** A file that is missing or damaged counts as empty. */
  constructor(file: string) {
    this.#file = file;
    this.#settings = read(file);
  }

  get current(): Settings {
    return this.#settings;
  }

  /** Changes some, and keeps them as far as the disk lets. */
  change(changes: Settings): void {
    this.#settings = { ...this.#settings, ...changes };
    const temporary = `${this.#file}.tmp`;
    try {
      writeFileSync(temporary, JSON.stringify(this.#settings));
      renameSync(temporary, this.#file);
    } catch {
      // They hold for this start, then; nothing the user did is lost.
    }
  }
}

function read(file: string): Settings {
  try {
    const found = JSON.parse(readFileSync(file, 'utf8')) as Record<keyof Settings, unknown>;
    return {
      ...(typeof found.lab === 'string' && { lab: found.lab }),
      ...(isLanguage(found.language) && { language: found.language }),
    };
  } catch {
    return {};
  }
}

/** Whether a value from outside is a language that there is. */
export function isLanguage(value: unknown): value is Language {
  return value === 'en' || value === 'zh-CN';
}
